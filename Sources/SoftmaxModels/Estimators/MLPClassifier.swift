// SPDX-License-Identifier: Apache-2.0

public import SoftmaxCore

/// A multi-layer perceptron: hidden layers with an activation, then one output for each class.
///
/// ```swift
/// let model = try MLPClassifier(hiddenUnits: [128, 64], epochs: 5).fitted(to: dataset)
/// print(try model.evaluation(on: dataset))
/// ```
///
/// For other layers see ``Sequential``.
public struct MLPClassifier: Hashable, Sendable {
  /// The units of each hidden layer, first to last; none make a linear model.
  public var hiddenUnits: [Int]
  /// The function of the hidden layers' outputs.
  public var activation: Activation
  /// Drops this share of each hidden layer's outputs in training; nil has no such layers.
  public var dropout: Double?
  /// Whether each hidden layer is normalized over the batch, before its activation.
  public var normalizesBatches: Bool
  /// What training makes small.
  public var loss: Loss
  /// The factor l1 in l1 sum |W| beside the mean loss; biases are left alone.
  public var l1Penalty: Double
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
  /// What is learnt about the features first, and done to them from then on.
  public var preprocessing: [PreprocessingStep]
  /// What initial weights and shuffles are drawn from.
  public var seed: UInt64

  /// Creates an estimator.
  public init(
    hiddenUnits: [Int] = [128], activation: Activation = .relu, dropout: Double? = nil,
    normalizesBatches: Bool = false, loss: Loss = .crossEntropy, l1Penalty: Double = 0,
    l2Penalty: Double = 0, optimizer: Optimizer = .adam(), epochs: Int = 10, batchSize: Int = 32,
    initializer: Initializer = .glorotUniform, preprocessing: [PreprocessingStep] = [],
    seed: UInt64 = 0
  ) {
    self.hiddenUnits = hiddenUnits
    self.activation = activation
    self.dropout = dropout
    self.normalizesBatches = normalizesBatches
    self.loss = loss
    self.l1Penalty = l1Penalty
    self.l2Penalty = l2Penalty
    self.optimizer = optimizer
    self.epochs = epochs
    self.batchSize = batchSize
    self.initializer = initializer
    self.preprocessing = preprocessing
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
    var layers: [any Layer] = [Flatten()]
    for units in hiddenUnits {
      if normalizesBatches {
        layers += [
          Dense(units, initializer: initializer), BatchNormalization(), ActivationLayer(activation),
        ]
      } else {
        layers.append(Dense(units, activation: activation, initializer: initializer))
      }
      if let dropout { layers.append(Dropout(dropout)) }
    }
    layers.append(
      Dense(
        loss.outputCount(classCount: classCount, isMultiLabel: isMultiLabel),
        activation: loss.outputActivation, initializer: initializer))
    return try Sequential(input: input, seed: seed) { layers }
  }
}

extension MLPClassifier: Estimator {
  /// The model fitted to a data set.
  ///
  /// A start's classes are matched by name, and features go through its pipeline.
  ///
  /// - Throws: as
  ///   ``Sequential/fit(to:pipeline:loss:optimizer:epochs:batchSize:l1Penalty:l2Penalty:validation:callbacks:resuming:threads:onProgress:)``;
  ///   `shapeMismatch` or `invalidArgument` for a start with other layers, or without a step that is
  ///   asked for here.
  public func fitted(
    to dataset: LabeledDataset, startingFrom model: Classifier?, validation: Validation,
    callbacks: [any TrainingCallback], resuming checkpoint: Checkpoint?, threads: Int?,
    onProgress: ((TrainingProgress) throws -> Void)?
  ) throws -> Classifier {
    try fitted(
      to: dataset, startingFrom: model, validation: validation, callbacks: callbacks,
      resuming: checkpoint, execution: Execution(threads: threads), onProgress: onProgress)
  }

  /// The model fitted to a data set as `execution` says.
  package func fitted(
    to dataset: LabeledDataset, startingFrom model: Classifier? = nil,
    validation: Validation = .none, callbacks: [any TrainingCallback] = [],
    resuming checkpoint: Checkpoint? = nil, execution: Execution,
    onProgress: ((TrainingProgress) throws -> Void)? = nil
  ) throws -> Classifier {
    var dataset = dataset
    if let model { dataset = try dataset.matching(classNames: model.classNames) }
    let data = try TrainingData(
      dataset, validation: validation, preprocessing: steps(startingFrom: model), seed: seed)
    var network = try network(for: data.training)
    if let model { try network.takeParameters(of: model) }
    let history = try network.fit(
      to: data, loss: loss, optimizer: optimizer, epochs: epochs, batchSize: batchSize,
      l1Penalty: l1Penalty, l2Penalty: l2Penalty, callbacks: callbacks, resuming: checkpoint,
      execution: execution, onProgress: onProgress)
    return try Classifier(
      network: network, classNames: dataset.classNames, pipeline: data.pipeline,
      trainingRecord: TrainingRecord(
        rowCount: data.training.count, loss: loss, optimizer: optimizer, l1Penalty: l1Penalty,
        l2Penalty: l2Penalty, batchSize: batchSize, seed: seed, history: history),
      outputFunction: loss.outputFunction)
  }

  /// The network that training begins with, for some samples.
  package func network(for dataset: LabeledDataset) throws(SoftmaxError) -> Sequential {
    let isMultiLabel = if case .indicators = dataset.targets { true } else { false }
    return try network(
      input: dataset.featureShape, classCount: dataset.classCount, isMultiLabel: isMultiLabel)
  }

  private func steps(
    startingFrom model: Classifier?
  ) throws(SoftmaxError) -> [PreprocessingStep] {
    guard let model else { return preprocessing }
    let known = model.pipeline.steps
    if let missing = preprocessing.first(where: { step in
      !known.contains { $0.name == step.name }
    }) {
      throw SoftmaxError(
        .invalidArgument,
        "the start was trained without the step \(missing.name), which is asked for here",
        remedy: "leave the step out, or begin anew")
    }
    return known
  }
}

extension Sequential {
  /// Begins where a fitted model ended, what is frozen there with it.
  fileprivate mutating func takeParameters(of model: Classifier) throws(SoftmaxError) {
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
