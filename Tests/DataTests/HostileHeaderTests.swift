// SPDX-License-Identifier: Apache-2.0
import Foundation
import SoftmaxCore
import SoftmaxData
import SoftmaxTestSupport
import Testing

/// A header that lies costs no memory.
///
/// Each case runs in a process of its own, where the greatest
/// memory so far is the case's alone.
@Suite struct HostileHeaderTests {
  @Test func aPlainFileThatPromisesTooMuch() async {
    await #expect(processExitsWith: .success) {
      try expectSmallMemory {
        let folder = try TemporaryFolder()
        for extents in [[.max, 28, 28], [1 << 31], [60_000, 28, 28]] as [[UInt32]] {
          let path = try folder.write(Fixtures.idx(extents: extents, [1, 2, 3]), to: "f")
          try expectError(.invalidData) { () throws(SoftmaxError) in _ = try IDXFile.read(path) }
        }
      }
    }
  }

  @Test func aGzippedFileThatUnpacksToMoreThanItPromises() async {
    await #expect(processExitsWith: .success) {
      try expectSmallMemory {
        // 10 GiB of zeros as 10,240 members of 1 MiB.
        let member = try Fixtures.gzip([UInt8](repeating: 0, count: 1 << 20))
        var bomb = try Fixtures.gzip(Fixtures.idx(extents: [10], []))
        for _ in 0..<10_240 { bomb += member }
        try expectError(.invalidData) { () throws(SoftmaxError) in
          _ = try IDXFile.decode(bomb, name: "f")
        }
      }
    }
  }

  @Test func aGzippedFileThatUnpacksToLessThanItPromises() async {
    await #expect(processExitsWith: .success) {
      try expectSmallMemory {
        // 4 MiB could be 4 GiB packed well, so only the arriving bytes tell.
        var state: UInt64 = 7
        let data = (0..<1 << 20).map { _ in
          state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
          return UInt8(truncatingIfNeeded: state >> 56)
        }
        let packed = try Fixtures.gzip(Fixtures.idx(extents: [1_000, 1_000, 1_000], data))
        try expectError(.invalidData) { () throws(SoftmaxError) in
          _ = try IDXFile.decode(packed, name: "f")
        }
      }
    }
  }

  @Test func aGzippedFileThatPromisesWhatGzipCannotHold() async {
    await #expect(processExitsWith: .success) {
      try expectSmallMemory {
        let packed = try Fixtures.gzip(Fixtures.idx(extents: [1 << 31], [1, 2, 3]))
        try expectError(.invalidData) { () throws(SoftmaxError) in
          _ = try IDXFile.decode(packed, name: "f")
        }
      }
    }
  }

  @Test func safetensorsWithAHeaderOfAHundredMegabytes() async {
    await #expect(processExitsWith: .success) {
      try expectSmallMemory {
        let folder = try TemporaryFolder()
        let path = try folder.write(Fixtures.safetensors("{}"), to: "f")
        let handle = try FileHandle(forUpdating: URL(fileURLWithPath: path))
        try handle.truncate(atOffset: 100_000_008)
        for length in [100_000_000, 100_000_001, UInt64.max, 1 << 63] as [UInt64] {
          try handle.seek(toOffset: 0)
          try handle.write(
            contentsOf: Data((0..<8).map { UInt8(truncatingIfNeeded: length >> UInt64(8 * $0)) }))
          try expectError(length == 100_000_000 ? .unsupported : .invalidData) {
            () throws(SoftmaxError) in _ = try SafetensorsFile.read(path)
          }
        }
      }
    }
  }

  @Test func safetensorsWithManyTensorsOnTheSameBytes() async {
    await #expect(processExitsWith: .success) {
      try expectSmallMemory {
        for count in [4_000, 100_000] {
          let entries = (0..<count).map {
            "\"\($0)\":{\"dtype\":\"F32\",\"shape\":[4],\"data_offsets\":[0,16]}"
          }
          let bytes = Fixtures.safetensors(
            "{" + entries.joined(separator: ",") + "}", data: [UInt8](repeating: 0, count: 16))
          try expectError(count > 4_096 ? .unsupported : .invalidData) {
            () throws(SoftmaxError) in _ = try SafetensorsFile.decode(bytes, name: "f")
          }
        }
      }
    }
  }
}

struct Unexpected: Error {}

/// Throws unless the code throws an error of the kind.
func expectError(
  _ code: SoftmaxError.Code, _ body: () throws(SoftmaxError) -> Void
) throws {
  guard error(of: body)?.code == code else { throw Unexpected() }
}

/// Throws unless the process's greatest memory grows by less than 64 MiB.
func expectSmallMemory(_ body: () throws -> Void) throws {
  let before = greatestMemory()
  try body()
  guard greatestMemory() - before < 64 << 20 else { throw Unexpected() }
}

/// The most memory that the process had so far, in bytes.
private func greatestMemory() -> Int {
  var usage = rusage()
  #if canImport(Darwin)
    unsafe getrusage(RUSAGE_SELF, &usage)
    return usage.ru_maxrss
  #else
    unsafe getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return usage.ru_maxrss * 1_024
  #endif
}
