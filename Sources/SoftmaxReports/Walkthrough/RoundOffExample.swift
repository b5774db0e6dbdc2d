// SPDX-License-Identifier: Apache-2.0

/// The number 2/10,000, computed in two ways that are equal in exact arithmetic.
///
/// This is Andrew Ng's example of why a loss should be computed from logits. Intermediate results near 1
/// lose the digits that do not fit into the precision of the type.
public struct RoundOffExample<Number: BinaryFloatingPoint & Sendable>: Sendable {
  /// The quotient 2 / 10,000.
  public let direct: Number
  /// The difference (1 + 1 / 10,000) - (1 - 1 / 10,000).
  public let detour: Number

  /// Computes both values.
  public init() {
    // Variables keep the compiler from evaluating the expressions as literals with higher precision.
    let (one, tenThousand): (Number, Number) = (1, 10_000)
    direct = 2 / tenThousand
    detour = (one + one / tenThousand) - (one - one / tenThousand)
  }

  /// The error of the difference relative to the quotient.
  public var relativeError: Number { abs(detour - direct) / direct }
}
