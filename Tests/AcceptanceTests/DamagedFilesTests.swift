// SPDX-License-Identifier: Apache-2.0

import Foundation
import SoftmaxKit
import SoftmaxTestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

// Fashion-MNIST's own files, broken in every way that a disk or a liar could.
@Suite(.enabled(if: isRelease, "full sizes need optimised code"), .serialized)
struct DamagedFilesTests {
  static let names = [
    "train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
  ]

  /// A copy of one of the files, as it is packed, in a folder of its own.
  func copy(_ name: String, in folder: TemporaryFolder) throws -> String {
    let source = try #require(try RemoteDataset.fashionMNIST.locate()) + "/\(name).gz"
    let path = folder.path(name + ".gz")
    try FileManager.default.copyItem(atPath: source, toPath: path)
    return path
  }

  @Test(arguments: names)
  func aFileCutAtTwoHundredPlacesIsAnError(name: String) throws {
    let folder = try TemporaryFolder()
    let packed = try copy(name, in: folder)
    // The same unpacked.
    let plain = folder.path(name)
    let array = try IDXFile.read(packed)
    try Data(Self.header(of: array) + array.bytes).write(to: URL(fileURLWithPath: plain))
    #expect(try IDXFile.read(plain) == array)

    for path in [packed, plain] {
      let size = try #require(
        try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int)
      // Shorter and shorter, so that one copy will do.
      for place in (0..<200).reversed() {
        let length = place < 20 ? place : size * place / 200
        #expect(unsafe truncate(path, off_t(length)) == 0)
        let error = #expect(throws: SoftmaxError.self, "\(length) of \(size) bytes") {
          try IDXFile.read(path)
        }
        guard case .file(path, _)? = error?.location else {
          Issue.record("the error names \(String(describing: error?.location))")
          return
        }
      }
    }
  }

  @Test(arguments: names)
  func aFlippedByteOfTheHeaderIsAnErrorOrMeansNothing(name: String) throws {
    let folder = try TemporaryFolder()
    let packed = try copy(name, in: folder)
    let array = try IDXFile.read(packed)
    let plain = folder.path(name)
    let header = Self.header(of: array)
    try Data(header + array.bytes).write(to: URL(fileURLWithPath: plain))
    // The header of gzip: 10 bytes and the file's name with its zero.
    let packedHeader = Array(try Data(contentsOf: URL(fileURLWithPath: packed)).prefix(40))
    for (path, bytes) in [(plain, header), (packed, packedHeader)] {
      for place in bytes.indices {
        for flip: UInt8 in [0xFF, 0x01, 0x80] {
          try Self.write(bytes[place] ^ flip, at: place, of: path)
          do {
            #expect(try IDXFile.read(path) == array, "byte \(place) of \(path)")
          } catch {
            #expect(error.location != nil, "\(error)")
          }
        }
        try Self.write(bytes[place], at: place, of: path)
      }
      #expect(try IDXFile.read(path) == array, "the file is whole again")
    }
  }

  // What it costs in memory is measured in `DataTests/HostileHeaderTests`, in a process of its own.
  @Test func aHeaderThatLiesIsFoundOutAtOnce() throws {
    let folder = try TemporaryFolder()
    let lie: [UInt8] = [0, 0, 8, 3, 255, 255, 255, 255, 0, 0, 0, 28, 0, 0, 0, 28]
    let path = try folder.write(lie + [UInt8](repeating: 0, count: 7840), to: "images")
    let duration = ContinuousClock().measure {
      for _ in 0..<10 { #expect(throws: SoftmaxError.self) { try IDXFile.read(path) } }
    }
    print("a file that declares 2^32 - 1 images: \(duration / 10)")
  }

  private static func header(of array: IDXArray) -> [UInt8] {
    [0, 0, 8, UInt8(array.shape.count)]
      + array.shape.flatMap { extent in
        (0..<4).reversed().map { UInt8(truncatingIfNeeded: extent >> (8 * $0)) }
      }
  }

  private static func write(_ byte: UInt8, at place: Int, of path: String) throws {
    let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
    try file.seek(toOffset: UInt64(place))
    try file.write(contentsOf: Data([byte]))
    try file.close()
  }
}
