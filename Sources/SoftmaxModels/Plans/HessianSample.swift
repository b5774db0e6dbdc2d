// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// The rows from which the Hessian of softmax regression is estimated, with their probabilities.
struct HessianSample {
  private let arena = Arena()
  /// [rows, width]: the features, centred and scaled, with a column of ones if there is a bias.
  let features: MatrixView
  let probabilities: MatrixView
  /// The weights of the rows in the Hessian.
  let weights: [Float]
  /// The mean and the scale of each column of `features`, 0 and 1 for the bias.
  let means: [Double]
  let scales: [Double]

  init(
    of dataset: LabeledDataset, curvatures: [LinearPlan.Curvature], _ layout: ParameterLayout,
    at point: [Float], rowCount: Int, l2Penalty: Double, hasBias: Bool, kernels: Kernels
  ) {
    let chosen = Self.rows(of: curvatures, count: rowCount)
    let rows = chosen.map(\.row)
    weights = chosen.map { Float($0.weight) }
    let count = rows.count
    let inputs = dataset.features.selecting(rows: rows).matrix
    let weight = layout.segments[0]
    features = arena.matrix(
      rowCount: count, columnCount: inputs.columnCount + (hasBias ? 1 : 0))
    features.columns(0..<inputs.columnCount).assign(inputs)
    if hasBias { features.columns(inputs.columnCount..<features.columnCount).fill(1) }
    (means, scales) = Self.moments(
      of: inputs, l2Penalty: l2Penalty, hasBias: hasBias)
    probabilities = arena.matrix(rowCount: count, columnCount: weight.shape[0])
    point.withFlatView { [features, probabilities] point in
      guard let point else { return }
      let inputs = features.columns(0..<weight.shape[1])
      let bias = layout.segments.dropFirst().first?.view(of: point)
      if weight.isTransposed {
        kernels.multiply(inputs, weight.view(of: point), bias: bias, into: probabilities)
      } else {
        kernels.multiply(
          inputs, transposed: weight.view(of: point), bias: bias, into: probabilities)
      }
      kernels.softmax(probabilities, into: probabilities)
    }
    for row in 0..<count {
      for column in 0..<inputs.columnCount {
        features[row, column] = Float(
          (Double(features[row, column]) - means[column]) * scales[column])
      }
    }
  }

  /// Chooses the rows of the estimate and their weights.
  ///
  /// If there are more than `count`, they are drawn systematically, with probabilities in proportion to the
  /// traces of their shares in the Hessian, since most rows of a trained model are classified with certainty
  /// and add nothing. A tenth of the probability is spread evenly.
  private static func rows(
    of curvatures: [LinearPlan.Curvature], count: Int
  ) -> [(row: Int, weight: Double)] {
    guard curvatures.count > count else {
      return curvatures.enumerated().map { ($0.offset, $0.element.factor) }
    }
    let traces = curvatures.reduce(0) { $0 + $1.trace }
    let factors = curvatures.reduce(0) { $0 + $1.factor }
    var result: [(row: Int, weight: Double)] = []
    var sum = 0.0
    for (row, curvature) in curvatures.enumerated() {
      // If no row counts, or if the model is certain of all, the rows are spaced evenly.
      let even = factors > 0 ? curvature.factor / factors : 1 / Double(curvatures.count)
      let share = traces > 0 ? 0.9 * curvature.trace / traces + 0.1 * even : even
      sum += share * Double(count)
      while Double(result.count) + 0.5 < sum, result.count < count {
        result.append((row, curvature.factor / (share * Double(count))))
      }
    }
    return result
  }

  /// Returns the mean of each column and the scale 1 / sqrt(variance + l2), and 0 and 1 for the bias; the
  /// mean is 0 without biases.
  private static func moments(
    of inputs: Matrix, l2Penalty: Double, hasBias: Bool
  ) -> (means: [Double], scales: [Double]) {
    var (sums, squares) = (
      [Double](repeating: 0, count: inputs.columnCount),
      [Double](repeating: 0, count: inputs.columnCount)
    )
    for row in 0..<inputs.rowCount {
      for (column, value) in inputs.row(row).enumerated() { sums[column] += Double(value) }
    }
    let means = sums.map { hasBias ? $0 / Double(inputs.rowCount) : 0 }
    for row in 0..<inputs.rowCount {
      for (column, value) in inputs.row(row).enumerated() {
        let difference = Double(value) - means[column]
        squares[column] += difference * difference
      }
    }
    let scales = squares.map { square in
      let deviation = (square / Double(inputs.rowCount) + l2Penalty).squareRoot()
      return deviation > 0 && deviation.isFinite ? 1 / deviation : 1
    }
    return hasBias ? (means + [0], scales + [1]) : (means, scales)
  }
}
