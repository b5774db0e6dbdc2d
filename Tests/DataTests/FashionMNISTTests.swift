// SPDX-License-Identifier: Apache-2.0
import Foundation
import SoftmaxCore
import SoftmaxTestSupport
import Testing

@testable import SoftmaxData

@Suite struct FashionMNISTTests {
  let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  let packageFolder = Self.packageFolder
  static let packageFolder = RemoteDataset.fashionMNIST.packageFolder ?? ""
  static let packageIsInstalled = FileKind(packageFolder) == .folder

  private func writeFiles(in place: String) throws {
    for file in RemoteDataset.fashionMNIST.files {
      try folder.write([], to: place + "/" + file.name)
    }
  }

  private func located(
    _ directory: String? = nil, _ cache: DataCache = .none
  ) throws -> String? {
    var remote = RemoteDataset.fashionMNIST
    remote.packageFolder = folder.path("package")
    return try remote.locate(directory: directory, cache: cache)
  }

  @Test func thePlacesAreTriedInTheirOrder() throws {
    let cache = DataCache(folder: folder.path("cache"))
    #expect(try located(nil, cache) == nil)
    try writeFiles(in: "package")
    #expect(try located(nil, cache) == folder.path("package"))
    try writeFiles(in: "cache/fashion-mnist")
    #expect(try located(nil, cache) == folder.path("cache/fashion-mnist"))
    #expect(try located(nil, .none) == folder.path("package"))
    try writeFiles(in: "given")
    #expect(try located(folder.path("given"), cache) == folder.path("given"))
    try writeFiles(in: "given/fashion-mnist")
    #expect(try located(folder.path("given"), cache) == folder.path("given/fashion-mnist"))
  }

  @Test func aGivenFolderIsTheOnlyPlace() throws {
    try writeFiles(in: "package")
    let error = error { () throws(SoftmaxError) in
      _ = try RemoteDataset.fashionMNIST.load(
        directory: folder.path("given"), cache: .none, mirrors: [])
    }
    #expect(error?.code == .notFound)
    #expect(error?.path == folder.path("given"))
  }

  @Test func anIncompleteFolderDoesNotCount() throws {
    let cache = DataCache(folder: folder.path)
    let place = "fashion-mnist"
    try writeFiles(in: place)
    #expect(try located(nil, cache) == folder.path(place))
    try FileManager.default.removeItem(atPath: folder.path(place + "/t10k-labels-idx1-ubyte.gz"))
    #expect(try located(nil, cache) == nil)
    // A folder of the file's name is no file.
    try folder.write([], to: place + "/t10k-labels-idx1-ubyte/file")
    #expect(try located(nil, cache) == nil)
  }

  @Test func aFolderThatIsGivenIsNotPassedOver() throws {
    try writeFiles(in: "package")
    for named in ["nowhere", "package/t10k-labels-idx1-ubyte.gz", "."] {
      let error = error { () throws(SoftmaxError) in
        _ = try RemoteDataset.fashionMNIST.load(directory: folder.path(named), mirrors: [])
      }
      #expect(error?.code == .notFound)
      #expect(error?.path == folder.path(named))
      #expect(error?.remedy?.contains("SOFTMAX_DATA") == true)
    }
  }

  @Test func whatIsMissingIsFetched() throws {
    let contents: [String: [UInt8]] = ["one": [1, 2, 3], "two": [4, 5]]
    let files = contents.map {
      RemoteFile(name: $0.key, byteCount: $0.value.count, sha256: SHA256.hexDigest(of: $0.value))
    }
    let server = try LocalServer([
      "/sub/one": .file([1, 2, 3]), "/sub/two": .file([4, 5]),
    ])
    defer { server.stop() }
    let small = RemoteDataset(
      name: "small", title: "small", classNames: ["a", "b"], mirrors: [server.address + "sub"],
      files: files, isThis: { _ in true })
    let place = try small.fetch(cache: DataCache(folder: folder.path))
    #expect(try FileManager.default.contentsOfDirectory(atPath: place).sorted() == ["one", "two"])
  }

