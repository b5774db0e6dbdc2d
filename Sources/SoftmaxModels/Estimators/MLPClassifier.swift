// SPDX-License-Identifier: Apache-2.0

public import SoftmaxCore

/// A multi-layer perceptron: hidden layers with an activation, then one output for each class.
///
/// ```swift
/// let model = try MLPClassifier(hiddenUnits: [128, 64], epochs: 5).fitted(to: dataset)
/// print(try model.evaluation(on: dataset))
/// ```
///
/// For other layers, validation and callbacks see ``Sequential``.
public struct MLPClassifier: Hashable, Sendable {
  /// The units of each hidden layer, first to last; none make a linear model.
  public var hiddenUnits: [Int]
  /// The function of the hidden layers' outputs.
  public var activation: Activation
  /// What training makes small.
  public var loss: Loss
  /// The factor l2 in l2 / 2 ||W||^2 beside the mean loss; biases are left alone.
  public var l2Penalty: Double
  /// The rule of the steps.
  public var optimizer: Optimizer
  /// The number of passes over the data.
  public var epochs: Int
  /// The number of samples a step looks at.
  public var batchSize: Int
  /// How the weights begin.
  public var initializer: Initializer
  /// What initial weights and shuffles are drawn from.
  public var seed: UInt64

  /// Creates an estimator.
  public init(
    hiddenUnits: [Int] = [128], activation: Activation = .relu, loss: Loss = .crossEntropy,
    l2Penalty: Double = 0, optimizer: Optimizer = .adam(), epochs: Int = 10, batchSize: Int = 32,
    initializer: Initializer = .glorotUniform, seed: UInt64 = 0
  ) {
    self.hiddenUnits = hiddenUnits
    self.activation = activation
    self.loss = loss
    self.l2Penalty = l2Penalty
    self.optimizer = optimizer
    self.epochs = epochs
    self.batchSize = batchSize
    self.initializer = initializer
    self.seed = seed
  }

  /// The network that training begins with, for samples of a shape.
  ///
  /// It ends in what the loss starts from: a softmax for the cross-entropy, sigmoids for the binary
  /// cross-entropy, else in the outputs as they are. Two classes are one sigmoid, unless a sample can
  /// have both.
  ///
  /// - Parameters:
  ///   - input: the shape of one sample.
  ///   - classCount: the number of classes.
  ///   - isMultiLabel: whether a sample can have several classes.
  /// - Throws: `invalidArgument` for layers that make no sense.
  public func network(
    input: [Int], classCount: Int, isMultiLabel: Bool = false
  ) throws(SoftmaxError) -> Sequential {
    let function = loss.outputFunction
    let isSingle = function == .sigmoid && classCount == 2 && !isMultiLabel
    return try Sequential(input: input, seed: seed) {
      Flatten()
      for units in hiddenUnits {
        Dense(units, activation: activation, initializer: initializer)
      }
      Dense(
        isSingle ? 1 : classCount, activation: function.flatMap { Activation(named: $0.rawValue) },
        initializer: initializer)
    }
  }
}

extension MLPClassifier: Estimator {
  /// The model fitted to a data set.
  ///
  /// - Throws: as ``Sequential/fit(to:loss:optimizer:epochs:batchSize:l1Penalty:l2Penalty:validation:callbacks:resuming:threads:onProgress:)``;
  ///   `shapeMismatch` or `invalidArgument` for a start with other layers.
  public func fitted(
    to dataset: LabeledDataset, startingFrom model: Classifier?, threads: Int?,
    onProgress: ((TrainingProgress) throws -> Void)?
  ) throws -> Classifier {
    let dataset = try dataset.ordering(features: model?.featureNames)
    var isMultiLabel = false
    if case .indicators = dataset.targets { isMultiLabel = true }
    var network = try network(
      input: dataset.featureShape, classCount: dataset.classCount, isMultiLabel: isMultiLabel)
    if let model { try network.takeParameters(of: model, for: dataset) }
    let history = try network.fit(
      to: dataset, loss: loss, optimizer: optimizer, epochs: epochs, batchSize: batchSize,
      l2Penalty: l2Penalty, threads: threads, onProgress: onProgress)
    return try Classifier(
      network: network, trainedOn: dataset,
      record: TrainingRecord(
        rowCount: dataset.count, loss: loss, optimizer: optimizer, l2Penalty: l2Penalty,
        batchSize: batchSize, seed: seed, history: history))
  }
}

extension Sequential {
  /// Begins where a fitted model ended, what is frozen there with it.
  fileprivate mutating func takeParameters(
    of model: Classifier, for dataset: LabeledDataset
  ) throws(SoftmaxError) {
    guard model.classNames == dataset.classNames else {
      throw SoftmaxError(
        .invalidArgument,
        "the start knows the classes \(model.classNames.prefix(20)), the data set has "
          + "\(dataset.classNames.prefix(20))",
        remedy: "add a class with addingClass(_:), or begin anew")
    }
    let old = model.network
    let isSame = layers.map(\.configuration) == old.layers.map(\.configuration)
    guard isSame, inputCount == old.inputCount else {
      throw SoftmaxError(
        .invalidArgument, "the start has other layers than this estimator makes",
        remedy: "use the estimator that made it, or begin anew")
    }
    for (index, layer) in old.layers.enumerated() {
      for tensor in layer.tensors {
        try setValues(tensor.values, of: tensor.name, inLayer: index)
      }
      layers[index].isFrozen = layer.isFrozen
    }
  }
}
