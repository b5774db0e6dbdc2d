// SPDX-License-Identifier: Apache-2.0

public import SoftmaxCore

/// An estimator of a multi-layer perceptron: hidden layers with an activation, then a layer of outputs.
///
/// There is one output for each class, or a single output for two classes with binary cross-entropy. The
/// training time is proportional to the product of the numbers of epochs, samples and weights. Training
/// runs for the given number of epochs, unless a callback ends it, and need not reach an optimum.
///
/// ```swift
/// let model = try MLPClassifier(hiddenUnits: [128, 64], epochs: 5).fitted(to: dataset)
/// print(try model.evaluation(on: dataset))
/// ```
///
/// For other kinds of layers use ``Sequential``.
public struct MLPClassifier: Hashable, Sendable {
  /// The number of units of each hidden layer, in order; an empty array makes a linear model.
  public var hiddenUnits: [Int]
  /// The activation function of the hidden layers.
  public var activation: Activation
  /// The fraction of each hidden layer's outputs that training drops; nil means no dropout.
  public var dropout: Double?
  /// Whether each hidden layer has batch normalization before its activation.
  public var normalizesBatches: Bool
  /// The loss that training minimizes.
  public var loss: Loss
  /// The factor l1 of the penalty l1 sum |W|, which is added to the mean loss; biases are not penalized.
  public var l1Penalty: Double
  /// The factor l2 of the penalty l2 / 2 ||W||^2, which is added to the mean loss; biases are not
  /// penalized.
  public var l2Penalty: Double
  /// The optimizer, which computes the updates.
  public var optimizer: Optimizer
  /// The number of passes over the training samples.
  public var epochs: Int
  /// The number of samples per update.
  public var batchSize: Int
  /// The distribution of the initial weights.
  public var initializer: Initializer
  /// The preprocessing steps, which are fitted to the training samples and applied wherever the model is
  /// used.
  public var preprocessing: [PreprocessingStep]
  /// The seed of the initial weights, of the order of the samples and of dropout.
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

  /// Creates the untrained network for samples of a given shape.
  ///
  /// The loss determines the activation of the last layer: softmax for cross-entropy, sigmoid for binary
  /// cross-entropy, none for other losses. With binary cross-entropy two mutually exclusive classes share
  /// a single output.
  ///
  /// - Parameters:
  ///   - input: the shape of one sample.
  ///   - classCount: the number of classes.
  ///   - isMultiLabel: whether a sample can have several classes.
  /// - Throws: `invalidArgument` for layers with invalid settings.
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
  /// Fits a model to a data set.
  ///
  /// With a starting model, classes are matched by name, and the model's pipeline is applied unchanged.
  ///
  /// - Throws: the errors of
  ///   ``Sequential/fit(to:pipeline:loss:optimizer:epochs:batchSize:l1Penalty:l2Penalty:validation:callbacks:resuming:threads:onProgress:)``;
  ///   `shapeMismatch` or `invalidArgument` for a starting model with different layers, or without one of
  ///   this estimator's preprocessing steps.
  public func fitted(
    to dataset: LabeledDataset, startingFrom model: Classifier?, validation: Validation,
    callbacks: [any TrainingCallback], resuming checkpoint: Checkpoint?, threads: Int?,
    onProgress: ((TrainingProgress) throws -> Void)?
  ) throws -> Classifier {
    try fitted(
      to: dataset, startingFrom: model, validation: validation, callbacks: callbacks,
      resuming: checkpoint, execution: Execution(threads: threads), onProgress: onProgress)
  }

  /// Fits a model to a data set with the threads, kernels and plan of `execution`.
  package func fitted(
    to dataset: LabeledDataset, startingFrom model: Classifier? = nil,
    validation: Validation = .none, callbacks: [any TrainingCallback] = [],
    resuming checkpoint: Checkpoint? = nil, execution: Execution,
    onProgress: ((TrainingProgress) throws -> Void)? = nil
  ) throws -> Classifier {
    let data = try TrainingData(
      dataset, startingFrom: model, validation: validation, preprocessing: preprocessing,
      seed: seed)
    var network = try network(for: data.training)
    if let model { try network.takeParameters(of: model) }
    let history = try network.fit(
      to: data, loss: loss, optimizer: optimizer, epochs: epochs, batchSize: batchSize,
      l1Penalty: l1Penalty, l2Penalty: l2Penalty, callbacks: callbacks, resuming: checkpoint,
      execution: execution, onProgress: onProgress)
    return try Classifier(
      network: network, classNames: data.training.classNames, pipeline: data.pipeline,
      trainingRecord: TrainingRecord(
        rowCount: data.training.count, loss: loss, optimizer: optimizer, l1Penalty: l1Penalty,
        l2Penalty: l2Penalty, batchSize: batchSize, seed: seed, history: history),
      outputFunction: loss.outputFunction)
  }

  /// Creates the untrained network for the samples of a data set.
  package func network(for dataset: LabeledDataset) throws(SoftmaxError) -> Sequential {
    let isMultiLabel = if case .indicators = dataset.targets { true } else { false }
    return try network(
      input: dataset.featureShape, classCount: dataset.classCount, isMultiLabel: isMultiLabel)
  }
}
