// SPDX-License-Identifier: Apache-2.0
import Foundation
public import SoftmaxCore
public import SoftmaxModels

/// Reads shuffled batches ahead, on threads of its own, while the caller works on those before.
///
/// The batches and their order are those of `ShuffledBatches` with the same seed, whatever the
/// number of readers. Features arrive as floats, bytes times their scale.
///
/// ```swift
/// let loader = try BatchLoader(idxFolder: "/data/fashion-mnist", batchSize: 256, readers: 4)
/// for batch in try loader.epoch(0) {
///   let samples = try batch.get()
///   print(samples.count, samples.labels[0])
/// }
/// ```
///
/// A loop that is left early stops the readers. What a reader cannot read is an error of the batch
/// that it belongs to; the batches behind it follow as usual.
public struct BatchLoader: Sendable {
  /// The most samples of a batch.
  public let batchSize: Int
  /// What the order of the samples is drawn from.
  public let seed: UInt64
  /// The number of threads that read.
  public let readers: Int
  /// The most batches that are read ahead, and so held in memory.
  public let prefetch: Int

  private let source: any RowSource

  /// The number of samples.
  public var count: Int { source.count }

  /// Loads from a data set.
  ///
  /// - Parameters:
  ///   - dataset: the samples; its other targets and weights come along.
  ///   - batchSize: the most samples of a batch.
  ///   - seed: what the order of the samples is drawn from.
  ///   - readers: the number of threads, 1...64.
  ///   - prefetch: the most batches read ahead, 1...1024; without it two for each reader.
  /// - Throws: `invalidArgument` for numbers outside of these.
  public init(
    _ dataset: LabeledDataset, batchSize: Int, seed: UInt64 = 0, readers: Int = 2,
    prefetch: Int? = nil
  ) throws(SoftmaxError) {
    try self.init(
      source: MemoryRows(dataset: dataset), batchSize: batchSize, seed: seed, readers: readers,
      prefetch: prefetch)
  }

  /// Loads from IDX files named as MNIST's.
  ///
  /// Images that are not gzipped are read row by row from their file each time and take no memory
  /// of their own. Gzipped ones are unpacked first, or used in place where the cache holds them
  /// unpacked (``IDXFolder``).
  ///
  /// - Parameters:
  ///   - path: the folder.
  ///   - part: which of the two parts.
  ///   - classNames: the names of the classes by label; without them as ``IDXFolder`` says.
  ///   - batchSize: the most samples of a batch.
  ///   - seed: what the order of the samples is drawn from.
  ///   - readers: the number of threads, 1...64.
  ///   - prefetch: the most batches read ahead, 1...1024; without it two for each reader.
  ///   - cache: where unpacked copies are kept.
  /// - Throws: `notFound` if the folder has no such part; `invalidArgument`; as ``IDXFolder``'s
  ///   loading.
  public init(
    idxFolder path: String, part: DatasetSplit.Part = .training, classNames: [String]? = nil,
    batchSize: Int, seed: UInt64 = 0, readers: Int = 2, prefetch: Int? = nil,
    cache: DataCache = .user
  ) throws(SoftmaxError) {
    try self.init(
      source: IDXFolder.rows(
        of: part, in: path, classNames: classNames,
        cache: cache),
      batchSize: batchSize, seed: seed, readers: readers, prefetch: prefetch)
  }

  init(
    source: any RowSource, batchSize: Int, seed: UInt64 = 0, readers: Int, prefetch: Int? = nil
  ) throws(SoftmaxError) {
    guard batchSize >= 1 else {
      throw SoftmaxError(.invalidArgument, "the batch size must be at least 1, got \(batchSize)")
    }
    guard (1...64).contains(readers) else {
      throw SoftmaxError(.invalidArgument, "readers must be within 1...64, got \(readers)")
    }
    let prefetch = prefetch ?? 2 * readers
    guard (1...1024).contains(prefetch) else {
      throw SoftmaxError(
        .invalidArgument, "the batches read ahead must be within 1...1024, got \(prefetch)")
    }
    self.source = source
    self.batchSize = batchSize
    self.seed = seed
    self.readers = readers
    self.prefetch = prefetch
  }

  /// The batches of an epoch, to be gone through with `for`; reading begins with the loop.
  ///
  /// - Parameter epoch: the number of the epoch, from 0.
  /// - Throws: `invalidArgument` for a negative number.
  public func epoch(_ epoch: Int) throws(SoftmaxError) -> Epoch {
    Epoch(
      batches: try ShuffledBatches(of: batchSize, from: count, seed: seed, epoch: epoch),
      source: source, readers: readers, prefetch: prefetch)
  }
}

extension BatchLoader {
  /// One pass over the samples; each loop over it reads them anew.
  public struct Epoch: Sequence, Sendable {
    /// The rows of each batch.
    public let batches: ShuffledBatches
    fileprivate let source: any RowSource
    fileprivate let readers: Int
    fileprivate let prefetch: Int

    /// The number of batches.
    public var underestimatedCount: Int { batches.count }

    /// Starts to read.
    public func makeIterator() -> Iterator {
      Iterator(
        BatchQueue(batches: batches, source: source, capacity: prefetch),
        threadCount: Swift.min(readers, prefetch, batches.count))
    }
  }

  /// Hands out the batches in their order, and stops the readers when nobody holds it any more.
  public final class Iterator: IteratorProtocol {
    private let queue: BatchQueue
    private let threads: [ThreadHandle]

    init(_ queue: BatchQueue, threadCount: Int) {
      self.queue = queue
      // Fewer where the system grants fewer; without any the caller reads.
      threads = (0..<threadCount).compactMap { _ in ThreadHandle.start { queue.read() } }
    }

    deinit {
      queue.stop()
      for thread in threads { thread.join() }
    }

    /// The next batch, or why it could not be read; nil behind the last.
    public func next() -> Result<LabeledDataset, SoftmaxError>? {
      threads.isEmpty ? queue.readNext() : queue.next()
    }
  }
}
