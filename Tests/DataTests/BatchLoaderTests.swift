// SPDX-License-Identifier: Apache-2.0
import Foundation
import SoftmaxCore
import SoftmaxModels
import SoftmaxTestSupport
import Synchronization
import Testing

@testable import SoftmaxData

@Suite(.serialized) struct BatchLoaderTests {
  /// 103 samples whose features tell their row.
  private func dataset() throws -> LabeledDataset {
    try LabeledDataset(
      features: .bytes(
        ByteMatrix(
          rowCount: 103, columnCount: 2, bytes: (0..<206).map { UInt8($0 / 2) }, scale: 0.5)),
      labels: (0..<103).map { $0 % 3 }, classNames: ["a", "b", "c"],
      sampleWeights: (0..<103).map { Float($0) })
  }

  /// A folder of plain or gzipped IDX files of 103 images.
  private func folder(gzipped: Bool = false) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    for part in ["train", "t10k"] {
      let images = Fixtures.idx(extents: [103, 1, 2], (0..<206).map { UInt8($0 / 2) })
      let labels = Fixtures.labels((0..<103).map { UInt8($0 % 3) })
      for (name, bytes) in [("images-idx3", images), ("labels-idx1", labels)] {
        try folder.write(
          gzipped ? Fixtures.gzip(bytes) : bytes,
          to: "\(part)-\(name)-ubyte" + (gzipped ? ".gz" : ""))
      }
    }
    return folder
  }

  private func rows(
    _ batches: some Sequence<Result<LabeledDataset, SoftmaxError>>, scale: Float
  ) throws -> [[Int]] {
    try batches.map { batch in
      let samples = try batch.get()
      #expect(samples.features.bytes == nil)
      let features = samples.features.matrix
      return (0..<samples.count).map { Int((features[$0, 0] / scale).rounded()) }
    }
  }

  @Test(arguments: [1, 2, 3, 8])
  func theOrderIsThatOfShuffledBatchesWhateverTheReaders(readers: Int) throws {
    let dataset = try dataset()
    let folder = try folder()
    let packed = try self.folder(gzipped: true)
    for prefetch in [1, 3, 16] {
      let memory = try BatchLoader(
        dataset, batchSize: 10, seed: 7, readers: readers, prefetch: prefetch)
      let plain = try BatchLoader(
        idxFolder: folder.path, part: .test, batchSize: 10, seed: 7, readers: readers,
        prefetch: prefetch)
      let unpacked = try BatchLoader(
        idxFolder: packed.path, batchSize: 10, seed: 7, readers: readers, prefetch: prefetch,
        cache: .none)
      for epoch in 0..<3 {
        let expected = try ShuffledBatches(of: 10, from: 103, seed: 7, epoch: epoch).map(Array.init)
        #expect(expected.last?.count == 3)
        #expect(try rows(memory.epoch(epoch), scale: 0.5) == expected)
        #expect(try rows(plain.epoch(epoch), scale: 1.0 / 255) == expected)
        #expect(try rows(unpacked.epoch(epoch), scale: 1.0 / 255) == expected)
      }
    }
  }

  @Test func aBatchIsThatOfTheDataSetInFloats() throws {
    let dataset = try dataset()
    let loader = try BatchLoader(dataset, batchSize: 64, seed: 1)
    for (rows, batch) in zip(try loader.epoch(2).batches, try loader.epoch(2)) {
      let samples = try batch.get()
      let expected = dataset.selecting(rows: rows)
      #expect(samples.labels == expected.labels)
      #expect(samples.sampleWeights == expected.sampleWeights)
      #expect(samples.classNames == expected.classNames)
      for row in 0..<samples.count {
        #expect(samples.features.row(row) == expected.features.row(row))
      }
    }
  }

  @Test func filesGiveWhatTheFolderGives() throws {
    let folder = try folder()
    let whole = try IDXFolder.load(folder.path).training
    let loader = try BatchLoader(idxFolder: folder.path, batchSize: 103, readers: 1)
    let batch = try #require(Array(try loader.epoch(0)).first).get()
    let order = try #require(try loader.epoch(0).batches.first)
    #expect(batch.featureShape == [1, 2])
    #expect(batch.classNames == whole.classNames)
    #expect(batch.labels == whole.selecting(rows: order).labels)
    for (place, row) in order.enumerated() {
      #expect(batch.features.row(place) == whole.features.row(row))
    }
  }

  /// Fails for the batch with row 50, and counts what was asked of it.
  private final class Fragile: RowSource {
    let count = 103
    let asked = Mutex(0)
    let dataset: LabeledDataset
    init(_ dataset: LabeledDataset) { self.dataset = dataset }

    func samples(inRows rows: ArraySlice<Int>) throws(SoftmaxError) -> LabeledDataset {
      asked.withLock { $0 += 1 }
      if rows.contains(50) { throw SoftmaxError(.ioFailure, "row 50 is gone") }
      return dataset.selecting(rows: rows)
    }
  }

  @Test(arguments: [1, 2, 8])
  func anErrorComesWithTheBatchThatItBelongsTo(readers: Int) throws {
    let loader = try BatchLoader(
      source: Fragile(dataset()), batchSize: 10, seed: 3, readers: readers)
    let epoch = try loader.epoch(0)
    let outcomes = Array(epoch)
    #expect(outcomes.count == 11)
    for (rows, outcome) in zip(epoch.batches, outcomes) {
      switch outcome {
      case .success(let samples): #expect(!rows.contains(50) && samples.count == rows.count)
      case .failure(let error): #expect(rows.contains(50) && error.code == .ioFailure)
      }
    }
  }

  @Test func aFileCutShortIsAnErrorOfItsBatches() throws {
    let folder = try folder()
    let loader = try BatchLoader(idxFolder: folder.path, batchSize: 10, readers: 3)
    let handle = try #require(
      FileHandle(forUpdatingAtPath: folder.path("train-images-idx3-ubyte")))
    // The last image loses its second pixel.
    try handle.truncate(atOffset: 16 + 205)
    let epoch = try loader.epoch(0)
    for (rows, outcome) in zip(epoch.batches, epoch) {
      switch outcome {
      case .success: #expect(!rows.contains(102))
      case .failure(let error):
        #expect(rows.contains(102))
        #expect(error.code == .invalidData)
        #expect(error.offset == 16 + 205)
      }
    }
  }

  @Test func aLoopThatIsLeftStopsTheReaders() throws {
    weak var left: Fragile?
    do {
      let source = Fragile(try dataset())
      left = source
      let loader = try BatchLoader(source: source, batchSize: 1, seed: 3, readers: 4, prefetch: 4)
      for (number, _) in try loader.epoch(0).enumerated() where number == 2 { break }
      // No more than was to be read ahead.
      #expect((3...7).contains(source.asked.withLock { $0 }))
    }
    // Every thread that reads holds the source; the loop waited for all.
    #expect(left == nil)
  }

  @Test func readersStayNoFurtherAheadThanTheyAreTold() throws {
    let source = Fragile(try dataset())
    let loader = try BatchLoader(source: source, batchSize: 1, seed: 3, readers: 4, prefetch: 4)
    let iterator = try loader.epoch(1).makeIterator()
    for _ in 0..<500 where source.asked.withLock({ $0 }) < 4 { usleep(10_000) }
    usleep(20_000)
    #expect(source.asked.withLock { $0 } == 4)
    _ = iterator.next()
    for _ in 0..<500 where source.asked.withLock({ $0 }) < 5 { usleep(10_000) }
    #expect(source.asked.withLock { $0 } == 5)
  }

  @Test func emptyDataHaveNoBatches() throws {
    let nothing = try dataset().selecting(rows: [])
    let loader = try BatchLoader(nothing, batchSize: 4)
    #expect(Array(try loader.epoch(0)).isEmpty)
  }

  @Test func numbersThatMakeNoSenseAreErrors() throws {
    let dataset = try dataset()
    for (batchSize, readers, prefetch) in [
      (0, 1, 1), (-1, 1, 1), (1, 0, 1), (1, 65, 1), (1, 1, 0), (1, 1, 1_025),
    ] {
      let error = error { () throws(SoftmaxError) in
        _ = try BatchLoader(
          dataset, batchSize: batchSize, readers: readers, prefetch: prefetch)
      }
      #expect(error?.code == .invalidArgument)
    }
    let loader = try BatchLoader(dataset, batchSize: 4)
    #expect(error { () throws(SoftmaxError) in _ = try loader.epoch(-1) } != nil)
  }

  @Test func foldersThatDoNotHoldThePartAreErrors() throws {
    let whole = try folder()
    try FileManager.default.removeItem(atPath: whole.path("t10k-images-idx3-ubyte"))
    let single = error { () throws(SoftmaxError) in
      _ = try BatchLoader(idxFolder: whole.path, part: .test, batchSize: 1)
    }
    #expect(single?.code == .notFound)
    try FileManager.default.removeItem(atPath: whole.path("t10k-labels-idx1-ubyte"))
    let none = error { () throws(SoftmaxError) in
      _ = try BatchLoader(idxFolder: whole.path, part: .test, batchSize: 1)
    }
    #expect(none?.code == .notFound)
    try whole.write(Fixtures.labels([0, 1]), to: "train-labels-idx1-ubyte")
    let fewer = error { () throws(SoftmaxError) in
      _ = try BatchLoader(idxFolder: whole.path, batchSize: 1)
    }
    #expect(fewer?.code == .invalidData)
    try whole.write(
      Fixtures.labels([UInt8](repeating: 0, count: 102) + [9]), to: "train-labels-idx1-ubyte")
    let label = error { () throws(SoftmaxError) in
      _ = try BatchLoader(idxFolder: whole.path, classNames: ["a", "b"], batchSize: 1)
    }
    #expect(label?.code == .labelOutOfRange)
    #expect(label?.offset == 8 + 102)
  }
}
