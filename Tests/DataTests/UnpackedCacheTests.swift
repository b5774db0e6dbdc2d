// SPDX-License-Identifier: Apache-2.0
import Foundation
import SoftmaxCore
import SoftmaxTestSupport
import Testing

@testable import SoftmaxData

@Suite struct UnpackedCacheTests {
  let bench: CacheBench
  init() throws { bench = try CacheBench() }

  @Test func whatWasUnpackedIsKeptAndEqual() throws {
    let first = try bench.read()
    let copy = try #require(bench.copy)
    #expect(copy.shape == [3, 100])
    #expect(try bench.read() == first)
    #expect(try bench.read().hashValue == first.hashValue)
    #expect(first.bytes == CacheBench.payload)
  }

  @Test func aCopyThatPassesItsChecksIsUsed() throws {
    _ = try bench.read()
    let source = try #require(SourceIdentity(bench.source))
    let other = [UInt8](repeating: 7, count: 300)
    // Another array under the right checksums shows where the bytes came from.
    bench.cache.keep(shape: [3, 100], ByteStorage(other), of: source, at: bench.source)
    #expect(try bench.read().bytes == other)
  }

  @Test func onlyTheUserMaySeeACopy() throws {
    _ = try bench.read()
    for path in [bench.cache.folder, bench.copyPath] {
      let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions]
      #expect((mode as? NSNumber)?.intValue == (path == bench.copyPath ? 0o600 : 0o700))
    }
  }

  @Test func aSourceThatChangedIsUnpackedAgain() throws {
    _ = try bench.read()
    let other = CacheBench.payload.map { 255 - $0 }
    try bench.writeSource(other)
    #expect(bench.copy == nil)
    #expect(try bench.read().bytes == other)
    #expect(bench.copy != nil)
    // The same content at another time is not taken for the same either.
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSince1970: 1_000_000)], ofItemAtPath: bench.source)
    #expect(bench.copy == nil)
  }

  @Test func aSourceThatIsBeingChangedIsNotKept() throws {
    let source = try #require(SourceIdentity(bench.source))
    try bench.writeSource(CacheBench.payload, settled: false)
    bench.cache.keep(
      shape: [3, 100], ByteStorage(CacheBench.payload), of: source, at: bench.source)
    #expect(!FileManager.default.fileExists(atPath: bench.cache.folder))
  }

  @Test func aSourceThatChangedJustNowIsNotKept() throws {
    // An hour, so that the source is younger however slow the machine is.
    let patient = UnpackedCache(
      folder: bench.cache.folder, minimumByteCount: 300, minimumAge: 3600)
    let source = try #require(SourceIdentity(bench.source))
    #expect(bench.cache.isSettled(source) && !patient.isSettled(source))
    #expect(try bench.read(by: patient).bytes == CacheBench.payload)
    #expect(!FileManager.default.fileExists(atPath: bench.cache.folder))
    _ = try bench.read()
    #expect(bench.copy != nil)
    // Longer than a tick of the clocks of file systems, which is at most 10 ms.
    #expect(bench.cache.minimumAge > 0.02)
  }

  @Test func linksToTheSourceShareItsCopy() throws {
    _ = try bench.read()
    let link = bench.folder.path("link.gz")
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: bench.source)
    #expect(bench.cache.copy(of: try #require(SourceIdentity(link))) != nil)
  }

  @Test func smallAndPlainFilesAreNotKept() throws {
    let large = UnpackedCache(folder: bench.cache.folder, minimumByteCount: 301)
    #expect(try bench.read(by: large).bytes == CacheBench.payload)
    #expect(!FileManager.default.fileExists(atPath: bench.cache.folder))
    try bench.folder.write(CacheBench.idx(CacheBench.payload), to: "images.gz")
    bench.settle()
    #expect(try bench.read().bytes == CacheBench.payload)
    #expect(!FileManager.default.fileExists(atPath: bench.cache.folder))
  }

  @Test func aDamagedSourceIsNotKept() throws {
    var packed = try Fixtures.gzip(CacheBench.idx(CacheBench.payload))
    packed[packed.count - 5] ^= 1
    try bench.folder.write(packed, to: "images.gz")
    bench.settle()
    for cache in [bench.cache, nil] {
      #expect(throws: SoftmaxError.self) { try bench.read(by: cache) }
    }
    #expect(!FileManager.default.fileExists(atPath: bench.cache.folder))
  }

  @Test func theLimitOfBytesHoldsForCopiesToo() throws {
    _ = try bench.read()
    let results = IDXFiles.read([bench.source], maximumByteCount: 299, cache: bench.cache)
    let error = error { () throws(SoftmaxError) in _ = try results[0].get() }
    #expect(error?.code == .unsupported)
  }

  @Test func theOldestCopiesAreRemoved() throws {
    for number in 0..<UnpackedCache.greatestCount + 3 {
      try bench.writeSource([UInt8](repeating: UInt8(number), count: 300))
      _ = try bench.read()
    }
    #expect(bench.copy != nil)
    let names = try FileManager.default.contentsOfDirectory(atPath: bench.cache.folder)
    #expect(names.count == UnpackedCache.greatestCount)
  }

  // The folder may be one that its user keeps other things in.
  @Test func whatIsNoCopyIsNeverRemoved() throws {
    let files = FileManager.default
    try files.createDirectory(atPath: bench.cache.folder, withIntermediateDirectories: true)
    let digits = String(repeating: "0a", count: 16)
    let names = [
      "thesis.unpacked", ".unpacked", "\(digits.dropLast()).unpacked", "\(digits)0.unpacked",
      "\(digits.uppercased()).unpacked", "\(digits).unpacked.gz",
    ]
    for name in names { try bench.folder.write([1], to: "cache/\(name)") }
    let link = "\(digits).unpacked"
    try files.createSymbolicLink(
      atPath: bench.folder.path("cache/\(link)"), withDestinationPath: bench.source)
    for number in 0..<UnpackedCache.greatestCount + 2 {
      try bench.writeSource([UInt8](repeating: UInt8(number), count: 300))
      _ = try bench.read()
    }
    let left = try files.contentsOfDirectory(atPath: bench.cache.folder)
    #expect(Set(names + [link]).subtracting(left) == [])
    #expect(left.count == names.count + 1 + UnpackedCache.greatestCount)
  }

  @Test func labelsOfACopyAreCheckedAgainstTheClasses() throws {
    let folder = bench.folder
    let count = 1 << 20
    try folder.write(
      Fixtures.gzip(
        Fixtures.idx(extents: [UInt32(count), 1], [UInt8](repeating: 1, count: count))),
      to: "train-images-idx3-ubyte.gz")
    var labels = [UInt8](repeating: 1, count: count)
    labels[5] = 2
    try folder.write(Fixtures.gzip(Fixtures.labels(labels)), to: "train-labels-idx1-ubyte.gz")
    bench.settle()
    var cache = DataCache.none
    cache.unpackedFolder = bench.cache.folder
    for _ in 0..<2 {
      let split = try IDXFolder.load(folder.path, cache: cache)
      #expect(split.training.labels[5] == 2)
      let error = error { () throws(SoftmaxError) in
        _ = try IDXFolder.load(folder.path, classNames: ["a", "b"], cache: cache)
      }
      #expect(error?.code == .labelOutOfRange)
      #expect(error?.offset == 13)
    }
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: bench.cache.folder).count == 2)
  }
}

