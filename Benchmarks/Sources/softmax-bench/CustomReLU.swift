// SPDX-License-Identifier: Apache-2.0

import SoftmaxKit

/// ReLU as a user of the library would write it, element by element.
struct CustomElementReLU: ElementLayer {
  func value(at x: Float) -> Float { max(x, 0) }
  func slope(at x: Float, value y: Float) -> Float { x > 0 ? 1 : 0 }
}

/// ReLU as a layer that takes whole rows, which it has no need of.
struct CustomReLU: RowLayer {
  func forward(_ x: Span<Float>, parameters: Span<Float>, into y: inout MutableSpan<Float>) {
    for i in x.indices { y[i] = max(x[i], 0) }
  }

  func backward(
    _ dy: Span<Float>, x: Span<Float>, y: Span<Float>, parameters: Span<Float>,
    into dx: inout MutableSpan<Float>
  ) {
    for i in dx.indices { dx[i] = (x[i] > 0 ? 1 : 0) * dy[i] }
  }
}
