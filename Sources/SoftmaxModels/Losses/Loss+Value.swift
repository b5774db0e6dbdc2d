// SPDX-License-Identifier: Apache-2.0

public import SoftmaxCore

extension Loss {
  /// The loss of some rows, and its gradient with respect to their outputs.
  public struct Value: Hashable, Sendable {
    /// The weighted mean over the rows; 0 if ``weight`` is 0.
    public let loss: Double
    /// The sum of the rows' weights, the divisor of the mean; 0 if no row has a positive weight.
    public let weight: Double
    /// The gradient of ``loss`` with respect to the outputs: [rows, outputs].
    public let gradient: Matrix
  }

  /// Computes the loss of some rows of outputs, and its gradient with respect to the outputs.
  ///
  /// ```swift
  /// let logits = try Matrix([[3, 1, -3], [0, 2, 0]])
  /// let value = try Loss.crossEntropy(labelSmoothing: 0.1).value(
  ///   of: .labels([0, 1]), logits: logits)
  /// print(value.loss, value.gradient[0, 0])
  /// ```
  ///
  /// The result has the same bits as training on a batch of these rows. Cross-entropy without label
  /// smoothing and weights is an exception: training uses a separate kernel, whose last bits can differ.
  ///
  /// - Parameters:
  ///   - targets: a class, a distribution, or an indicator of each class for every row.
  ///   - logits: the outputs before any softmax or sigmoid, [rows, outputs];
  ///     `Matrix.looksLikeProbabilities` detects probabilities. A single output represents two classes.
  ///   - sampleWeights: the weight of each row; by default all rows have the same weight.
  /// - Throws: `shapeMismatch`, `labelOutOfRange`, `nonFiniteValue`, `invalidData` or `invalidArgument` for
  ///   arguments that do not fit together.
  public func value(
    of targets: Targets, logits: Matrix, sampleWeights: [Float]? = nil
  ) throws(SoftmaxError) -> Value {
    guard logits.rowCount > 0, logits.columnCount > 0 else {
      throw SoftmaxError(.invalidArgument, "a loss needs at least one row and one output")
    }
    let classCount = logits.columnCount == 1 ? 2 : logits.columnCount
    // A data set is made here because its initializer validates targets and weights.
    let names = (0..<classCount).map { "\($0)" }
    let features = Features.floats(Matrix(rowCount: logits.rowCount, columnCount: 1))
    let dataset: LabeledDataset
    switch targets {
    case .labels(let labels):
      dataset = try LabeledDataset(
        features: features, labels: labels, classNames: names, sampleWeights: sampleWeights)
    case .distributions(let matrix):
      dataset = try LabeledDataset(
        features: features, distributions: matrix, classNames: names, sampleWeights: sampleWeights)
    case .indicators(let matrix):
      dataset = try LabeledDataset(
        features: features, indicators: matrix, classNames: names, sampleWeights: sampleWeights)
    }
    try validate(targets, classCount: classCount, outputCount: logits.columnCount)
    let (total, gradient) = evaluate(dataset, logits: logits)
    return Value(loss: total.loss, weight: total.weightSum, gradient: gradient)
  }

  /// Computes the loss of a whole data set as one batch, from its logits; both were validated before.
  func evaluate(
    _ dataset: LabeledDataset, logits: Matrix
  ) -> (totals: LossTotals, gradient: Matrix) {
    let targets = dataset.targets
    let rows = 0..<dataset.count
    let arena = Arena()
    let pass = LossPass(
      self, of: targets, labels: dataset.labels, sampleWeights: dataset.sampleWeights,
      classCount: dataset.classCount, outputCount: logits.columnCount, batchSize: rows.count,
      kernels: .best, in: arena)
    let samples = arena.vector(copying: rows.map(Int64.init))
    let labels = arena.vector(copying: dataset.labels.map(Int32.init))
    let outputs = arena.matrix(rowCount: rows.count, columnCount: logits.columnCount)
    let gradient = arena.matrix(rowCount: rows.count, columnCount: logits.columnCount)
    let losses: VectorView<Float> = arena.vector(count: rows.count)
    let predictions: VectorView<Int32> = arena.vector(count: rows.count)
    outputs.assign(logits)
    func run(_ source: FeatureSource?) {
      pass.differentiate(
        rows, of: samples, labels: labels, source: source, outputs: outputs, losses: losses,
        gradient: gradient, predictions: predictions)
    }
    if let matrix = targets.matrix {
      Features.floats(matrix).withSource { run($0) }
    } else {
      run(nil)
    }
    let total = pass.total(of: samples, labels: labels, losses: losses, predictions: predictions)
    let matrix = gradient.matrix()
    withExtendedLifetime(arena) {}
    return (total, matrix)
  }
}
