// SPDX-License-Identifier: Apache-2.0

/// The sums over a network's penalized parameters from which L1 and L2 penalties are computed.
struct WeightSums {
  /// The sum of the magnitudes; not computed without an L1 penalty.
  var magnitudes = 0.0
  /// The sum of the squares.
  var squares = 0.0
}
