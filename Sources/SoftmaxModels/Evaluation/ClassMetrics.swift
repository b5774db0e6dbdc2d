// SPDX-License-Identifier: Apache-2.0

/// How well a class is recognised, or the mean of that over classes.
///
/// What would divide by nothing is 0, as scikit-learn has it by default.
public struct ClassMetrics: Hashable, Sendable {
  /// Of the samples that were taken for the class, the fraction that belongs to it.
  public let precision: Double
  /// Of the samples of the class, the fraction that was taken for it.
  public let recall: Double
  /// 2 precision recall / (precision + recall), their harmonic mean.
  public let f1: Double
  /// The number of samples of the class; of a mean, of all its classes.
  public let support: Int
}
