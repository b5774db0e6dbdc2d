// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore
import Synchronization

extension HessianFactor {
  /// The memory of a factor and its solutions, which the next factor of the same shape can use.
  final class Memory: Sendable {
    private let arena = Arena()
    // The memory of the matrix, and whether several factors have it.
    private let owner: Memory?
    private let isShared = Atomic(false)
    /// The lower triangle of the matrix, then of its factor; those of separate classes one below the other.
    let matrix: MatrixView
    /// The inverse of each block on the diagonal of the factor.
    let inverses: MatrixView
    /// The right sides, which the solutions replace: one for the whole Hessian, one for each class for the
    /// approximation.
    let right: MatrixView
    let part: MatrixView
    let product: MatrixView
    /// [classes, width]: a vector of parameters class by class, the bias last.
    let values: DoubleMatrixView
    /// Of each column the mean over the classes of the right sides; 0 between two solutions.
    let common: VectorView<Double>
    /// The index in the flat parameters of each element of `values`.
    let order: VectorView<Int64>
    /// The mean and the scale of each feature, and 0 and 1 for the bias.
    let means: VectorView<Double>
    let scales: VectorView<Double>
    /// The factor's elements below the blocks on the diagonal, for a large factor of drawn rows.
    let halves: HalvedTriangle?
    private let shape: Shape

    /// What determines how much memory there is.
    struct Shape: Hashable {
      let classCount: Int
      /// The number of parameters of a class, and of a factor.
      let width: Int
      let count: Int
      let matrixCount: Int
      let sideCount: Int
      /// Whether the factor's elements may be read as halves.
      let hasHalves: Bool
    }

    init(_ shape: Shape) {
      self.shape = shape
      owner = nil
      let (count, width) = (shape.count, shape.width)
      matrix = arena.matrix(rowCount: shape.matrixCount * count, columnCount: count)
      let blockCount = shape.matrixCount * HessianFactor.blocks(count).count
      inverses = arena.matrix(
        rowCount: blockCount * HessianFactor.block, columnCount: HessianFactor.block)
      right = arena.matrix(rowCount: shape.sideCount, columnCount: count)
      product = arena.matrix(rowCount: shape.sideCount, columnCount: count)
      part = arena.matrix(rowCount: shape.sideCount, columnCount: HessianFactor.block)
      values = arena.doubles(rowCount: shape.classCount, columnCount: width)
      common = arena.vector(count: width)
      order = arena.vector(count: shape.classCount * width)
      means = arena.vector(count: width)
      scales = arena.vector(count: width)
      halves = shape.hasHalves ? HalvedTriangle(arena, count: count) : nil
    }

    /// Takes the matrix of another factor, which stays as it is, and allocates the rest.
    init(sharing other: Memory) {
      other.isShared.store(true, ordering: .relaxed)
      isShared.store(true, ordering: .relaxed)
      owner = other
      shape = other.shape
      (matrix, inverses, halves) = (other.matrix, other.inverses, other.halves)
      let (sides, count) = (other.right.rowCount, other.right.columnCount)
      right = arena.matrix(rowCount: sides, columnCount: count)
      product = arena.matrix(rowCount: sides, columnCount: count)
      part = arena.matrix(rowCount: sides, columnCount: HessianFactor.block)
      values = arena.doubles(
        rowCount: other.values.rowCount, columnCount: other.values.columnCount)
      common = arena.vector(count: other.common.count)
      (order, means, scales) = (other.order, other.means, other.scales)
    }

    /// Takes the memory of another factor if it is not shared and has the same shape, otherwise allocates.
    static func reusing(_ factor: HessianFactor?, _ shape: Shape) -> Memory {
      if let memory = factor?.memory, memory.shape == shape,
        !memory.isShared.load(ordering: .relaxed)
      {
        return memory
      }
      return Memory(shape)
    }
  }
}
