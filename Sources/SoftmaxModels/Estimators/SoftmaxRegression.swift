// SPDX-License-Identifier: Apache-2.0

public import SoftmaxCore

/// An estimator of multinomial logistic regression: one linear layer, solved to its optimum.
///
/// p(class j | x) = softmax(W x + b)_j. The objective is the mean cross-entropy plus l1 ||W||_1 + l2 / 2 ||W||^2;
/// biases are not penalized. It is convex, so the result depends neither on an initialization nor on an order of the
/// samples.
///
/// ```swift
/// let digits = try Digits.load()
/// let model = try SoftmaxRegression().fitted(to: digits.training)
/// let sparse = try SoftmaxRegression(l1Penalty: 0.01).fitted(to: digits.training)
/// ```
///
/// The penalty and the solution are those of scikit-learn's `LogisticRegression`:
/// - The weights of the classes sum to 0 for each feature, unless an L1 penalty acts on more than two classes; the
///   biases always sum to 0.
/// - Two classes are logistic regression: the penalty is l1 ||w||_1 + l2 / 2 ||w||^2, where w is the difference of
///   the two classes' weights. For weights that sum to 0 this is l1 ||W||_1 + l2 ||W||^2.
/// - With an L1 penalty weights are exactly 0 where that is optimal. With `C` and `l1_ratio`, l1 is l1_ratio / (C n)
///   and l2 is (1 - l1_ratio) / (C n).
///
/// With the loss ``Loss/oneVsRest(classWeights:ignoredClass:)`` there is a logistic regression for each class against
/// the rest, all solved together: the objective is the sum of theirs, and so is the bound on its distance to the
/// optimum. It is scikit-learn's `OneVsRestClassifier(LogisticRegression(C=C))`; LIBLINEAR's
/// penalizes the biases too. Two classes, weights and biases are then like any others, and an L1 penalty is not
/// supported.
///
/// ```swift
/// let model = try SoftmaxRegression(loss: .oneVsRest()).fitted(to: digits.training)
/// ```
///
/// ``ProximalNewton`` solves a model with an L1 penalty, ``NewtonCG`` another one of at most 8,192 parameters or
/// of sparse rows, ``LBFGS`` a larger one. The ``Classifier/trainingRecord`` of the result has the objective, the
/// gradient norm, a bound on the distance to the optimum, and whether the solve converged. For callbacks,
/// checkpoints and progress an iteration counts as an epoch.
///
/// The same model trained by batches is an ``MLPClassifier`` with `hiddenUnits: []`.
public struct SoftmaxRegression: Hashable, Sendable {
  /// Cross-entropy, or the loss of one class against the rest.
  public var loss: Loss
  /// The factor l1 of the penalty l1 ||W||_1.
  public var l1Penalty: Double
  /// The factor l2 of the penalty l2 / 2 ||W||^2; nil means 1 / n for n training samples, or 0 with an L1 penalty.
  ///
  /// The default 1 / n is scikit-learn's `C` of 1. If samples or classes have weights, n is the sum of the weights
  /// of the samples. ``l2Penalty(forC:sampleCount:)`` converts another `C`; 0 means no penalty.
  public var l2Penalty: Double?
  /// The maximum number of iterations; a solve that reaches it is not an error.
  public var iterations: Int
  /// The preprocessing steps, which are fitted to the training samples and applied wherever the model is
  /// used.
  public var preprocessing: [PreprocessingStep]
  /// The norm of the gradient at which Newton's method ends; nil for that of the solver.
  package var gradientTolerance: Double?

  /// Creates an estimator.
  public init(
    loss: Loss = .crossEntropy, l1Penalty: Double = 0, l2Penalty: Double? = nil,
    iterations: Int = 1000, preprocessing: [PreprocessingStep] = []
  ) {
    self.loss = loss
    self.l1Penalty = l1Penalty
    self.l2Penalty = l2Penalty
    self.iterations = iterations
    self.preprocessing = preprocessing
  }

  /// Returns the penalty that equals scikit-learn's inverse strength C: 1 / (C n) for n samples.
  public static func l2Penalty(forC c: Double, sampleCount: Int) -> Double {
    1 / (c * Double(sampleCount))
  }

  /// Returns the penalty for scikit-learn's C on samples that may have weights: 1 / (C n) for a total weight of
  /// n.
  package static func l2Penalty(forC c: Double, on dataset: LabeledDataset, loss: Loss) -> Double {
    let weights = SampleWeights(
      loss, of: dataset.targets, labels: dataset.labels, sampleWeights: dataset.sampleWeights
    ).inDivisor
    // Without any weight the training itself is an error.
    let sum = weights.reduce(0, +)
    return 1 / (c * (sum > 0 ? sum : Double(dataset.count)))
  }

  // The network has an output for each class. The objective is convex, so the start is 0.
  static func network(
    for dataset: LabeledDataset, loss: Loss = .crossEntropy, initializer: Initializer = .zeros,
    seed: UInt64 = 0
  ) throws(SoftmaxError) -> Sequential {
    try MLPClassifier(hiddenUnits: [], loss: loss, initializer: initializer, seed: seed)
      .network(for: dataset)
  }