  @Test func aFetchThatFailsSaysWhatToDo() throws {
    let server = try LocalServer([:])
    defer { server.stop() }
    let error = try #require(
      error { () throws(SoftmaxError) in
        try RemoteDataset.fashionMNIST.fetch(to: folder.path("into"), mirrors: [server.address])
      })
    #expect(error.code == .networkFailure)
    #expect(error.message.contains("HTTP status 404"))
    #expect(error.remedy?.contains("dataset-fashion-mnist") == true)
    #expect(error.remedy?.contains("--data-dir") == true)
    #expect(server.requests == ["/train-images-idx3-ubyte.gz"])
    let homeless = DataTests.error { () throws(SoftmaxError) in
      try RemoteDataset.fashionMNIST.fetch(cache: .none, mirrors: [server.address])
    }
    #expect(homeless?.code == .notFound)
  }

  @Test func anotherDataSetOfTheSameFormIsRefused() throws {
    for (part, count) in [("train", 3), ("t10k", 1)] {
      let pixels = [UInt8](repeating: 9, count: count * 784)
      try folder.write(
        Fixtures.idx(extents: [UInt32(count), 28, 28], pixels), to: part + "-images-idx3-ubyte")
      try folder.write(
        Fixtures.labels([UInt8](repeating: 3, count: count)), to: part + "-labels-idx1-ubyte")
    }
    let error = error { () throws(SoftmaxError) in
      _ = try RemoteDataset.fashionMNIST.load(directory: folder.path)
    }
    #expect(error?.code == .checksumMismatch)
    #expect(error?.path == folder.path)
  }

  @Test(.enabled(if: packageIsInstalled, "needs the package dataset-fashion-mnist"))
  func theRealDataAreComplete() throws {
    let fashion = try RemoteDataset.fashionMNIST.load(
      directory: packageFolder, cache: .none)
    let test = try #require(fashion.test)
    #expect(fashion.name == "fashion-mnist")
    #expect(fashion.training.count == 60_000)
    #expect(test.count == 10_000)
    #expect(fashion.training.featureShape == [28, 28])
    #expect(fashion.training.classNames[fashion.training.labels[0]] == "Ankle boot")
    #expect(test.labels[0] == 9)
    for part in [fashion.training, test] {
      for label in 0..<10 { #expect(part.labels.count { $0 == label } == part.count / 10) }
      guard let pixels = part.features.bytes else {
        Issue.record("expected bytes")
        return
      }
      let bytes = pixels.bytes
      #expect(bytes.min() == 0)
      #expect(bytes.max() == 255)
      #expect(pixels.scale == Float(1) / Float(255))
    }
  }

  @Test(.enabled(if: packageIsInstalled, "needs the package dataset-fashion-mnist"))
  func fromTheCacheTheDataAreTheSame() throws {
    var cache = DataCache.none
    cache.unpackedFolder = folder.path("cache")
    let reference = try DatasetReference("fashion-mnist")
    let first = try reference.load(
      dataDirectory: packageFolder, cache: cache)
    // The labels are too few bytes to be kept.
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path("cache")).count == 2)
    let copies = UnpackedCache(folder: folder.path("cache"))
    for name in ["train-images-idx3-ubyte.gz", "t10k-images-idx3-ubyte.gz"] {
      let source = try #require(SourceIdentity(packageFolder + "/" + name))
      #expect(copies.copy(of: source) != nil)
    }
    let second = try reference.load(
      dataDirectory: packageFolder, cache: cache)
    #expect(first == second)
    #expect(first.hashValue == second.hashValue)
  }

  /// The digests are those of the mirrors' files, whose gzip headers hold a name and a time that
  /// Debian's lack; with them put in, Debian's files are the mirrors' bit for bit.
  @Test(.enabled(if: packageIsInstalled, "needs the package dataset-fashion-mnist"))
  func theSmallFilesHaveTheMirrorsDigests() throws {
    let times: [String: UInt32] = [
      "train-labels-idx1-ubyte": 1_504_176_606, "t10k-labels-idx1-ubyte": 1_504_176_627,
    ]
    for (name, time) in times {
      let path = packageFolder + "/" + name + ".gz"
      let packed = try Array(Data(contentsOf: URL(fileURLWithPath: path)))
      var bytes = Array(packed[..<3]) + [8]
      bytes += (0..<4).map { UInt8(truncatingIfNeeded: time >> UInt32(8 * $0)) }
      bytes += Array(packed[8..<10]) + Array(name.utf8) + [0]
      bytes += packed[10...]
      let file = try #require(RemoteDataset.fashionMNIST.files.first { $0.name == name + ".gz" })
      #expect(bytes.count == file.byteCount)
      #expect(SHA256.hexDigest(of: bytes) == file.sha256)
    }
  }
}
