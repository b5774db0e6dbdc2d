// SPDX-License-Identifier: Apache-2.0
import Foundation
import SoftmaxCore
import SoftmaxTestSupport
import Testing

@testable import SoftmaxData

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// A copy that is not right is as good as none: the data are the same, and the copy is made again.
@Suite struct UnpackedCacheDamageTests {
  let bench: CacheBench
  let good: [UInt8]

  init() throws {
    bench = try CacheBench()
    _ = try bench.read()
    good = try Array(Data(contentsOf: URL(fileURLWithPath: bench.copyPath)))
    try #require(good.count == 300 + 88)
  }

  private func expectPassedOver(_ damaged: [UInt8], _ comment: String) throws {
    try bench.replaceCopy(damaged)
    #expect(try bench.read().bytes == CacheBench.payload, "\(comment)")
    let remade = try Array(Data(contentsOf: URL(fileURLWithPath: bench.copyPath)))
    #expect(remade == good, "\(comment)")
  }

  @Test func cutOffAnywhere() throws {
    let places = [0, 1, 88, 299, 300, 301, 379, 380, 387]
    for count in places { try expectPassedOver(Array(good[..<count]), "cut at \(count)") }
    try expectPassedOver(good + [0], "a byte too many")
  }

  @Test func aFlippedBitInAnyByte() throws {
    for index in good.indices {
      var damaged = good
      damaged[index] ^= 1 << UInt8(index % 8)
      try expectPassedOver(damaged, "byte \(index)")
    }
  }

  // The numbers behind the array under a right checksum of their own.
  @Test func numbersThatDoNotBelongToTheArray() throws {
    let source = try #require(SourceIdentity(bench.source))
    for (words, name) in [
      ([UInt64(2), 100, 0, 0, 0, 0, 0, 0, 2], "fewer rows"),
      ([4, 100, 0, 0, 0, 0, 0, 0, 2], "more rows"),
      ([3, 100, 0, 0, 0, 0, 0, 0, 0], "no dimension"),
      ([3, 100, 0, 0, 0, 0, 0, 0, 9], "too many dimensions"),
      ([3, 100, 0, 0, 0, 0, 0, 0, .max], "dimensions beyond counting"),
      ([.max, .max, .max, .max, .max, .max, .max, .max, 8], "a shape beyond counting"),
      ([1 << 32, 1 << 32, 300, 0, 0, 0, 0, 0, 3], "a product that wraps around"),
    ] {
      let checksum = good[good.count - 16..<good.count - 8].reversed().reduce(UInt64(0)) {
        $0 << 8 | UInt64($1)
      }
      let sealed = words + [checksum]
      let tail = UnpackedCache.bytes(
        (sealed + [UnpackedCache.seal(sealed[...], source)])[...])
      try expectPassedOver(Array(good[..<300]) + tail, name)
    }
  }

  @Test(arguments: [0o620, 0o602, 0o666, 0o777])
  func aCopyThatOthersMayWrite(mode: Int) throws {
    try FileManager.default.setAttributes(
      [.posixPermissions: mode], ofItemAtPath: bench.copyPath)
    #expect(bench.copy == nil)
    #expect(try bench.read().bytes == CacheBench.payload)
    #expect(bench.copy != nil)
  }

  @Test(.enabled(if: geteuid() == 0, "needs the right to give files away"))
  func aCopyOfAnotherUser() throws {
    #expect(unsafe chown(bench.copyPath, 1, 1) == 0)
    #expect(bench.copy == nil)
    #expect(try bench.read().bytes == CacheBench.payload)
    #expect(bench.copy != nil)
  }

  @Test func aLinkIsReplacedAndWhereItLeadsIsLeftAlone() throws {
    let elsewhere = bench.folder.path("elsewhere")
    try FileManager.default.moveItem(atPath: bench.copyPath, toPath: elsewhere)
    try FileManager.default.createSymbolicLink(
      atPath: bench.copyPath, withDestinationPath: elsewhere)
    #expect(bench.copy == nil)
    try Data([1, 2, 3]).write(to: URL(fileURLWithPath: elsewhere))
    #expect(try bench.read().bytes == CacheBench.payload)
    #expect(bench.copy != nil)
    #expect(try Data(contentsOf: URL(fileURLWithPath: elsewhere)) == Data([1, 2, 3]))
  }

  @Test func aFolderOrAPipeInItsPlace() throws {
    try FileManager.default.removeItem(atPath: bench.copyPath)
    try FileManager.default.createDirectory(
      atPath: bench.copyPath, withIntermediateDirectories: false)
    #expect(try bench.read().bytes == CacheBench.payload)
    try FileManager.default.removeItem(atPath: bench.copyPath)
    #expect(unsafe mkfifo(bench.copyPath, 0o600) == 0)
    #expect(try bench.read().bytes == CacheBench.payload)
  }

  @Test func aCacheThatCannotBeWritten() throws {
    try bench.folder.write([], to: "file")
    for folder in [bench.folder.path("file"), bench.folder.path("file/within"), "/dev/null"] {
      let cache = UnpackedCache(folder: folder, minimumByteCount: 300)
      #expect(try bench.read(by: cache).bytes == CacheBench.payload)
    }
    #expect(try bench.folder.names == ["cache", "file", "images.gz"])
  }

  @Test func aLimitOnTheSizeOfFiles() async {
    await #expect(processExitsWith: .success) {
      let bench = try CacheBench()
      var limit = rlimit(rlim_cur: 350, rlim_max: 350)
      #if canImport(Glibc)
        unsafe setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
      #else
        unsafe setrlimit(RLIMIT_FSIZE, &limit)
      #endif
      guard try bench.read().bytes == CacheBench.payload, bench.copy == nil else {
        throw Unexpected()
      }
    }
  }

  @Test func manyAtOnceMakeOne() throws {
    for _ in 0..<20 {
      try? FileManager.default.removeItem(atPath: bench.copyPath)
      DispatchQueue.concurrentPerform(iterations: 8) { _ in
        #expect((try? bench.read().bytes) == CacheBench.payload)
      }
      #expect(try Array(Data(contentsOf: URL(fileURLWithPath: bench.copyPath))) == good)
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: bench.cache.folder).count == 1)
  }

  @Test func whoHasACopyMappedKeepsItWhenItIsReplaced() throws {
    let before = try bench.read()
    let other = CacheBench.payload.map { 255 - $0 }
    try bench.writeSource(other)
    #expect(try bench.read().bytes == other)
    try FileManager.default.removeItem(atPath: bench.cache.folder)
    #expect(before.bytes == CacheBench.payload)
  }
}
