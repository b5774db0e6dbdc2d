// SPDX-License-Identifier: Apache-2.0

package import SoftmaxCore

extension PreprocessingStep {
  /// A step that gives each feature mean 0 and standard deviation 1: (x - mean) / standard deviation.
  ///
  /// The standard deviation is the square root of the mean squared distance from the mean; the divisor is
  /// the number of rows, as in scikit-learn's `StandardScaler`, and rows count with their weights. For a constant
  /// feature it is set to 1. The difference and the quotient are computed in double and rounded to `Float` once.
  public static let standardize = PreprocessingStep(Standardization())
}

/// The step of ``PreprocessingStep/standardize``.
package struct Standardization: PreprocessingKind {
  package static let name = "standardize"

  /// The mean of each feature; empty before fitting.
  package let mean: [Double]
  /// The divisor of each feature's distance from its mean; empty before fitting.
  package let standardDeviation: [Double]

  /// Creates a standardization that is not fitted.
  package init() { (mean, standardDeviation) = ([], []) }

  /// Creates a fitted standardization with the mean and the standard deviation of each feature.
  ///
  /// - Throws: `shapeMismatch` unless both arrays have the same length and are not empty; `invalidArgument`
  ///   with the index of a feature whose mean is not finite or whose standard deviation is not a finite
  ///   number greater than 0.
  package init(mean: [Double], standardDeviation: [Double]) throws(SoftmaxError) {
    guard mean.count == standardDeviation.count, !mean.isEmpty else {
      throw SoftmaxError(
        .shapeMismatch,
        "a standardization needs as many means as standard deviations, and one at least; got "
          + "\(mean.count) and \(standardDeviation.count)")
    }
    for (column, (mean, deviation)) in zip(mean, standardDeviation).enumerated() {
      guard mean.isFinite, deviation.isFinite, deviation > 0 else {
        throw SoftmaxError(
          .invalidArgument,
          "feature \(column) has the mean \(mean) and the standard deviation \(deviation); expected "
            + "finite numbers, the standard deviation greater than 0")
      }
    }
    self.mean = mean
    self.standardDeviation = standardDeviation
  }

  package init(
    settings: NoSettings, learnt: [String: [Double]]
  ) throws(SoftmaxError) {
    try self.init(
      mean: learnt["mean"] ?? [], standardDeviation: learnt["standard_deviation"] ?? [])
  }

  package var settings: NoSettings { NoSettings() }
  package var learnt: [String: [Double]] {
    ["mean": mean, "standard_deviation": standardDeviation]
  }
  package var isFitted: Bool { !mean.isEmpty }
  package var description: String { "standardized" }

  // Two passes over the rows, because the sum of squared distances from the mean loses no precision if the
  // mean is large. Each sum goes over the rows in ascending order. The mean is computed relative to the
  // first row that counts, so the mean of a constant feature is exact. A row of weight 2 counts like two rows.
  package func fitted(to rows: PreprocessedRows) throws(SoftmaxError) -> Standardization {
    let weights = rows.weights.map { $0.map { Double($0) } }
    let count = weights?.reduce(0, +) ?? Double(rows.rowCount)
    guard count > 0 else {
      throw SoftmaxError(
        .invalidArgument, "all rows to learn from have the weight 0",
        remedy: "give some rows a weight greater than 0")
    }
    let width = rows.columnCount
    var origin: [Double] = []
    var mean = [Double](repeating: 0, count: width)
    let originRow = weights?.firstIndex { $0 > 0 } ?? 0
    try rows.forEachBlock { first, values throws(SoftmaxError) in
      if origin.isEmpty, first + values.count / width > originRow {
        origin = Array(values.dropFirst((originRow - first) * width).prefix(width))
      }
      var column = 0
      for (index, value) in values.enumerated() {
        guard value.isFinite else {
          throw rows.failure(row: first + index / width, column: column)
        }
        let row = first + index / width
        if row >= originRow { mean[column] += (weights?[row] ?? 1) * (value - origin[column]) }
        column = column + 1 == width ? 0 : column + 1
      }
    }
    for column in mean.indices { mean[column] = origin[column] + mean[column] / count }
    var variance = [Double](repeating: 0, count: width)
    try rows.forEachBlock { first, values throws(SoftmaxError) in
      var column = 0
      for (index, value) in values.enumerated() {
        let weight = weights?[first + index / width] ?? 1
        let distance = value - mean[column]
        variance[column] += weight * (distance * distance)
        column = column + 1 == width ? 0 : column + 1
      }
    }
    let deviation = zip(variance, mean).map { variance, mean -> Double in
      // Rounding can leave a constant feature a standard deviation of a few ulps of its mean. Dividing by
      // that would only amplify rounding errors.
      let noise = Double(rows.rowCount).squareRoot() * mean.magnitude * Double.ulpOfOne
      let deviation = (variance / count).squareRoot()
      return deviation > noise ? deviation : 1
    }
    return try Standardization(mean: mean, standardDeviation: deviation)
  }

  package func columnCount(from count: Int?) throws(SoftmaxError) -> Int? {
    guard isFitted, let count, count != mean.count else { return isFitted ? mean.count : count }
    throw SoftmaxError(
      .shapeMismatch, "the standardization is of \(mean.count) features; got \(count)")
  }

  package var action: PreprocessingAction {
    .compute { [mean, standardDeviation] values in
      var column = 0
      for index in values.indices {
        values[index] = (values[index] - mean[column]) / standardDeviation[column]
        column = column + 1 == mean.count ? 0 : column + 1
      }
    }
  }
}
