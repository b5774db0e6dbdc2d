// SPDX-License-Identifier: Apache-2.0

import CSoftmaxKernels

/// Which of a layer's outputs dropout leaves, in which step.
package struct DropoutDraw: Sendable, BitwiseCopyable {
  private let key: (UInt32, UInt32)
  private let layer: Int
  private let threshold: UInt32
  private let scale: Float

  /// - Parameters:
  ///   - rate: the probability of an output to become 0, in 0..<1.
  ///   - seed: the network's.
  ///   - layer: the layer's place.
  package init(rate: Double, seed: UInt64, layer: Int) {
    key = (UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32))
    self.layer = layer
    threshold = UInt32(min((rate * 0x1p32).rounded(), 0x1p32 - 1))
    scale = Float(1 / (1 - rate))
  }

  // Philox's counter is (block of four outputs, layer; step; purpose): the rows of a step follow each
  // other, so that nobody's share of them matters.
  fileprivate func fill(
    _ mask: MatrixView, rows: Range<Int>, columns: Range<Int>, step: Int, with kernels: Kernels
  ) {
    precondition(columns.lowerBound % 4 == 0, "a block of outputs is drawn at once")
    let blocks = UInt64((mask.columnCount + 3) / 4)
    let first = UInt64(layer) << 40 + UInt64(columns.lowerBound / 4)
    let part = mask.rows(rows).columns(columns)
    for row in 0..<part.rowCount {
      unsafe kernels.table.pointee.dropout_mask(
        part.columnCount, key.0, key.1, UInt32(truncatingIfNeeded: step),
        CounterBasedGenerator.Purpose.dropout.value,
        first + UInt64(rows.lowerBound + row) * blocks, threshold, scale,
        part.base + row * part.stride)
    }
  }
}

extension Kernels {
  /// Draws some rows and columns of a step's mask: 0 for what is dropped, else what to multiply with.
  ///
  /// - Parameter columns: from a multiple of 4 on.
  package func fill(
    _ mask: MatrixView, rows: Range<Int>, columns: Range<Int>, by draw: DropoutDraw, step: Int
  ) {
    draw.fill(mask, rows: rows, columns: columns, step: step, with: self)
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