/// A gzipped file of 3 x 100 bytes and a cache for it, in a folder of their own.
struct CacheBench {
  static let payload = PayloadChecksumTests.bytes(300)

  let folder: TemporaryFolder
  let cache: UnpackedCache
  var source: String { folder.path("images.gz") }
  var sourceURL: URL { URL(fileURLWithPath: source) }

  init() throws {
    folder = try TemporaryFolder()
    cache = UnpackedCache(folder: folder.path("cache"), minimumByteCount: 300)
    try writeSource(Self.payload)
  }

  static func idx(_ payload: [UInt8]) -> [UInt8] { Fixtures.idx(extents: [3, 100], payload) }

  func writeSource(_ payload: [UInt8], settled: Bool = true) throws {
    try folder.write(Fixtures.gzip(Self.idx(payload)), to: "images.gz")
    if settled { settle() }
  }

  /// Waits until what was just written counts as old.
  func settle() { Thread.sleep(forTimeInterval: 0.1) }

  func read() throws -> IDXArray { try read(by: cache) }

  func read(by cache: UnpackedCache?) throws -> IDXArray {
    try IDXFiles.read([source], maximumByteCount: 300, cache: cache)[0].get()
  }

  /// The copy, if there is one whose header is right.
  var copy: UnpackedCache.Copy? { SourceIdentity(source).flatMap { cache.copy(of: $0) } }

  var copyPath: String { SourceIdentity(source).map { cache.path(of: $0) } ?? "" }

  /// Puts other bytes in the copy's place, for nobody but the user.
  func replaceCopy(_ bytes: [UInt8]) throws {
    let url = URL(fileURLWithPath: copyPath)
    try? FileManager.default.removeItem(at: url)
    try Data(bytes).write(to: url)
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: copyPath)
  }
}
