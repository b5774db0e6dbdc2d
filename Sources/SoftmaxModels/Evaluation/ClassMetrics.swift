// SPDX-License-Identifier: Apache-2.0

/// The quality of the predictions of one class, or the average over several classes.
///
/// A quotient with the divisor 0 is 0, as in scikit-learn by default.
public struct ClassMetrics: Hashable, Sendable {
  /// The fraction of the samples predicted as the class that belong to it.
  public let precision: Double
  /// The fraction of the samples of the class that were predicted as the class.
  public let recall: Double
  /// 2 precision recall / (precision + recall), the harmonic mean of precision and recall.
  public let f1: Double
  /// The number of samples of the class; for an average, the number of samples of all its classes.
  public let support: Int
}
