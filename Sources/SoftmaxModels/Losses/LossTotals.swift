// SPDX-License-Identifier: Apache-2.0

/// The sums of losses and weights of some samples, and the number of correct predictions.
///
/// The samples are those of one batch, of the batches of an epoch so far, or of a whole data set. Totals are
/// added with `+=`; add them in the order of the batches to get the same bits. ``loss`` and ``accuracy`` are
/// the means.
///
/// ```swift
/// var totals = LossTotals()
/// for batch in try trainer.batches(epoch: 0) { totals += try trainer.step(on: batch) }
/// print(totals.loss, totals.accuracy)
/// ```
public struct LossTotals: Hashable, Sendable, Codable {
  /// The sum of the weighted losses of the samples, without penalties.
  public internal(set) var lossSum: Double
  /// The sum of the weights of the samples; their number if all weights are 1.
  ///
  /// For a batch, 0 means that no sample counts: each has the weight 0 or is of the ignored class.
  public internal(set) var weightSum: Double
  /// The number of correct predictions.
  public internal(set) var correctCount: Int
  /// The number of predictions: one per sample that counts, or one per output of such a sample for
  /// multi-label targets.
  public internal(set) var predictionCount: Int
  /// The number of batches in which no sample counts.
  public internal(set) var emptyStepCount: Int

  /// Creates totals, by default those of no samples.
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

  /// The weighted mean loss of the samples; ``lossSum`` if ``weightSum`` is 0, so the totals of no samples
  /// have the loss 0.
  public var loss: Double { weightSum > 0 ? lossSum / weightSum : lossSum }

  /// The fraction of predictions that are correct; 0 if there are no predictions.
  public var accuracy: Double {
    predictionCount > 0 ? Double(correctCount) / Double(predictionCount) : 0
  }

  /// Adds the totals of further samples.
  public static func += (totals: inout LossTotals, other: LossTotals) {
    totals.lossSum += other.lossSum
    totals.weightSum += other.weightSum
    totals.correctCount += other.correctCount
    totals.predictionCount += other.predictionCount
    totals.emptyStepCount += other.emptyStepCount
  }
}
