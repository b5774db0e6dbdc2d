// SPDX-License-Identifier: Apache-2.0

/// A custom layer whose outputs each depend only on the input at the same index, such as an activation.
///
/// ```swift
/// struct Softsign: ElementLayer {
///   func value(at x: Float) -> Float { x / (1 + abs(x)) }
///   func slope(at x: Float, value y: Float) -> Float { (1 - abs(y)) * (1 - abs(y)) }
/// }
/// ```
///
/// A type implements only these two functions. Their results must depend on the arguments alone, because each
/// thread computes some of the outputs of a row. The loops are compiled in the module of the layer, so the
/// layer trains as fast as the library's activations. A layer with trained parameters, or whose number of
/// outputs differs from its number of inputs, must be a ``RowLayer``.
public protocol ElementLayer: RowLayer {
  /// Returns the output for an input.
  func value(at x: Float) -> Float

  /// Returns the derivative dy / dx at the input x, whose output is y.
  func slope(at x: Float, value y: Float) -> Float
}

extension ElementLayer {
  /// Computes the output for each input with `value(at:)`.
  @inlinable
  public func forward(
    _ x: Span<Float>, parameters: Span<Float>, into y: inout MutableSpan<Float>
  ) {
    for i in x.indices { y[i] = value(at: x[i]) }
  }

  /// Computes the gradient with respect to each input: the gradient with respect to its output times the
  /// derivative.
  @inlinable
  public func backward(
    _ dy: Span<Float>, x: Span<Float>, y: Span<Float>, parameters: Span<Float>,
    into dx: inout MutableSpan<Float>
  ) {
    for i in dx.indices { dx[i] = dy[i] * slope(at: x[i], value: y[i]) }
  }
}
