// SPDX-License-Identifier: Apache-2.0

import CSoftmaxKernels

/// The random choice of the outputs of a dropout layer that are kept.
///
/// Whether an output is kept depends only on the seed, the layer, the step, the row and the output. So
/// workers can fill any parts of a mask independently.
package struct DropoutDraw: Sendable, BitwiseCopyable {
  private let key: (UInt32, UInt32)
  private let firstBlock: UInt64
  private let blocksOfRow: UInt64
  private let threshold: UInt32
  private let scale: Float

  /// Creates the choice for a layer, or for a slice of its outputs.
  ///
  /// - Parameters:
  ///   - rate: the probability in 0..<1 that an output becomes 0.
  ///   - seed: the seed of the network.
  ///   - layer: the index of the layer.
  ///   - outputCount: the number of outputs of the layer.
  ///   - firstOutput: the index of the slice's first output, a multiple of 4.
  package init(rate: Double, seed: UInt64, layer: Int, outputCount: Int, firstOutput: Int = 0) {
    precondition(firstOutput % 4 == 0, "a block of outputs is drawn at once")
    key = (UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32))
    firstBlock = UInt64(layer) << 40 + UInt64(firstOutput / 4)
    blocksOfRow = UInt64((outputCount + 3) / 4)
    threshold = UInt32(min((rate * 0x1p32).rounded(), 0x1p32 - 1))
    scale = Float(1 / (1 - rate))
  }

  // The 128 bits of Philox's counter are, from the lowest, the block of four outputs and the layer (64 bits),
  // the step (32) and the purpose (32). The blocks of the rows of a step are numbered consecutively, so a
  // mask does not depend on how workers share the rows.
  fileprivate func fill(
    _ mask: MatrixView, firstRow: Int, firstColumn: Int, step: Int, with kernels: Kernels
  ) {
    precondition(firstColumn % 4 == 0, "a block of outputs is drawn at once")
    let first = firstBlock + UInt64(firstColumn / 4)
    for row in 0..<mask.rowCount {
      unsafe kernels.table.pointee.dropout_mask(
        mask.columnCount, key.0, key.1, UInt32(truncatingIfNeeded: step),
        CounterBasedGenerator.Purpose.dropout.value,
        first + UInt64(firstRow + row) * blocksOfRow, threshold, scale,
        mask.base + row * mask.stride)
    }
  }
}

extension Kernels {
  /// Fills a part of the dropout mask of a step: 0 for dropped outputs, else the factor 1 / (1 - rate).
  ///
  /// - Parameters:
  ///   - mask: the part to fill.
  ///   - draw: the random choice of the layer.
  ///   - firstRow: the row of the batch that corresponds to the first row of `mask`.
  ///   - firstColumn: the output of `draw` that corresponds to the first column, a multiple of 4.
  ///   - step: the number of the training step.
  package func fill(
    _ mask: MatrixView, by draw: DropoutDraw, firstRow: Int, firstColumn: Int = 0, step: Int
  ) {
    draw.fill(mask, firstRow: firstRow, firstColumn: firstColumn, step: step, with: self)
  }

  /// Multiplies x by a dropout mask; y may be x.
  ///
  /// An output whose mask is 0 becomes 0 even if it is infinite or NaN.
  package func mask(_ x: MatrixView, by mask: MatrixView, into y: MatrixView) {
    precondition(
      x.rowCount == mask.rowCount && x.columnCount == mask.columnCount && y.rowCount == x.rowCount
        && y.columnCount == x.columnCount, "shapes differ")
    for row in 0..<x.rowCount {
      unsafe table.pointee.dropout_apply(
        x.columnCount, mask.base + row * mask.stride, x.base + row * x.stride,
        y.base + row * y.stride)
    }
  }
}
