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

extension RowLayer {
  /// Computes the outputs of all rows by one call per row; a layer does not implement it.
  @inlinable
  public func forward(_ batch: LayerBatch) {
    let first = unsafe batch.parameters
    let parameters = unsafe Span(_unsafeStart: first, count: batch.parameterCount)
    for row in 0..<batch.rowCount {
      let (from, to) = unsafe (batch.x + row * batch.xStride, batch.y + row * batch.yStride)
      let x = unsafe Span(_unsafeStart: from, count: batch.inputCount)
      var y = unsafe MutableSpan(_unsafeStart: to, count: batch.outputCount)
      forward(x, parameters: parameters, into: &y)
    }
  }

  /// Computes the input gradients of all rows by one call per row; a layer does not implement it.
  @inlinable
  public func backward(_ batch: LayerBatch) {
    let first = unsafe batch.parameters
    let parameters = unsafe Span(_unsafeStart: first, count: batch.parameterCount)
    for row in 0..<batch.rowCount {
      let (input, output) = unsafe (batch.x + row * batch.xStride, batch.y + row * batch.yStride)
      let (from, to) = unsafe (
        batch.dy + row * batch.dyStride, batch.result + row * batch.resultStride
      )
      let x = unsafe Span(_unsafeStart: input, count: batch.inputCount)
      let constant = unsafe UnsafePointer(output)
      let y = unsafe Span(_unsafeStart: constant, count: batch.outputCount)
      let dy = unsafe Span(_unsafeStart: from, count: batch.outputCount)
      var dx = unsafe MutableSpan(_unsafeStart: to, count: batch.inputCount)
      backward(dy, x: x, y: y, parameters: parameters, into: &dx)
    }
  }

  /// Sums the parameter gradients over all rows by one call per row; a layer does not implement it.
  @inlinable
  public func sumGradient(_ batch: LayerBatch) {
    let first = unsafe batch.parameters
    let parameters = unsafe Span(_unsafeStart: first, count: batch.parameterCount)
    let target = unsafe batch.result
    var gradient = unsafe MutableSpan(_unsafeStart: target, count: batch.parameterCount)
    gradient.update(repeating: 0)
    for row in 0..<batch.rowCount {
      let (input, output) = unsafe (batch.x + row * batch.xStride, batch.y + row * batch.yStride)
      let from = unsafe batch.dy + row * batch.dyStride
      let x = unsafe Span(_unsafeStart: input, count: batch.inputCount)
      let constant = unsafe UnsafePointer(output)
      let y = unsafe Span(_unsafeStart: constant, count: batch.outputCount)
      let dy = unsafe Span(_unsafeStart: from, count: batch.outputCount)
      addGradient(dy, x: x, y: y, parameters: parameters, to: &gradient)
    }
  }
}
