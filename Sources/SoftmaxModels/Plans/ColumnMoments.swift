// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// The mean and the variance of each column of features, over at most 4,096 rows that are spaced evenly.
struct ColumnMoments {
  let means: [Double]
  let variances: [Double]

  init(of features: Features) {
    let count = min(4096, features.rowCount)
    let rows = (0..<count).map { $0 * features.rowCount / count }
    let matrix = features.selecting(rows: rows).matrix
    var sums = [Double](repeating: 0, count: matrix.columnCount)
    for row in 0..<count {
      for (column, value) in matrix.row(row).enumerated() { sums[column] += Double(value) }
    }
    let means = sums.map { $0 / Double(count) }
    var squares = [Double](repeating: 0, count: matrix.columnCount)
    for row in 0..<count {
      for (column, value) in matrix.row(row).enumerated() {
        let difference = Double(value) - means[column]
        squares[column] += difference * difference
      }
    }
    self.means = means
    variances = squares.map { $0 / Double(count) }
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
