// SPDX-License-Identifier: Apache-2.0

/// The factors of the learning rate and of the weight decay that a tensor has if an optimizer has rates by
/// tensor; see `AdamW.tensorRates`.
package struct RateFactors: Hashable, Sendable, BitwiseCopyable {
  /// The factor of the learning rate.
  package let rate: Double
  /// The factor of the fraction by which the decay reduces the values.
  package let decay: Double

  /// The factors of a tensor that is trained as the optimizer says.
  static let one = RateFactors(rate: 1, decay: 1)
}
