// SPDX-License-Identifier: Apache-2.0

public import SoftmaxCore

/// Multinomial logistic regression: one layer, trained by stochastic gradient descent.
///
/// p(class j | x) = softmax(x W^T + b)_j; the loss is the mean cross-entropy plus
/// l2 / 2 ||W||^2, biases not counted. Fitting gives a ``Classifier``. scikit-learn's `C` for n samples
/// is ``l2Penalty(forC:sampleCount:)``.
///
/// ```swift
/// let digits = try Digits.load()
/// let model = try SoftmaxRegression(epochs: 20).fitted(to: digits.training)
/// ```
public struct SoftmaxRegression: Hashable, Sendable {
  /// The factor l2 of the penalty; scikit-learn's C is 1 / (l2 n) for n samples.
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

  /// The penalty that scikit-learn's inverse strength C stands for: 1 / (C n) for n samples.
  public static func l2Penalty(forC c: Double, sampleCount: Int) -> Double {
    1 / (c * Double(sampleCount))
  }

  // The same estimator, as a network without hidden layers.
  private var perceptron: MLPClassifier {
    MLPClassifier(
      hiddenUnits: [], l2Penalty: l2Penalty, optimizer: optimizer, epochs: epochs,
      batchSize: batchSize, initializer: initializer, preprocessing: preprocessing, seed: seed)
  }
}

extension SoftmaxRegression: Estimator {
  /// The model fitted to a data set.
  ///
  /// - Throws: as
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
  /// The objective and its gradient at some parameters.
  ///
  /// J(W, b) = -(1 / n) sum over i of ln softmax(W x_i + b)_{y_i} + l2 / 2 ||W||^2, so
  /// dJ/dw_k = (1 / n) sum over i of x_i (p_ik - 1{y_i = k}) + l2 w_k, and the same for b_k with 1 in
  /// the place of x_i and no penalty. In a matrix: (1 / n) (P - Y)^T X + l2 W.
  ///
  /// ```swift
  /// let start = Matrix(rowCount: 10, columnCount: 64)
  /// let (objective, gradient) = try SoftmaxRegression(l2Penalty: 0.01)
  ///   .valueAndGradient(weight: start, bias: Array(repeating: 0, count: 10), on: digits.training)
  /// print(objective)   // ln 10 = 2.303
  /// ```
  ///
  /// - Parameters:
  ///   - weight: of the shape [classes, features].
  ///   - bias: a number for each class.
  ///   - dataset: the n samples, as the regression sees them: ``preprocessing`` is not applied.
  ///   - threads: the number of threads; without it as many as help.
  /// - Returns: the objective, in nats, and its gradient in the shapes of the parameters.
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
