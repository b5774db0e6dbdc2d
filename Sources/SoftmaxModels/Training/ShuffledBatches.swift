// SPDX-License-Identifier: Apache-2.0

public import SoftmaxCore

/// The batches of one epoch: for each the rows of its samples, in a freshly shuffled order.
///
/// Every sample is in one batch; the last batch may be short. The order depends on the seed and the
/// number of the epoch alone.
///
/// ```swift
/// for batch in try ShuffledBatches(of: 32, from: dataset.count, seed: 42, epoch: 0) {
///   print(batch.count)
/// }
/// ```
public struct ShuffledBatches: RandomAccessCollection, Sendable {
  /// The samples' rows in the order of the epoch.
  public let rows: [Int]
  /// The number of samples of a batch.
  public let batchSize: Int

  /// Shuffles an epoch.
  ///
  /// - Parameters:
  ///   - batchSize: the number of samples of a batch.
  ///   - sampleCount: the number of samples to take batches from.
  ///   - seed: what the order is drawn from.
  ///   - epoch: the number of the epoch, from 0.
  /// - Throws: `invalidArgument` for a negative count or epoch, or batches of nothing.
  public init(
    of batchSize: Int, from sampleCount: Int, seed: UInt64, epoch: Int
  ) throws(SoftmaxError) {
    guard batchSize > 0, 0...Int(UInt32.max) ~= sampleCount, 0...Int(UInt32.max) ~= epoch else {
      throw SoftmaxError(
        .invalidArgument,
        "no batches of \(batchSize) from \(sampleCount) samples in epoch \(epoch)")
    }
    self.batchSize = batchSize
    rows = CounterBasedGenerator(seed: seed, purpose: .shuffle, epoch: epoch)
      .permutation(of: sampleCount)
  }

  /// The first batch's number, 0.
  public var startIndex: Int { 0 }
  /// The number of batches.
  public var endIndex: Int { rows.isEmpty ? 0 : (rows.count - 1) / batchSize + 1 }

  /// The rows of a batch's samples.
  ///
  /// - Precondition: there is such a batch.
  public subscript(batch: Int) -> ArraySlice<Int> {
    precondition(batch >= 0 && batch < endIndex, "batch \(batch) lies outside of \(endIndex)")
    let begin = batch * batchSize
    return rows[begin..<begin + Swift.min(batchSize, rows.count - begin)]
  }
}
