// SPDX-License-Identifier: Apache-2.0

package import SoftmaxCore

/// What training makes small: a loss with its options, as a value.
///
/// ```swift
/// let loss = Loss.crossEntropy(labelSmoothing: 0.1, classWeights: dataset.balancedClassWeights)
/// try network.fit(to: dataset, loss: loss, optimizer: .adam(), epochs: 10)
/// ```
///
/// Every loss is taken from the logits, the outputs before a softmax or a sigmoid at the network's end.
/// That of a batch is a mean: the sum over its samples of weight times loss, divided by the sum of the
/// weights. A sample's weight is its `LabeledDataset.sampleWeights` times the weight of its class, 0
/// for the ignored class. Weights of 2 train as two copies would, weights of 0 as if the sample were
/// not there. Where all weights of a batch are 0, its loss and its gradient are 0.
/// `docs/losses.md` has the formulas, and what each peer does instead.
public struct Loss: Sendable {
  package let kind: any LossKind
  // The kind's settings with their values: what two losses of a kind differ by.
  private let kindSettings: [Setting]
  private let values: SettingValues
  /// How much of each target is spread evenly over the classes, or over yes and no, within 0..<1.
  public let labelSmoothing: Double
  /// How much each class counts, by index; empty where all count the same.
  public let classWeights: [Double]
  /// The class whose samples count nothing, if any.
  public let ignoredClass: Int?

  /// Creates a loss of a kind.
  package init(
    _ kind: any ListedLossKind.Type, _ values: SettingValues = [:], labelSmoothing: Double = 0,
    classWeights: [Double] = [], ignoredClass: Int? = nil
  ) {
    kindSettings = kind.settings
    self.values = values.completed(by: kind.settings)
    self.kind = kind.init(self.values)
    self.labelSmoothing = labelSmoothing
    self.classWeights = classWeights
    self.ignoredClass = ignoredClass
  }

  /// Creates a loss of the user's own.
  init(_ kind: CustomLoss, classWeights: [Double], ignoredClass: Int?) {
    kindSettings = []
    values = [:]
    self.kind = kind
    labelSmoothing = 0
    self.classWeights = classWeights
    self.ignoredClass = ignoredClass
  }
}

// MARK: - What it is made of

extension Loss {
  /// The name, as a saved model has it.
  public var name: String { kind.name }

  /// The settings by name, as a saved model has them, but for the weights of the classes.
  ///
  /// Options that change nothing, such as a smoothing of 0, are left out.
  public var settings: [String: Double] {
    var settings = values.saved(kindSettings)
    if labelSmoothing != 0 { settings["label_smoothing"] = labelSmoothing }
    if let ignoredClass { settings["ignored_class"] = Double(ignoredClass) }
    return settings
  }

  /// Throws `invalidArgument` for settings of the kind that make no sense.
  package func validateKind() throws(SoftmaxError) { try values.validate(kindSettings) }

  /// Whether it is cross-entropy and nothing else, which has kernels of its own.
  var isPlainCrossEntropy: Bool { self == .crossEntropy }
}

extension Loss: Hashable {
  /// Whether two losses are the same; those of the user's own are where their names are.
  public static func == (a: Loss, b: Loss) -> Bool {
    type(of: a.kind) == type(of: b.kind) && a.name == b.name && a.values == b.values
      && a.labelSmoothing == b.labelSmoothing && a.classWeights == b.classWeights
      && a.ignoredClass == b.ignoredClass
  }

  /// Hashes what makes losses equal.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(name)
    hasher.combine(values)
    hasher.combine(labelSmoothing)
    hasher.combine(classWeights)
    hasher.combine(ignoredClass)
  }
}

// MARK: - The networks that it trains

extension Loss {
  /// How the outputs of a network that it trained become probabilities; nil where it does not know.
  package var outputFunction: OutputFunction? {
    switch kind.outputs {
    case .logits(let function), .values(let function): function
    case .anything: nil
    }
  }

  /// What a network that it trains may end in; nil where the outputs are what it is taken of.
  package var outputActivation: Activation? {
    guard case .logits(let function) = kind.outputs else { return nil }
    return Activation(named: function.rawValue)
  }

  /// The outputs of a network for so many classes: one for two where each output is a yes or no.
  package func outputCount(classCount: Int, isMultiLabel: Bool = false) -> Int {
    kind.outputs == .logits(.sigmoid) && classCount == 2 && !isMultiLabel ? 1 : classCount
  }
}
