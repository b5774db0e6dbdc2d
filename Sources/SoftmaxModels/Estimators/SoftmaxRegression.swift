// SPDX-License-Identifier: Apache-2.0

public import SoftmaxCore

/// An estimator of multinomial logistic regression: one linear layer, trained on batches.
///
/// p(class j | x) = softmax(x W^T + b)_j. The objective is the mean cross-entropy plus l2 / 2 ||W||^2;
/// biases are not penalized. Training runs for a fixed number of epochs and need not reach the
/// optimum. Fitting gives a ``Classifier``. ``l2Penalty(forC:sampleCount:)`` converts scikit-learn's `C`.
///
/// ```swift
/// let digits = try Digits.load()
/// let model = try SoftmaxRegression(epochs: 20).fitted(to: digits.training)
/// ```
public struct SoftmaxRegression: Hashable, Sendable {
  /// The factor l2 of the penalty l2 / 2 ||W||^2; scikit-learn's C is 1 / (l2 n) for n samples.
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
  /// The seed of the initial weights and of the order of the samples.
  public var seed: UInt64

  /// Creates an estimator.
  public init(
    l2Penalty: Double = 0, optimizer: Optimizer = .sgd(learningRate: 0.1), epochs: Int = 10,
    batchSize: Int = 64, initializer: Initializer = .glorotUniform,
    preprocessing: [PreprocessingStep] = [], seed: UInt64 = 0
  ) {
    self.l2Penalty = l2Penalty
    self.optimizer = optimizer
    self.epochs = epochs
    self.batchSize = batchSize
    self.initializer = initializer
    self.preprocessing = preprocessing
    self.seed = seed
  }

  /// Returns the penalty that equals scikit-learn's inverse strength C: 1 / (C n) for n samples.
  public static func l2Penalty(forC c: Double, sampleCount: Int) -> Double {
    1 / (c * Double(sampleCount))
  }

  // The same estimator as a network without hidden layers.
  private var perceptron: MLPClassifier {
    MLPClassifier(
      hiddenUnits: [], l2Penalty: l2Penalty, optimizer: optimizer, epochs: epochs,
      batchSize: batchSize, initializer: initializer, preprocessing: preprocessing, seed: seed)
  }
}

extension SoftmaxRegression: Estimator {
  /// Fits a model to a data set.
  ///
  /// - Throws: the errors of
  ///   ``MLPClassifier/fitted(to:startingFrom:validation:callbacks:resuming:threads:onProgress:)``.
  public func fitted(
    to dataset: LabeledDataset, startingFrom model: Classifier?, validation: Validation,
    callbacks: [any TrainingCallback], resuming checkpoint: Checkpoint?, threads: Int?,
    onProgress: ((TrainingProgress) throws -> Void)?
  ) throws -> Classifier {
    try perceptron.fitted(
      to: dataset, startingFrom: model, validation: validation, callbacks: callbacks,
      resuming: checkpoint, threads: threads, onProgress: onProgress)
  }
}

extension SoftmaxRegression {
  /// Computes the objective and its gradient at the given parameters.
  ///
  /// The objective is J(W, b) = -(1 / n) sum over i of ln softmax(W x_i + b)_{y_i} + l2 / 2 ||W||^2.
  ///
  /// Its gradient is dJ/dw_k = (1 / n) sum over i of x_i (p_ik - 1{y_i = k}) + l2 w_k.
  ///
  /// The derivative with respect to b_k has 1 instead of x_i and no penalty. In matrix form the gradient is
  /// dJ/dW = (1 / n) (P - Y)^T X + l2 W.
  ///
  /// ```swift
  /// let start = Matrix(rowCount: 10, columnCount: 64)
  /// let (objective, gradient) = try SoftmaxRegression(l2Penalty: 0.01)
  ///   .valueAndGradient(weight: start, bias: Array(repeating: 0, count: 10), on: digits.training)
  /// print(objective)   // ln 10 = 2.303
  /// ```
  ///
  /// - Parameters:
  ///   - weight: the weights, [classes, features].
  ///   - bias: the biases, one for each class.
  ///   - dataset: the n samples; ``preprocessing`` is not applied to them.
  ///   - threads: the number of threads; by default as many as are useful.
  /// - Returns: the objective in nats, and its gradient in the shapes of the parameters.
  /// - Throws: `shapeMismatch` or `nonFiniteValue` for parameters that do not fit the data set.
  public func valueAndGradient(
    weight: Matrix, bias: [Float], on dataset: LabeledDataset, threads: Int? = nil
  ) throws(SoftmaxError) -> (value: Double, gradient: (weight: Matrix, bias: [Float])) {
    var network = try perceptron.network(
      input: dataset.featureShape, classCount: dataset.classCount)
    let layer = network.layers.count - 1
    try network.setParameters(ofLayer: layer, weight: weight, bias: bias)
    let (objective, gradient) = try network.valueAndGradient(
      of: .crossEntropy, on: dataset, l2Penalty: l2Penalty, threads: threads)
    return (objective, (gradient.layers[0].weight, gradient.layers[0].bias))
  }
}
