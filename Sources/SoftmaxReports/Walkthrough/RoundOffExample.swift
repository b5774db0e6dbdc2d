// SPDX-License-Identifier: Apache-2.0

/// 2/10,000, written in two ways that are equal on paper.
///
/// Andrew Ng's example of why a loss should be computed from logits: a detour through greater numbers
/// loses the digits that they have no room for.
public struct RoundOffExample<Number: BinaryFloatingPoint & Sendable>: Sendable {
  /// 2 / 10,000.
  public let direct: Number
  /// (1 + 1 / 10,000) - (1 - 1 / 10,000).
  public let detour: Number

  /// Computes both.
  public init() {
    // Variables, so that nothing is computed with more digits beforehand.
    let (one, tenThousand): (Number, Number) = (1, 10_000)
    direct = 2 / tenThousand
    detour = (one + one / tenThousand) - (one - one / tenThousand)
  }

  /// How far the detour is off, as a fraction of the number.
  public var relativeError: Number { abs(detour - direct) / direct }
}
