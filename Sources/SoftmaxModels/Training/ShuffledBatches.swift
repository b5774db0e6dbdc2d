// SPDX-License-Identifier: Apache-2.0

public import SoftmaxCore

/// The batches of one epoch in a shuffled order, each as the rows of its samples.
///
/// Every sample is in exactly one batch; the last batch may be smaller. The order depends only on the
/// seed and the index of the epoch. The collection holds one array of all rows; a batch is a slice of
/// it.
///
/// ```swift
/// for batch in try ShuffledBatches(of: 32, from: dataset.count, seed: 42, epoch: 0) {
///   print(batch.count)
/// }
/// ```
public struct ShuffledBatches: RandomAccessCollection, Sendable {
  /// The rows of the samples in the order of the epoch.
  public let rows: [Int]
  /// The number of samples per batch.
  public let batchSize: Int

  /// Shuffles the rows for an epoch.
  ///
  /// - Parameters:
  ///   - batchSize: the number of samples per batch.
  ///   - sampleCount: the number of samples.
  ///   - seed: the seed of the shuffle.
  ///   - epoch: the index of the epoch, counted from 0.
  /// - Throws: `invalidArgument` for a negative count or epoch, or a batch size below 1.
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

  /// The index of the first batch, 0.
  public var startIndex: Int { 0 }
  /// The number of batches.
  public var endIndex: Int { rows.isEmpty ? 0 : (rows.count - 1) / batchSize + 1 }

  /// Returns the rows of a batch.
  ///
  /// - Precondition: the index is at least 0 and less than `endIndex`.
  public subscript(batch: Int) -> ArraySlice<Int> {
    precondition(batch >= 0 && batch < endIndex, "batch \(batch) lies outside of \(endIndex)")
    let begin = batch * batchSize
    return rows[begin..<begin + Swift.min(batchSize, rows.count - begin)]
  }
}
