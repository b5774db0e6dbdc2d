// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// A slice of a network's parameters that one worker holds, with its position in the flat parameters.
///
/// Flat parameters are all trained parameters of a network in one contiguous array.
struct ParameterPart: Sendable, BitwiseCopyable {
  /// The parameters.
  let value: MatrixView
  /// Their gradient; valid only if the plan stores it.
  let gradient: MatrixView
  /// The index of the first value in the flat parameters, and the distance between the starts of two rows.
  let offset: Int
  let stride: Int
  /// Whether this worker copies or adds the slice to a flat array.
  ///
  /// If every worker holds the slice, as it does the output layer's bias in a fused plan, exactly one of
  /// them owns it.
  let isOwned: Bool

  /// Returns the view of the slice's values in flat parameters, or in an array with the same layout.
  func view(of flat: MatrixView) -> MatrixView {
    flat.matrix(
      at: offset, rowCount: value.rowCount, columnCount: value.columnCount, stride: stride)
  }
}
