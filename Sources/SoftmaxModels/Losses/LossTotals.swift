// SPDX-License-Identifier: Apache-2.0

/// What some samples gave: the sum of their losses and of their weights, and how many predictions were
/// right.
///
/// Of one batch, of the batches of an epoch so far, or of a whole data set: totals are added with
/// `+=`, in the order of the batches. ``loss`` and ``accuracy`` are the means.
///
/// ```swift
/// var totals = LossTotals()
/// for batch in try trainer.batches(epoch: 0) { totals += try trainer.step(on: batch) }
/// print(totals.loss, totals.accuracy)
/// ```
public struct LossTotals: Hashable, Sendable, Codable {
  /// The sum of the samples' losses, each times its weight, without any penalty.
  public internal(set) var lossSum: Double
  /// The sum of those weights; where all are 1 the number of samples.
  ///
  /// Of one batch 0 says that there was nothing to learn from: every sample had the weight 0, or was of
  /// the ignored class.
  public internal(set) var weightSum: Double
  /// How many predictions were right.
  public internal(set) var correctCount: Int
  /// The number of predictions: one for each sample that counts, of multi-label targets one an output.
  public internal(set) var predictionCount: Int
  /// The number of batches without a sample that counts.
  public internal(set) var emptyStepCount: Int

  /// Creates totals; without arguments those of no samples.
  public init(
    lossSum: Double = 0, weightSum: Double = 0, correctCount: Int = 0, predictionCount: Int = 0,
    emptyStepCount: Int = 0
  ) {
    self.lossSum = lossSum
    self.weightSum = weightSum
    self.correctCount = correctCount
    self.predictionCount = predictionCount
    self.emptyStepCount = emptyStepCount
  }

  /// The mean loss of the samples; 0 where none counts.
  public var loss: Double { weightSum > 0 ? lossSum / weightSum : lossSum }

  /// The fraction of predictions that were right; 0 where there were none.
  public var accuracy: Double {
    predictionCount > 0 ? Double(correctCount) / Double(predictionCount) : 0
  }

  /// Adds what further samples gave.
  public static func += (totals: inout LossTotals, other: LossTotals) {
    totals.lossSum += other.lossSum
    totals.weightSum += other.weightSum
    totals.correctCount += other.correctCount
    totals.predictionCount += other.predictionCount
    totals.emptyStepCount += other.emptyStepCount
  }
}
