// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// The blocks below the diagonal of a lower triangular matrix, as halves (bfloat16).
///
/// A product with a vector reads the whole matrix once, so it takes as long as the memory needs. Halves are half as
/// much as floats, and a block is in one piece, which the processor fetches ahead. An element has a relative error of
/// at most 2^-9.
struct HalvedTriangle {
  private static let block = HessianFactor.block

  private let halves: VectorView<UInt16>

  /// Allocates memory for a matrix of `count` rows and columns.
  init(_ arena: Arena, count: Int) {
    let blockCount = HessianFactor.blocks(count).count
    halves = arena.vector(count: blockCount * (blockCount - 1) / 2 * Self.block * Self.block)
  }

  /// Returns some rows of the block in a row and a column of blocks.
  private func elements(_ row: Int, _ column: Int, _ rows: Range<Int>) -> VectorView<UInt16> {
    let first = (row * (row - 1) / 2 + column) * Self.block
    return halves.elements(
      (first + rows.lowerBound) * Self.block..<(first + rows.upperBound) * Self.block)
  }

  /// Takes over some rows of a matrix, below the diagonal, in a column of blocks.
  func assign(_ matrix: MatrixView, rows: Range<Int>, column: Int) {
    var row = rows.lowerBound
    while row < rows.upperBound {
      let (index, first) = row.quotientAndRemainder(dividingBy: Self.block)
      let part = first..<min(Self.block, first + rows.upperBound - row)
      elements(index, column, part).assign(
        rounding: matrix.rows(row..<row + part.count)
          .columns(column * Self.block..<(column + 1) * Self.block))
      row += part.count
    }
  }

  /// Computes y += x a^T, where a are some rows of a row of blocks.
  func addProduct(
    of x: MatrixView, row: Int, _ rows: Range<Int>, to y: MatrixView, _ kernels: Kernels
  ) {
    for column in 0..<row {
      kernels.add(
        productOf: x.columns(column * Self.block..<(column + 1) * Self.block),
        transposed: elements(row, column, rows), to: y)
    }
  }

  /// Computes y += x a, where a are some columns of a row of blocks, whole blocks.
  func addProduct(
    of x: MatrixView, row: Int, columns: Range<Int>, to y: MatrixView, _ kernels: Kernels
  ) {
    for first in stride(from: columns.lowerBound, to: columns.upperBound, by: Self.block) {
      let place = first - columns.lowerBound
      kernels.add(
        productOf: x, elements(row, first / Self.block, 0..<x.columnCount),
        to: y.columns(place..<place + Self.block))
    }
  }
}
