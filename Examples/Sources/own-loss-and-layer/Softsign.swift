// SPDX-License-Identifier: Apache-2.0

import SoftmaxKit

/// x / (1 + |x|): an activation is two functions of a number.
struct Softsign: ElementLayer {
  func value(at x: Float) -> Float { x / (1 + abs(x)) }
  func slope(at x: Float, value y: Float) -> Float { (1 - abs(y)) * (1 - abs(y)) }
}
