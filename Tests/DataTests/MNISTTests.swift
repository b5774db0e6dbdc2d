// SPDX-License-Identifier: Apache-2.0
import Foundation
import SoftmaxCore
import SoftmaxTestSupport
import Testing

@testable import SoftmaxData

@Suite struct MNISTTests {
  let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  // Files as MNIST's, of one pixel an image.
  private func contents(
    training: [Int] = [5_923, 6_742, 5_958, 6_131, 5_842, 5_421, 5_918, 6_265, 5_851, 5_949],
    test: [Int] = [980, 1_135, 1_032, 1_010, 982, 892, 958, 1_028, 974, 1_009]
  ) throws -> [String: [UInt8]] {
    var result: [String: [UInt8]] = [:]
    for (part, counts) in [("train", training), ("t10k", test)] {
      let labels = counts.enumerated().flatMap { digit, count in
        [UInt8](repeating: UInt8(digit), count: count)
      }
      let count = UInt32(labels.count)
      result[part + "-images-idx3-ubyte.gz"] = try Fixtures.gzip(
        Fixtures.idx(extents: [count, 1, 1], labels))
      result[part + "-labels-idx1-ubyte.gz"] = try Fixtures.gzip(Fixtures.labels(labels))
    }
    return result
  }

  private func write(_ contents: [String: [UInt8]], to place: String) throws {
    for (name, bytes) in contents { try folder.write(bytes, to: place + "/" + name) }
  }

  @Test func theFilesAreFetchedCheckedAndLoaded() throws {
    let contents = try contents()
    let files = contents.map {
      RemoteFile(name: $0.key, byteCount: $0.value.count, sha256: SHA256.hexDigest(of: $0.value))
    }
    let server = try LocalServer(
      Dictionary(uniqueKeysWithValues: contents.map { ("/mnist/" + $0.key, .file($0.value)) }))
    defer { server.stop() }
    let cache = DataCache(folder: folder.path)
    let mnist = RemoteDataset.mnist
    let remote = RemoteDataset(
      name: mnist.name, title: "MNIST", classNames: mnist.classNames,
      mirrors: [server.address + "mnist/"], files: files, isThis: mnist.isThis)
    let place = try remote.fetch(cache: cache)
    #expect(server.requests.count == 4)
    #expect(try RemoteDataset.mnist.locate(cache: cache) == place)
    let split = try DatasetReference("mnist").load(cache: cache)
    #expect(split.name == "mnist")
    #expect(split.training.count == 60_000)
    #expect(split.test?.count == 10_000)
    #expect(split.training.classNames == (0...9).map(String.init))
  }

  /// The mirrors' files are known by size and digest: others are refused.
  @Test func whatAMirrorHasInTheirPlaceIsRefused() throws {
    let server = try LocalServer(["/train-images-idx3-ubyte.gz": .file([1, 2, 3])])
    defer { server.stop() }
    let error = try #require(
      error { () throws(SoftmaxError) in
        try RemoteDataset.mnist.fetch(to: folder.path("into"), mirrors: [server.address])
      })
    #expect([.checksumMismatch, .networkFailure].contains(error.code))
    #expect(error.remedy?.contains("--data-dir") == true)
    #expect(error.remedy?.contains("dataset-fashion-mnist") == false)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path("into")).isEmpty)
  }

  @Test func oneFolderHoldsBothDataSets() throws {
    try write(try contents(), to: "data/mnist")
    let data = folder.path("data")
    #expect(try RemoteDataset.mnist.locate(directory: data) == folder.path("data/mnist"))
    #expect(
      error { () throws(SoftmaxError) in _ = try RemoteDataset.fashionMNIST.locate(directory: data)
      }?
      .code == .notFound)
    try write(try contents(), to: "data")
    #expect(try RemoteDataset.fashionMNIST.locate(directory: data) == folder.path("data"))
    #expect(try RemoteDataset.mnist.locate(directory: data) == folder.path("data/mnist"))
  }

  @Test func anotherDataSetOfTheSameFormIsRefused() throws {
    let even = [Int](repeating: 6, count: 10)
    for contents in [try contents(training: even, test: even), try contents(test: even)] {
      try write(contents, to: "other")
      let error = error { () throws(SoftmaxError) in
        _ = try RemoteDataset.mnist.load(directory: folder.path("other"), cache: .none)
      }
      #expect(error?.code == .checksumMismatch)
      #expect(error?.path == folder.path("other"))
    }
  }

  @Test func theListOfFilesIsWellFormed() {
    #expect(RemoteDataset.mnist.files.map(\.name) == RemoteDataset.fashionMNIST.files.map(\.name))
    for file in RemoteDataset.mnist.files {
      #expect(file.sha256.count == 64)
      #expect(file.sha256.allSatisfy { $0.isHexDigit && !$0.isUppercase })
    }
    #expect(
      RemoteDataset.mnist.mirrors.allSatisfy { $0.hasPrefix("https://") && $0.hasSuffix("/") })
  }
}
