// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// The mean and the variance of each column of features, over at most 4,096 rows that are spaced evenly.
struct ColumnMoments {
  let means: [Double]
  let variances: [Double]

  private static let greatestRowCount = 4096
  private static let rowsOfBlock = 256

  init(of features: Features, _ kernels: Kernels) {
    let count = min(Self.greatestRowCount, features.rowCount)
    let rows = (0..<count).map { $0 * features.rowCount / count }
    // The columns of a table would be converted in all rows.
    let isTable = features.table != nil
    let chosen = isTable ? Features.floats(features.selecting(rows: rows).matrix) : features
    let arena = Arena()
    defer { withExtendedLifetime(arena) {} }
    let places = arena.vector(copying: (isTable ? Array(0..<count) : rows).map { Int64($0) })
    let block = arena.matrix(rowCount: Self.rowsOfBlock, columnCount: features.columnCount)
    let means = arena.vector(count: features.columnCount, of: Double.self)
    let squares = arena.vector(count: features.columnCount, of: Double.self)
    chosen.withSource { source in
      func forEachBlock(_ body: (MatrixView) -> Void) {
        for first in stride(from: 0, to: count, by: Self.rowsOfBlock) {
          let rows = first..<min(first + Self.rowsOfBlock, count)
          kernels.gather(source, rows: places.elements(rows), into: block.rows(0..<rows.count))
          body(block.rows(0..<rows.count))
        }
      }
      forEachBlock { $0.add(times: 1, to: means, at: 0, stride: 0) }
      for column in 0..<means.count { means[column] /= Double(count) }
      forEachBlock { $0.addSquares(minus: means, to: squares) }
    }
    self.means = means.elements()
    variances = squares.elements().map { $0 / Double(count) }
  }

  /// Returns 1 / sqrt(variance + l2) of each column, with the mean square in place of the variance unless the
  /// features are centred; 1 where that is not finite.
  func scales(l2Penalty: Double, isCentred: Bool) -> [Double] {
    zip(means, variances).map { mean, variance in
      let square = variance + (isCentred ? 0 : mean * mean) + l2Penalty
      return square > 0 && square.isFinite ? 1 / square.squareRoot() : 1
    }
  }
}
