// SPDX-License-Identifier: Apache-2.0

/// A custom layer that makes each output from the input at its place: an activation.
///
/// ```swift
/// struct Softsign: ElementLayer {
///   func value(at x: Float) -> Float { x / (1 + abs(x)) }
///   func slope(at x: Float, value y: Float) -> Float { (1 - abs(y)) * (1 - abs(y)) }
/// }
/// ```
///
/// Only these two functions are to be written, and they depend on their arguments alone: a thread asks
/// for some of a row's outputs, whichever it owns. So such a layer trains as fast as the library's own
/// activations; the loops are compiled in the layer's own module. A layer with parameters to train, or
/// with another number of outputs than of inputs, is a ``RowLayer``.
public protocol ElementLayer: RowLayer {
  /// The output for an input.
  func value(at x: Float) -> Float

  /// The slope dy / dx at an input whose output is y.
  func slope(at x: Float, value y: Float) -> Float
}

extension ElementLayer {
  /// The output for each input.
  @inlinable
  public func forward(
    _ x: Span<Float>, parameters: Span<Float>, into y: inout MutableSpan<Float>
  ) {
    for i in x.indices { y[i] = value(at: x[i]) }
  }

  /// The gradient to each output times the slope there.
  @inlinable
  public func backward(
    _ dy: Span<Float>, x: Span<Float>, y: Span<Float>, parameters: Span<Float>,
    into dx: inout MutableSpan<Float>
  ) {
    for i in dx.indices { dx[i] = dy[i] * slope(at: x[i], value: y[i]) }
  }
}
