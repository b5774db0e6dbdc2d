// SPDX-License-Identifier: Apache-2.0

import SoftmaxKit

/// ReLU as a user of the library would write it.
struct OwnReLU: RowLayer {
  func forward(_ x: Span<Float>, parameters: Span<Float>, into y: inout MutableSpan<Float>) {
    for i in x.indices { y[i] = max(x[i], 0) }
  }

  func backward(
    _ dy: Span<Float>, x: Span<Float>, y: Span<Float>, parameters: Span<Float>,
    into dx: inout MutableSpan<Float>
  ) {
    for i in dx.indices { dx[i] = x[i] > 0 ? dy[i] : 0 }
  }
}
