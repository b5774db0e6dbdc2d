// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

extension HessianFactor {
  /// The memory of a factor and its solutions, which the next factor of the same shape can use.
  final class Memory: Sendable {
    private let arena = Arena()
    /// The lower triangle of the matrix, then of its factor; those of separate classes one below the other.
    let matrix: MatrixView
    /// The inverse of each block on the diagonal of the factor.
    let inverses: MatrixView
    /// The right sides, which the solutions replace: one for the whole Hessian, one for each class for the
    /// approximation.
    let right: MatrixView
    let part: MatrixView
    let product: MatrixView
    /// Of each column the mean over the classes of the right sides, and a sum over the classes.
    let common: VectorView<Double>
    let sums: VectorView<Double>
    /// The factor's elements below the blocks on the diagonal, for a large factor of drawn rows.
    let halves: HalvedTriangle?

    /// Allocates memory.
    ///
    /// - Parameter hasHalves: whether the factor's elements may be read as halves.
    init(count: Int, matrixCount: Int, sideCount: Int, width: Int, hasHalves: Bool) {
      matrix = arena.matrix(rowCount: matrixCount * count, columnCount: count)
      let blockCount = matrixCount * HessianFactor.blocks(count).count
      inverses = arena.matrix(
        rowCount: blockCount * HessianFactor.block, columnCount: HessianFactor.block)
      right = arena.matrix(rowCount: sideCount, columnCount: count)
      product = arena.matrix(rowCount: sideCount, columnCount: count)
      part = arena.matrix(rowCount: sideCount, columnCount: HessianFactor.block)
      common = arena.vector(count: width)
      sums = arena.vector(count: width)
      halves = hasHalves ? HalvedTriangle(arena, count: count) : nil
    }

    /// Takes the memory of another factor if it has the same shape, otherwise allocates.
    static func reusing(
      _ factor: HessianFactor?, count: Int, matrixCount: Int, sideCount: Int, width: Int,
      hasHalves: Bool
    ) -> Memory {
      if let memory = factor?.memory, memory.matrix.rowCount == matrixCount * count,
        memory.matrix.columnCount == count, memory.right.rowCount == sideCount,
        memory.common.count == width, (memory.halves != nil) == hasHalves
      {
        return memory
      }
      return Memory(
        count: count, matrixCount: matrixCount, sideCount: sideCount, width: width,
        hasHalves: hasHalves)
    }
  }
}
