// SPDX-License-Identifier: Apache-2.0

package import SoftmaxCore

/// The function that training minimizes: a loss with its options, as a value.
///
/// ```swift
/// let loss = Loss.crossEntropy(labelSmoothing: 0.1, classWeights: dataset.balancedClassWeights)
/// try network.fit(to: dataset, loss: loss, optimizer: .adam(), epochs: 10)
/// ```
///
/// A loss is computed from the outputs before a softmax or sigmoid at the end of the network. The loss of a
/// batch is a weighted mean: the sum over its samples of weight times loss, divided by the sum of the
/// weights. The weight of a sample is its `LabeledDataset.sampleWeights` times the weight of its class; the
/// weight of the ignored class is 0. A sample of weight 2 counts like two copies of it, a sample of weight 0
/// like none. If all weights of a batch are 0, its loss and gradient are 0. See `docs/losses.md` for the
/// formulas and the differences from other libraries.
public struct Loss: Sendable {
  package let kind: any LossKind
  // The settings of the kind and their values, by which losses of the same kind differ.
  private let kindSettings: [Setting]
  private let values: SettingValues
  /// The fraction of each target that is spread evenly over the classes, or over yes and no for binary
  /// cross-entropy; in 0..<1.
  public let labelSmoothing: Double
  /// The weight of each class, by index; empty if all classes have the weight 1.
  public let classWeights: [Double]
  /// The class whose samples have the weight 0; nil if no class is ignored.
  public let ignoredClass: Int?

  /// Creates a loss of one of the library's kinds.
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

  /// Creates a custom loss.
  init(_ kind: CustomLoss, classWeights: [Double], ignoredClass: Int?) {
    kindSettings = []
    values = [:]
    self.kind = kind
    labelSmoothing = 0
    self.classWeights = classWeights
    self.ignoredClass = ignoredClass
  }
}

// MARK: - Settings

extension Loss {
  /// The name as stored in a saved model.
  public var name: String { kind.name }

  /// The settings by name as stored in a saved model, except for the class weights.
  ///
  /// Options that have no effect, such as a smoothing of 0, are left out.
  public var settings: [String: Double] {
    var settings = values.saved(kindSettings)
    if labelSmoothing != 0 { settings["label_smoothing"] = labelSmoothing }
    if let ignoredClass { settings["ignored_class"] = Double(ignoredClass) }
    return settings
  }

  /// Throws `invalidArgument` if a setting of the kind is invalid.
  package func validateKind() throws(SoftmaxError) { try values.validate(kindSettings) }

  /// Whether the loss is cross-entropy without options, for which there are dedicated kernels.
  var isPlainCrossEntropy: Bool { self == .crossEntropy }
}

extension Loss: Hashable {
  /// Returns whether two losses have the same kind and options; custom losses of one name count as the same
  /// kind.
  public static func == (a: Loss, b: Loss) -> Bool {
    type(of: a.kind) == type(of: b.kind) && a.name == b.name && a.values == b.values
      && a.labelSmoothing == b.labelSmoothing && a.classWeights == b.classWeights
      && a.ignoredClass == b.ignoredClass
  }

  /// Feeds name and options to a hasher.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(name)
    hasher.combine(values)
    hasher.combine(labelSmoothing)
    hasher.combine(classWeights)
    hasher.combine(ignoredClass)
  }
}

// MARK: - Outputs of trained networks

extension Loss {
  /// The function that turns the outputs of a network trained with this loss into probabilities; nil for a
  /// custom loss.
  package var outputFunction: OutputFunction? {
    switch kind.outputs {
    case .logits(let function), .values(let function): function
    case .anything: nil
    }
  }

  /// The activation that a network trained with this loss may end in; nil if the loss is not defined on
  /// logits.
  package var outputActivation: Activation? {
    guard case .logits(let function) = kind.outputs else { return nil }
    return Activation(named: function.rawValue)
  }

  /// Returns the number of outputs of a network for `classCount` classes.
  ///
  /// It is the number of classes, except for binary cross-entropy with two exclusive classes, which needs one
  /// output.
  package func outputCount(classCount: Int, isMultiLabel: Bool = false) -> Int {
    kind.outputs == .logits(.sigmoid) && classCount == 2 && !isMultiLabel ? 1 : classCount
  }
}
