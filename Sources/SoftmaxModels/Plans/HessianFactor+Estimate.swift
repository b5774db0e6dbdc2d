// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

extension HessianFactor {
  // The number of rows whose features stay in the cache.
  private static let rowsOfBlock = 256

  /// Computes the lower triangle of the matrix, or of each class' matrix.
  func estimate(_ sample: HessianSample, ridge: Float, _ matrix: MatrixView) {
    guard form == .separate else { return estimatePairs(sample, ridge: ridge, matrix) }
    team.run { [self] worker in
      for unit in 0..<classCount where unit % worker.count == worker.index {
        let arena = Arena()
        defer { withExtendedLifetime(arena) {} }
        let shares = sample.factors.enumerated().map { index, factor in
          let p = Double(sample.probabilities[unit, index])
          return factor * p * (1 - p)
        }
        let target = matrix.rows(unit * width..<(unit + 1) * width)
        sumSquares(
          of: sample.squares(shares: shares, count: rowCount, arena: arena),
          columns: Self.blocks(width), into: target, arena)
        addPenalty(l2Penalty, sample, to: target)
        raiseDiagonal(of: target, by: ridge)
      }
    }
  }

  private func addPenalty(_ penalty: Double, _ sample: HessianSample, to matrix: MatrixView) {
    for (column, scale) in sample.scales.enumerated() where !(hasBias && column == width - 1) {
      matrix[column, column] += Float(penalty * scale * scale)
    }
  }

  private func raiseDiagonal(of matrix: MatrixView, by ridge: Float) {
    for index in 0..<width {
      let diagonal = matrix[index, index] * (1 + ridge)
      // A feature that is 0 in all rows has no curvature and no gradient.
      matrix[index, index] = diagonal == 0 ? 1 : diagonal
    }
  }

  /// For two classes the curvature of the difference of their parameters is added to their blocks on the diagonal,
  /// and subtracted from the one they share; the last class has no block.
  private func estimatePairs(_ sample: HessianSample, ridge: Float, _ matrix: MatrixView) {
    let last = form == .whole ? classCount - 1 : 1
    @Sendable func block(_ a: Int, _ b: Int) -> MatrixView {
      matrix.rows(a * width..<(a + 1) * width).columns(b * width..<(b + 1) * width)
    }
    let pairs =
      form == .whole ? (1..<classCount).flatMap { a in (0..<a).map { b in (a, b) } } : [(1, 0)]
    let penalty = form == .whole ? l2Penalty / Double(classCount) : l2Penalty
    if form == .shared { estimateShared(sample, block(0, 0)) }
    team.run { [self] worker in
      for (index, (a, b)) in pairs.enumerated() where index % worker.count == worker.index {
        let target = a == last ? block(b, b) : block(a, b)
        if form == .whole {
          let arena = Arena()
          defer { withExtendedLifetime(arena) {} }
          let rows = sample.squares(
            shares: shares(of: sample, a, b), count: rowCount, arena: arena)
          sumSquares(of: rows, columns: Self.blocks(width), into: target, arena)
        }
        // Of two different classes the whole block is below the diagonal of the matrix.
        for row in 0..<width {
          for column in row + 1..<width { target[row, column] = target[column, row] }
        }
        addPenalty(penalty, sample, to: target)
        if a < last { kernels.multiply(target, by: -1) }
      }
      worker.barrier()
      for unit in 0..<last where unit % worker.count == worker.index {
        let sum = block(unit, unit)
        for other in 0..<last where other != unit {
          let pair = block(max(unit, other), min(unit, other))
          for row in 0..<width {
            for column in 0...row { sum[row, column] -= pair[row, column] }
          }
        }
        raiseDiagonal(of: sum, by: ridge)
      }
    }
  }

  /// Computes the lower triangle of the one matrix for all classes, whose columns are divided among the workers.
  private func estimateShared(_ sample: HessianSample, _ matrix: MatrixView) {
    let arena = Arena()
    defer { withExtendedLifetime(arena) {} }
    let rows = sample.squares(shares: shares(of: sample, 1, 0), count: rowCount, arena: arena)
    let blocks = Self.blocks(width)
    team.run { [self] worker in
      let arena = Arena()
      defer { withExtendedLifetime(arena) {} }
      let own = blocks.indices.filter { $0 % worker.count == worker.index }.map { blocks[$0] }
      sumSquares(of: rows, columns: own, into: matrix, arena)
    }
  }

  /// Returns the share of each row in the curvature of a pair of classes; of all classes for the approximation.
  private func shares(of sample: HessianSample, _ a: Int, _ b: Int) -> [Double] {
    let probabilities = sample.probabilities
    guard form == .shared else {
      return sample.factors.enumerated().map { index, factor in
        factor * Double(probabilities[a, index]) * Double(probabilities[b, index])
      }
    }
    return sample.factors.enumerated().map { index, factor in
      var squares = 0.0
      for unit in 0..<classCount {
        squares += Double(probabilities[unit, index]) * Double(probabilities[unit, index])
      }
      return factor * max(0, 1 - squares) / Double(max(1, classCount - 1))
    }
  }

  /// Computes some columns of the lower triangle of the sum of the products of each row with itself, by blocks of
  /// rows and columns.
  private func sumSquares(
    of rows: MatrixView, columns blocks: [Range<Int>], into sum: MatrixView, _ arena: Arena
  ) {
    let part = arena.matrix(rowCount: width, columnCount: Self.block)
    if rows.rowCount == 0 {
      for columns in blocks { sum.columns(columns).fill(0) }
    }
    for first in stride(from: 0, to: rows.rowCount, by: Self.rowsOfBlock) {
      let rows = rows.rows(first..<min(first + Self.rowsOfBlock, rows.rowCount))
      for columns in blocks {
        let below = columns.lowerBound..<width
        let target = sum.rows(below).columns(columns)
        let part = part.rows(0..<below.count).columns(0..<columns.count)
        kernels.multiplyOverRows(
          rows.columns(below), rows.columns(columns), into: first == 0 ? target : part)
        if first > 0 { kernels.add(part, to: target) }
      }
    }
  }
}
