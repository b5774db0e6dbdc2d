// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

extension HessianFactor {
  // The number of rows whose features stay in the cache.
  private static let rowsOfBlock = 256

  /// Computes the lower triangle of the matrix, or of each class' matrix.
  func estimate(_ sample: HessianSample, ridge: Float, _ matrix: MatrixView) {
    switch form {
    case .whole: estimatePairs(sample, ridge: ridge, matrix)
    case .shared: estimateShared(sample, ridge: ridge, matrix)
    case .separate: estimateClasses(sample, ridge: ridge, matrix)
    }
  }

  private func estimateClasses(_ sample: HessianSample, ridge: Float, _ matrix: MatrixView) {
    team.run { [self] worker in
      for unit in 0..<classCount where unit % worker.count == worker.index {
        let arena = Arena()
        defer { withExtendedLifetime(arena) {} }
        let target = matrix.rows(unit * width..<(unit + 1) * width)
        let rows = sample.squares(
          shares: shares(of: sample, unit), count: rowCount, arena: arena)
        sumSquares(of: rows, columns: Self.blocks(width), into: target, arena)
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
    let last = classCount - 1
    @Sendable func block(_ a: Int, _ b: Int) -> MatrixView {
      matrix.rows(a * width..<(a + 1) * width).columns(b * width..<(b + 1) * width)
    }
    let pairs = (1..<classCount).flatMap { a in (0..<a).map { b in (a, b) } }
    team.run { [self] worker in
      for (index, (a, b)) in pairs.enumerated() where index % worker.count == worker.index {
        let arena = Arena()
        defer { withExtendedLifetime(arena) {} }
        let target = a == last ? block(b, b) : block(a, b)
        let rows = sample.squares(
          shares: shares(of: sample, a, b), count: rowCount, arena: arena)
        sumSquares(of: rows, columns: Self.blocks(width), into: target, arena)
        // Of two different classes the whole block is below the diagonal of the matrix.
        for row in 0..<width {
          for column in row + 1..<width { target[row, column] = target[column, row] }
        }
        addPenalty(l2Penalty / Double(classCount), sample, to: target)
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

  /// The columns of the one matrix for all classes are divided among the workers.
  private func estimateShared(_ sample: HessianSample, ridge: Float, _ matrix: MatrixView) {
    let arena = Arena()
    defer { withExtendedLifetime(arena) {} }
    let rows = sample.squares(shares: sharesOfAll(sample), count: rowCount, arena: arena)
    let blocks = Self.blocks(width)
    team.run { [self] worker in
      let arena = Arena()
      defer { withExtendedLifetime(arena) {} }
      let own = blocks.indices.filter { $0 % worker.count == worker.index }.map { blocks[$0] }
      sumSquares(of: rows, columns: own, into: matrix, arena)
    }
    addPenalty(l2Penalty, sample, to: matrix)
    raiseDiagonal(of: matrix, by: ridge)
  }

  /// Returns the share of each row in the curvature of a pair of classes.
  private func shares(of sample: HessianSample, _ a: Int, _ b: Int) -> [Double] {
    sample.factors.enumerated().map { index, factor in
      factor * Double(sample.probabilities[a, index]) * Double(sample.probabilities[b, index])
    }
  }

  /// Returns the share of each row in the curvature of a class that is told from the rest by itself.
  private func shares(of sample: HessianSample, _ unit: Int) -> [Double] {
    sample.factors.enumerated().map { index, factor in
      let p = Double(sample.probabilities[unit, index])
      return factor * p * (1 - p)
    }
  }

  /// Returns the share of each row in the one matrix for all classes.
  ///
  /// The sum of p (1 - p) is of as many classes as can change by themselves, all but one if they are coupled.
  private func sharesOfAll(_ sample: HessianSample) -> [Double] {
    let freeCount = Double(isCoupled ? max(1, classCount - 1) : classCount)
    return sample.factors.enumerated().map { index, factor in
      var sum = 0.0
      for unit in 0..<classCount {
        let p = Double(sample.probabilities[unit, index])
        sum += p * (1 - p)
      }
      return factor * sum / freeCount
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
