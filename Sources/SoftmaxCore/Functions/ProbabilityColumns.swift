// SPDX-License-Identifier: Apache-2.0

import CSoftmaxKernels

/// Memory for the probabilities of few classes, computed with the rows of a batch in vector lanes.
///
/// It uses the training kernel for cross-entropy with the label -1, which is no class. The gradient with
/// respect to the logits is then the softmax. The memory belongs to an arena, and a value must not be used
/// by two threads at once.
package struct ProbabilityColumns: Sendable, BitwiseCopyable {
  private let chunkCount: Int
  /// For each chunk of the inputs the partial sums of the logits, [classes, rows], one matrix below the
  /// other.
  private let partials: MatrixView
  private let probabilities: MatrixView
  private let labels: VectorView<Int32>
  private let losses: VectorView<Float>
  private let predictions: VectorView<Int32>

  /// Allocates the memory; nil if there are more classes than `Kernels.greatestColumnCount`.
  package init?(inputCount: Int, classCount: Int, rowCapacity: Int, in arena: Arena) {
    guard classCount <= Kernels.greatestColumnCount else { return nil }
    let rows = (rowCapacity + 15) / 16 * 16
    let chunk = Kernels.unitChunk(of: inputCount)
    chunkCount = max(1, (inputCount + chunk - 1) / chunk)
    partials = arena.matrix(rowCount: chunkCount * classCount, columnCount: rows)
    probabilities = arena.matrix(rowCount: classCount, columnCount: rows)
    labels = arena.vector(count: rows)
    losses = arena.vector(count: rows)
    predictions = arena.vector(count: rows)
    for row in 0..<rows { labels[row] = -1 }
  }

  /// Computes the softmax of x b^T + bias and returns whether all logits are certain to be finite.
  ///
  /// - Parameters:
  ///   - x: [rows, inputs], with zeros up to a multiple of 16 columns.
  ///   - b: [classes, inputs], with zeros up to a multiple of 16 columns.
  ///   - bias: the bias of each class.
  ///   - kernels: the kernels to compute with.
  ///   - result: receives the probabilities, [rows, classes].
  /// - Returns: false if a logit may be infinite or NaN.
  package func softmax(
    of x: MatrixView, transposed b: MatrixView, bias: MatrixView, with kernels: Kernels,
    into result: MatrixView
  ) -> Bool {
    let classes = probabilities.rowCount
    precondition(
      x.rowCount <= labels.count && b.rowCount == classes && bias.columnCount == classes
        && result.rowCount == x.rowCount && result.columnCount == classes,
      "shapes of probabilities")
    let chunk = Kernels.unitChunk(of: x.columnCount)
    for index in 0..<chunkCount {
      let columns = index * chunk..<min((index + 1) * chunk, x.columnCount)
      kernels.multiplyChunk(
        x.columns(columns), b.columns(columns),
        into: partials.rows(index * classes..<(index + 1) * classes))
    }
    unsafe kernels.table.pointee.cross_entropy_columns(
      (x.rowCount + 15) / 16 * 16, classes, chunkCount, partials.base, classes * partials.stride,
      partials.stride, bias.base, labels.base, nil, 1, losses.base, predictions.base,
      probabilities.base)
    for row in 0..<x.rowCount {
      for column in 0..<classes {
        unsafe result.base[row * result.stride + column] =
          probabilities.base[column * probabilities.stride + row]
      }
    }
    // If all partial sums and the bias are below 2^100 in magnitude, the logits are finite.
    return partials.columns(0..<x.rowCount).isBelow(exponent: 227) && bias.isBelow(exponent: 227)
  }
}

extension MatrixView {
  /// Whether every element is finite.
  package var isFinite: Bool { isBelow(exponent: 255) }

  /// Returns whether the biased exponent of every element is below `exponent`.
  fileprivate func isBelow(exponent: UInt32) -> Bool {
    let greatest = Int32(bitPattern: exponent << 23) - 1
    // A difference is negative if an element is too large. The bitwise OR of all differences keeps the
    // sign bit, so the loop needs no branches.
    var signs: Int32 = 0
    for row in 0..<rowCount {
      for column in 0..<columnCount {
        let bits = unsafe base[row * stride + column].bitPattern & 0x7FFF_FFFF
        signs |= greatest &- Int32(bitPattern: bits)
      }
    }
    return signs >= 0
  }

  /// Returns a view of the first `count` columns, padded up to a multiple of 16 columns.
  ///
  /// The columns that become padding must be zero.
  package func leading(_ count: Int) -> MatrixView {
    precondition(count >= 0 && count <= columnCount, "no such columns")
    return unsafe MatrixView(
      base: base, rowCount: rowCount, columnCount: count, stride: stride,
      padding: min((count + 15) / 16 * 16, paddedColumnCount) - count)
  }
}
