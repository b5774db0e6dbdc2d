// SPDX-License-Identifier: Apache-2.0
import Foundation
public import SoftmaxCore
public import SoftmaxModels

/// A loader that reads shuffled batches ahead on background threads.
///
/// The batches and their order are those of `ShuffledBatches` with the same seed, independent of the
/// number of readers. Features are converted to floats; bytes are multiplied by their scale.
///
/// ```swift
/// let loader = try BatchLoader(idxFolder: "/data/fashion-mnist", batchSize: 256, readers: 4)
/// for batch in try loader.epoch(0) {
///   let samples = try batch.get()
///   print(samples.count, samples.labels[0])
/// }
/// ```
///
/// A loop that ends early stops the readers. If a batch cannot be read, the loader returns the error in
/// place of this batch, and the following batches as usual. At most `prefetch` batches are held in
/// memory.
public struct BatchLoader: Sendable {
  /// The maximum number of samples per batch.
  public let batchSize: Int
  /// The seed of the order of the samples.
  public let seed: UInt64
  /// The number of threads that read.
  public let readers: Int
  /// The maximum number of batches that are read ahead and held in memory.
  public let prefetch: Int

  private let source: any RowSource

  /// The number of samples.
  public var count: Int { source.count }

  /// Creates a loader for a data set in memory.
  ///
  /// - Parameters:
  ///   - dataset: the samples; a batch also has their targets and weights.
  ///   - batchSize: the maximum number of samples per batch.
  ///   - seed: the seed of the order of the samples.
  ///   - readers: the number of threads, 1...64.
  ///   - prefetch: the maximum number of batches that are read ahead, 1...1024; nil for two per reader.
  /// - Throws: `invalidArgument` for a value out of range.
  public init(
    _ dataset: LabeledDataset, batchSize: Int, seed: UInt64 = 0, readers: Int = 2,
    prefetch: Int? = nil
  ) throws(SoftmaxError) {
    try self.init(
      source: MemoryRows(dataset: dataset), batchSize: batchSize, seed: seed, readers: readers,
      prefetch: prefetch)
  }

  /// Creates a loader for a folder of IDX files with the names of MNIST's files.
  ///
  /// Images that are not gzipped are read from their file row by row for each batch, so they are never
  /// held in memory as a whole. Gzipped images are decompressed first, or mapped if the cache holds a
  /// decompressed copy (``IDXFolder``).
  ///
  /// - Parameters:
  ///   - path: the folder.
  ///   - part: the training or test part.
  ///   - classNames: the names of the classes by label; nil for the names that ``IDXFolder`` determines.
  ///   - batchSize: the maximum number of samples per batch.
  ///   - seed: the seed of the order of the samples.
  ///   - readers: the number of threads, 1...64.
  ///   - prefetch: the maximum number of batches that are read ahead, 1...1024; nil for two per reader.
  ///   - cache: the cache for decompressed copies.
  /// - Throws: `notFound` if the folder does not have this part; `invalidArgument` for a value out of
  ///   range; the errors of loading with ``IDXFolder``.
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

  /// Returns the batches of an epoch as a sequence; reading starts with the loop over it.
  ///
  /// - Parameter epoch: the index of the epoch, counted from 0.
  /// - Throws: `invalidArgument` for a negative epoch.
  public func epoch(_ epoch: Int) throws(SoftmaxError) -> Epoch {
    Epoch(
      batches: try ShuffledBatches(of: batchSize, from: count, seed: seed, epoch: epoch),
      source: source, readers: readers, prefetch: prefetch)
  }
}

extension BatchLoader {
  /// One pass over the samples; each loop over it reads the batches again.
  public struct Epoch: Sequence, Sendable {
    /// The rows of the samples in each batch.
    public let batches: ShuffledBatches
    fileprivate let source: any RowSource
    fileprivate let readers: Int
    fileprivate let prefetch: Int

    /// The number of batches.
    public var underestimatedCount: Int { batches.count }

    /// Starts the readers.
    public func makeIterator() -> Iterator {
      Iterator(
        BatchQueue(batches: batches, source: source, capacity: prefetch),
        threadCount: Swift.min(readers, prefetch, batches.count))
    }
  }

  /// An iterator that returns the batches in order and stops the readers when it is released.
  public final class Iterator: IteratorProtocol {
    private let queue: BatchQueue
    private let threads: [ThreadHandle]

    init(_ queue: BatchQueue, threadCount: Int) {
      self.queue = queue
      // The system may refuse to create threads. If there are none, the caller reads the batches itself.
      threads = (0..<threadCount).compactMap { _ in ThreadHandle.start { queue.read() } }
    }

    deinit {
      queue.stop()
      for thread in threads { thread.join() }
    }

    /// Returns the next batch, or the error of reading it; nil after the last batch.
    public func next() -> Result<LabeledDataset, SoftmaxError>? {
      threads.isEmpty ? queue.readNext() : queue.next()
    }
  }
}
