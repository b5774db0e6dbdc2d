// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

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
