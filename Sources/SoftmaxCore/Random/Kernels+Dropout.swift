// SPDX-License-Identifier: Apache-2.0

import CSoftmaxKernels

/// Which of a layer's outputs dropout leaves, in which step.
package struct DropoutDraw: Sendable, BitwiseCopyable {
  private let key: (UInt32, UInt32)
  private let firstBlock: UInt64
  private let blocksOfRow: UInt64
  private let threshold: UInt32
  private let scale: Float

  /// - Parameters:
  ///   - rate: the probability of an output to become 0, in 0..<1.
  ///   - seed: the network's.
  ///   - layer: the layer's place.
  ///   - outputCount: the number of the layer's outputs.
  ///   - firstOutput: the output that the first column of a mask is for, a multiple of 4.
  package init(rate: Double, seed: UInt64, layer: Int, outputCount: Int, firstOutput: Int = 0) {
    precondition(firstOutput % 4 == 0, "a block of outputs is drawn at once")
    key = (UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32))
    firstBlock = UInt64(layer) << 40 + UInt64(firstOutput / 4)
    blocksOfRow = UInt64((outputCount + 3) / 4)
    threshold = UInt32(min((rate * 0x1p32).rounded(), 0x1p32 - 1))
    scale = Float(1 / (1 - rate))
  }

  // Philox's counter is (block of four outputs, layer; step; purpose): the rows of a step follow each
  // other, so that nobody's share of them matters.
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
  /// Draws a part of a step's mask: 0 for what is dropped, else what to multiply with.
  ///
  /// - Parameters:
  ///   - firstRow: the row of the step that the mask's first is for.
  ///   - firstColumn: the column of the draw that the mask's first is, a multiple of 4.
  package func fill(
    _ mask: MatrixView, by draw: DropoutDraw, firstRow: Int, firstColumn: Int = 0, step: Int
  ) {
    draw.fill(mask, firstRow: firstRow, firstColumn: firstColumn, step: step, with: self)
  }

  /// y = x mask; y may be x.
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