  // The factor of ||W||^2 / 2, where W are the weights of all outputs.
  private func penaltyOfOutputs(on dataset: LabeledDataset) -> Double {
    let usual = l1Penalty == 0 ? Self.l2Penalty(forC: 1, on: dataset, loss: loss) : 0
    let penalty = l2Penalty ?? usual
    return loss.isOneVsRest
      ? penalty : Self.penaltyOfOutputs(penalty, classCount: dataset.classCount)
  }

  /// Returns the factor of ||W||^2 / 2, where W are the weights of all outputs, for a penalty of the estimator.
  static func penaltyOfOutputs(_ penalty: Double, classCount: Int) -> Double {
    // With the weights w / 2 and -w / 2, ||W||^2 is ||w||^2 / 2, and ||W||_1 is ||w||_1.
    classCount == 2 ? 2 * penalty : penalty
  }
}

extension SoftmaxRegression: Estimator {
  /// Fits a model to a data set.
  ///
  /// With a starting model, classes are matched by name, and the model's pipeline is applied unchanged. A
  /// solve that ends before it converges gives the model that it has reached, and the training record says so.
  ///
  /// - Throws: the errors of
  ///   ``Sequential/fit(to:solver:pipeline:loss:iterations:l1Penalty:l2Penalty:validation:callbacks:resuming:threads:)``;
  ///   `shapeMismatch` or `invalidArgument` for a starting model with other layers, or without one of this
  ///   estimator's preprocessing steps.
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
  ///
  /// - Parameters:
  ///   - seed: the seed of a split of the validation samples.
  package func fitted(
    to dataset: LabeledDataset, startingFrom model: Classifier? = nil,
    validation: Validation = .none, callbacks: [any TrainingCallback] = [],
    resuming checkpoint: Checkpoint? = nil, seed: UInt64 = 0, execution: Execution,
    onProgress: ((TrainingProgress) throws -> Void)? = nil
  ) throws -> Classifier {
    guard LinearLoss.supports(loss) else {
      throw SoftmaxError(
        .unsupported,
        "softmax regression minimizes cross-entropy, or one class against the rest, not \(loss.name)",
        remedy: "use MLPClassifier(hiddenUnits: []), which is trained by batches")
    }
    let data = try TrainingData(
      dataset, startingFrom: model, validation: validation, preprocessing: preprocessing,
      seed: seed)
    let initializer = (model?.network.layers.last?.configuration.kind as? Dense)?.initializer
    var network = try Self.network(
      for: data.training, loss: loss, initializer: initializer ?? .zeros, seed: seed)
    if let model { try network.takeParameters(of: model) }
    network.unfreeze(layers: 0..<network.layers.count)
    var solver = SolverChoice(
      parameterCount: network.parameterCount, l1Penalty: l1Penalty,
      isSparse: SparsePlan.matrix(of: data.training.features) != nil
    ).solver
    if let gradientTolerance, solver is NewtonCG {
      solver = NewtonCG(gradientTolerance: gradientTolerance)
    }
    let penalty = penaltyOfOutputs(on: data.training)
    // Only the differences of the classes matter to cross-entropy.
    let isOfDifferences = !loss.isOneVsRest
    let result = try network.fit(
      to: data, solver: solver, loss: loss, iterations: iterations, l1Penalty: l1Penalty,
      l2Penalty: penalty, callbacks: callbacks, resuming: checkpoint,
      isCentered: isOfDifferences,
      execution: execution, onProgress: onProgress)
    var record = TrainingRecord(
      rowCount: data.training.count, loss: loss, solver: solver, l1Penalty: l1Penalty,
      l2Penalty: isOfDifferences && dataset.classCount == 2 ? penalty / 2 : penalty, seed: seed,
      history: result.history)
    record.take(result)
    return try Classifier(
      network: network, classNames: data.training.classNames, pipeline: data.pipeline,
      trainingRecord: record, outputFunction: loss.outputFunction)
  }
}

extension SoftmaxRegression {
  /// Computes the objective and its gradient at the given parameters.
  ///
  /// For cross-entropy the objective is J(W, b) = -(1 / n) sum over i of ln softmax(W x_i + b)_{y_i} + l2 / 2 ||W||^2.
  ///
  /// Its gradient is dJ/dw_k = (1 / n) sum over i of x_i (p_ik - 1{y_i = k}) + l2 w_k. An L1 penalty adds
  /// l1 ||W||_1 to the objective, and to the gradient l1 times the signs of the weights, 0 for a weight of 0.
  ///
  /// The derivative with respect to b_k has 1 instead of x_i and no penalty. In matrix form the gradient is
  /// dJ/dW = (1 / n) (P - Y)^T X + l2 W. For two classes the factor of the penalty is twice l2.
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
    var network = try Self.network(for: dataset, loss: loss)
    let layer = network.layers.count - 1
    try network.setParameters(ofLayer: layer, weight: weight, bias: bias)
    let (objective, gradient) = try network.valueAndGradient(
      of: loss, on: dataset, l1Penalty: l1Penalty, l2Penalty: penaltyOfOutputs(on: dataset),
      threads: threads)
    return (objective, (gradient.layers[0].weight, gradient.layers[0].bias))
  }
}

extension TrainingRecord {
  /// Takes over the certificate of a solve.
  fileprivate mutating func take(_ result: SolverResult) {
    objective = result.objective
    objectiveGap = result.objectiveGap
    gradientNorm = result.gradientNorm
    evaluations = result.evaluations
    isConverged = result.isConverged
    isSeparable = result.isSeparable ? true : nil
  }
}
