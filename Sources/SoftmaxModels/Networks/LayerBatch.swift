// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// The rows of a batch that a custom layer computes in one call.
///
/// It is an implementation detail of the default methods of ``RowLayer`` and has no public members.
@safe
public struct LayerBatch {
  @usableFromInline let rowCount: Int
  @usableFromInline let inputCount: Int
  @usableFromInline let outputCount: Int
  @usableFromInline let parameterCount: Int
  @usableFromInline let parameters: UnsafePointer<Float>
  @usableFromInline let x: UnsafePointer<Float>
  @usableFromInline let xStride: Int
  @usableFromInline let y: UnsafeMutablePointer<Float>
  @usableFromInline let yStride: Int
  @usableFromInline let dy: UnsafePointer<Float>
  @usableFromInline let dyStride: Int
  /// The gradient with respect to the inputs, or with respect to the parameters.
  @usableFromInline let result: UnsafeMutablePointer<Float>
  @usableFromInline let resultStride: Int

  // If `dy` or `result` is nil, its pointer refers to `y`; a forward pass uses neither.
  init(
    x: MatrixView, y: MatrixView, parameters: MatrixView, dy: MatrixView? = nil,
    result: MatrixView? = nil
  ) {
    rowCount = x.rowCount
    inputCount = x.columnCount
    outputCount = y.columnCount
    parameterCount = parameters.columnCount
    unsafe self.parameters = unsafe UnsafePointer(parameters.address)
    unsafe self.x = unsafe UnsafePointer(x.address)
    xStride = x.rowStride
    unsafe self.y = unsafe y.address
    yStride = y.rowStride
    unsafe self.dy = unsafe UnsafePointer((dy ?? y).address)
    dyStride = (dy ?? y).rowStride
    unsafe self.result = unsafe (result ?? y).address
    resultStride = (result ?? y).rowStride
  }
}
