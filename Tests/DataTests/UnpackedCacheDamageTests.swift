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
    try #require(good.count == UnpackedHeader.byteCount + 300)
  }

  private func expectPassedOver(_ damaged: [UInt8], _ comment: String) throws {
    try bench.replaceCopy(damaged, [])
    #expect(try bench.read().bytes == CacheBench.payload, "\(comment)")
    let remade = try Array(Data(contentsOf: URL(fileURLWithPath: bench.copyPath)))
    #expect(remade == good, "\(comment)")
  }

  @Test func cutOffAnywhere() throws {
    let places = [0, 1, 8, 4_088, 4_095, 4_096, 4_097, 4_200, 4_395]
    for count in places { try expectPassedOver(Array(good[..<count]), "cut at \(count)") }
    try expectPassedOver(good + [0], "a byte too many")
  }

  @Test func aFlippedBitInAnyByteOfTheHeader() throws {
    for index in 0..<UnpackedHeader.byteCount {
      var damaged = good
      damaged[index] ^= 1 << UInt8(index % 8)
      #expect(UnpackedHeader(Array(damaged[..<UnpackedHeader.byteCount])) == nil, "byte \(index)")
      if index < 240 || index % 97 == 0 { try expectPassedOver(damaged, "byte \(index)") }
    }
  }

  @Test func aFlippedBitInAnyByteOfThePayload() throws {
    for index in UnpackedHeader.byteCount..<good.count {
      var damaged = good
      damaged[index] ^= 1 << UInt8(index % 8)
      try expectPassedOver(damaged, "byte \(index)")
    }
  }

  @Test func aHeaderWithTheRightChecksumAndTheWrongContent() throws {
    let payload = CacheBench.payload
    let changes: [(String, (inout UnpackedHeader) -> Void)] = [
      ("another path", { $0.source.path += "x" }),
      ("another size", { $0.source.byteCount += 1 }),
      ("another time", { $0.source.modified.nanoseconds += 1 }),
      ("another second", { $0.source.modified.seconds -= 1 }),
      ("another change", { $0.source.changed.nanoseconds ^= 1 }),
      ("another checksum", { $0.checksum ^= 1 }),
      ("fewer rows", { $0.shape = [2, 100] }),
      ("more rows", { $0.shape = [4, 100] }),
      ("a shape beyond counting", { $0.shape = [Int](repeating: Int(UInt32.max), count: 8) }),
      ("no rows", { $0.shape = [0, 100] }),
    ]
    for (name, change) in changes {
      try bench.replaceCopy(try bench.header(change), payload)
      #expect(try bench.read().bytes == payload, "\(name)")
      #expect(try Array(Data(contentsOf: URL(fileURLWithPath: bench.copyPath))) == good, "\(name)")
    }
  }

  @Test func aHeaderOfAnotherVersionOrWithStrangeNumbers() throws {
    let numbers: [(offset: Int, value: UInt64)] = [
      (8, 0), (8, 2), (8, .max), (128, 0), (128, 9), (128, .max), (136, 1 << 32), (136, .max),
      (152, 1), (200, 0), (200, 3_881), (200, .max), (208 + 3_000, 1),
    ]
    for (offset, value) in numbers {
      var header = Array(good[..<UnpackedHeader.byteCount])
      for index in 0..<8 {
        header[offset + index] = UInt8(truncatingIfNeeded: value >> UInt64(8 * index))
      }
      let checksum = CacheBench.checksum(Array(header[..<4_088]))
      for index in 0..<8 {
        header[4_088 + index] = UInt8(truncatingIfNeeded: checksum >> UInt64(8 * index))
      }
      #expect(UnpackedHeader(header) == nil, "\(value) at \(offset)")
      try expectPassedOver(header + CacheBench.payload, "\(value) at \(offset)")
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
      var limit = rlimit(rlim_cur: 4_200, rlim_max: 4_200)
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
