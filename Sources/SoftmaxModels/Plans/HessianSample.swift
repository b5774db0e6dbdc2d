// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// The rows from which the Hessian of softmax regression is estimated, with their probabilities.
///
/// A product over rows is estimated on few of them. They are drawn in proportion to what they add, since most
/// rows of a trained model are classified with certainty and add next to nothing.
struct HessianSample {
  private let features: Features
  private let arena = Arena()
  /// The rows that may be drawn.
  let rows: [Int]
  /// [classes, rows].
  let probabilities: MatrixView
  /// The factor of each row's (diag(p) - p p^T) x x^T.
  let factors: [Double]
  /// The mean and the scale 1 / sqrt(variance + l2) of each column, and 0 and 1 for the bias; the means are 0
  /// without biases.
  let means: [Double]
  let scales: [Double]
  private let hasBias: Bool
  private let kernels: Kernels
  // The means and scales of the features as floats, and 1 and 0 to multiply by and to add.
  private let centre: (mean: MatrixView, scale: MatrixView, one: MatrixView, zero: MatrixView)

  // So that a scale is finite as a float.
  private static let greatestScale = 0x1p100

  /// The number of classes.
  var classCount: Int { probabilities.rowCount }
  /// The number of columns of a product: the features, and 1 for the bias.
  var width: Int { means.count }

  /// Computes the probabilities of some rows at some parameters.
  ///
  /// - Parameter rowCount: the greatest number of rows that may be drawn from, but for a block.
  init(
    of plan: LinearPlan, on features: Features, at point: [Double], l2Penalty: Double,
    rowCount: Int, team: WorkerTeam
  ) {
    self.features = features
    let hasBias = plan.hasBias
    self.hasBias = hasBias
    let moments = plan.moments
    kernels = plan.kernels
    // Features minus any centre do, so floats that are near the means are taken in all that follows.
    let ofFeatures = moments.means.map { hasBias ? Float($0) : 0 }
    let ofScales = moments.scales(l2Penalty: l2Penalty, isCentred: hasBias).map {
      Float(min($0, Self.greatestScale))
    }
    means = ofFeatures.map { Double($0) } + (hasBias ? [0] : [])
    scales = ofScales.map { Double($0) } + (hasBias ? [1] : [])
    let row = { [arena] (values: [Float]) in arena.row(values, count: values.count) }
    centre = (
      row(ofFeatures), row(ofScales), row(ofFeatures.map { _ in 1 }), row(ofFeatures.map { _ in 0 })
    )
    let blocks = plan.evenBlocks(limit: rowCount)
    rows = blocks.flatMap { $0 }
    // These rows stand for all.
    let share = Double(plan.rowCount) / Double(rows.count)
    factors = rows.map { plan.loss.hessianScales[$0] * share }
    probabilities = arena.matrix(rowCount: plan.classCount, columnCount: rows.count)
    features.withSource { [probabilities] source in
      plan.copyProbabilities(of: blocks, at: point, on: source, team: team, to: probabilities)
    }
  }

  /// Returns an estimate of the sum over the rows of share x x^T, where x has a 1 in front of the bias, as rows
  /// y for which it is the sum of y y^T.
  ///
  /// - Parameters:
  ///   - shares: the share of each row, at least 0.
  ///   - count: the greatest number of rows of the result.
  func squares(shares: [Double], count: Int, arena: Arena) -> MatrixView {
    let chosen = Self.draw(shares, count: count)
    let places = arena.vector(copying: chosen.map { Int64(rows[$0.index]) })
    let result = arena.matrix(rowCount: chosen.count, columnCount: width)
    let inputs = result.columns(0..<centre.mean.columnCount)
    features.withSource { kernels.gather($0, rows: places, into: inputs) }
    kernels.normalizeColumns(
      inputs, mean: centre.mean, inverse: centre.scale, gamma: centre.one, beta: centre.zero,
      normal: nil, into: inputs)
    for (row, choice) in chosen.enumerated() {
      if hasBias { result[row, width - 1] = 1 }
      kernels.multiply(result.rows(row..<row + 1), by: Float(choice.weight.squareRoot()))
    }
    return result
  }

  /// Draws systematically, with probabilities in proportion to the shares, and returns the weights that make
  /// the sums unbiased.
  ///
  /// If there are few rows with a share, each is taken once.
  static func draw(
    _ shares: [Double], count: Int
  ) -> [(index: Int, weight: Double)] {
    var (total, presentCount) = (0.0, 0)
    for share in shares where share > 0 {
      total += share
      presentCount += 1
    }
    guard presentCount > count else {
      return shares.enumerated().compactMap { $0.element > 0 ? ($0.offset, $0.element) : nil }
    }
    var result: [(index: Int, weight: Double)] = []
    var sum = 0.0
    var drawn = 0
    for (index, share) in shares.enumerated() where share > 0 {
      sum += share / total * Double(count)
      let end = min(count, Int((sum + 0.5).rounded(.down)))
      guard end > drawn else { continue }
      result.append((index, Double(end - drawn) * total / Double(count)))
      drawn = end
    }
    return result
  }
}
