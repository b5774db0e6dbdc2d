// SPDX-License-Identifier: Apache-2.0
import Foundation
import SoftmaxCore
import SoftmaxTestSupport
import Testing

@testable import SoftmaxData

@Suite struct IDXFileTests {
  let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  @Test func plainAndGzippedFilesReadTheSame() throws {
    let plain = try folder.write(Fixtures.images, to: "images")
    // The content tells, not the name.
    let packed = try folder.write(Fixtures.gzip(Fixtures.images), to: "packed")
    for path in [plain, packed] {
      let array = try IDXFile.read(path)
      #expect(array.shape == [3, 2, 2])
      #expect(array.bytes == Array(0..<12))
    }
  }

  @Test func gzipMembersInARowAreOneFile() throws {
    let bytes = Fixtures.images
    for cut in 0...bytes.count {
      let members =
        try Fixtures.gzip(Array(bytes[..<cut])) + Fixtures.gzip([])
        + Fixtures.gzip(Array(bytes[cut...]))
      #expect(try IDXFile.decode(members, name: "members").bytes == Array(0..<12))
    }
  }

  @Test func dataLongerThanTheReadersBufferSurvive() throws {
    // Numbers that do not shrink, so the packed bytes pass through the buffer many times.
    var state: UInt64 = 1
    let data = (0..<300_000).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return UInt8(truncatingIfNeeded: state >> 56)
    }
    let file = Fixtures.idx(extents: [3, 100, 1_000], data)
    #expect(try IDXFile.decode(Fixtures.gzip(file), name: "packed").bytes == data)
    #expect(try IDXFile.decode(file, name: "plain").bytes == data)
  }

  @Test func emptyArraysAreRead() throws {
    let file = Fixtures.idx(extents: [0, 28, 28], [])
    #expect(try IDXFile.decode(file, name: "empty").shape == [0, 28, 28])
    #expect(try IDXFile.decode(Fixtures.gzip(file), name: "empty").bytes.isEmpty)
  }

  @Test(arguments: [0x09, 0x0b, 0x0c, 0x0d, 0x0e, 0x00, 0x07, 0xff] as [UInt8])
  func otherTypesAreNamedAsUnsupported(type: UInt8) {
    let file = Fixtures.idx(type: type, extents: [1], [0])
    let error = error { () throws(SoftmaxError) in _ = try IDXFile.decode(file, name: "f") }
    #expect(error?.code == .unsupported)
    #expect(error?.offset == 2)
    let code = String(type, radix: 16)
    #expect(error?.message.contains(type < 16 ? "0" + code : code) == true)
  }

  @Test func errorsNameTheFileAndTheOffset() throws {
    let cases: [(bytes: [UInt8], offset: Int, code: SoftmaxError.Code)] = [
      ([], 0, .invalidData),
      ([0, 0, 8], 3, .invalidData),
      ([0, 1, 8, 1], 1, .invalidData),
      ([1, 0, 8, 1], 0, .invalidData),
      ([0, 0, 8, 0], 3, .invalidData),
      ([0, 0, 8, 9], 3, .unsupported),
      ([0, 0, 8, 255], 3, .unsupported),
      ([0, 0, 8, 2, 0, 0, 0], 7, .invalidData),
      (Fixtures.idx(extents: [4], [1, 2]), 10, .invalidData),
      (Fixtures.idx(extents: [4], [1, 2, 3, 4, 5]), 12, .invalidData),
    ]
    for (index, (bytes, offset, code)) in cases.enumerated() {
      for (kind, content) in [("plain", bytes), ("packed", try Fixtures.gzip(bytes))] {
        let path = try folder.write(content, to: "\(kind)\(index)")
        let error = error { () throws(SoftmaxError) in _ = try IDXFile.read(path) }
        #expect(error?.code == code)
        #expect(error?.path == path)
        #expect(error?.offset == offset, "\(kind) \(index)")
      }
    }
  }

  @Test func productsThatOverflowAreErrors() throws {
    let greatest = UInt32.max
    for extents in [
      [greatest], [greatest, 28, 28], [greatest, greatest, greatest],
      [greatest, greatest, greatest, 0], [0, greatest, greatest, greatest],
    ] {
      let file = Fixtures.idx(extents: extents, [1, 2, 3])
      for bytes in [file, try Fixtures.gzip(file)] {
        let error = error { () throws(SoftmaxError) in _ = try IDXFile.decode(bytes, name: "f") }
        #expect(error?.code == .invalidData)
      }
    }
  }

  @Test func theLimitIsTheCallers() throws {
    for bytes in [Fixtures.images, try Fixtures.gzip(Fixtures.images)] {
      #expect(try IDXFile.decode(bytes, name: "f", maximumByteCount: 12).bytes.count == 12)
      let error = error { () throws(SoftmaxError) in
        _ = try IDXFile.decode(bytes, name: "f", maximumByteCount: 11)
      }
      #expect(error?.code == .unsupported)
    }
  }

  @Test func garbageBehindGzipDataIsAnError() throws {
    let packed = try Fixtures.gzip(Fixtures.images)
    for tail in [[0], [0, 0, 0, 0], [0x1f], [0x1f, 0x8b], [1, 2, 3], Fixtures.images] as [[UInt8]] {
      let error = error { () throws(SoftmaxError) in
        _ = try IDXFile.decode(packed + tail, name: "f")
      }
      #expect(error?.code == .invalidData)
      #expect((packed.count...packed.count + tail.count).contains(error?.offset ?? -1))
    }
  }

  private func images(
    _ path: String
  ) throws(SoftmaxError) -> (features: Features, featureShape: [Int]) {
    try IDXFile.images(of: IDXFile.read(path), path: path)
  }

  @Test func imagesBecomeFeaturesWithTheirShape() throws {
    let path = try folder.write(Fixtures.images, to: "images")
    let (features, featureShape) = try images(path)
    #expect(featureShape == [2, 2])
    let wide = try folder.write(
      Fixtures.idx(extents: [2, 2, 3], Array(0..<12)), to: "wide")
    #expect(try images(wide).featureShape == [2, 3])
    #expect(features.rowCount == 3)
    #expect(features.row(1)[0] == Float(4) * (Float(1) / Float(255)))
  }

  @Test func imagesNeedTwoDimensionsAndPixels() throws {
    for extents in [[3], [3, 0], [3, 28, 0], [0, 0]] as [[UInt32]] {
      let data = [UInt8](repeating: 0, count: extents.count == 1 ? 3 : 0)
      let path = try folder.write(Fixtures.idx(extents: extents, data), to: "images")
      // Rows that stay in the file are refused at the same place.
      let ofRows = error { () throws(SoftmaxError) in _ = try IDXRowFile(path) }
      let error = error { () throws(SoftmaxError) in _ = try images(path) }
      #expect(error?.code == .invalidData)
      #expect(ofRows.map { "\($0)" } == error.map { "\($0)" })
      if extents.last == 0 { #expect(error?.offset == 4 * extents.count) }
    }
    let none = try folder.write(Fixtures.idx(extents: [0, 2, 3], []), to: "none")
    #expect(try images(none).features.columnCount == 6)
    let huge = Fixtures.idx(extents: [0, .max, .max, .max], [])
    let path = try folder.write(huge, to: "huge")
    #expect(throws: SoftmaxError.self) { try images(path) }
  }

  @Test func onlyRegularFilesAreRead() throws {
    let pipe = folder.path("pipe")
    try #require(unsafe mkfifo(pipe, 0o600) == 0)
    let secret = try folder.write(Fixtures.images, to: "line\nbreak")
    #expect(try IDXFile.read(secret).shape == [3, 2, 2])
    let cases: [(path: String, code: SoftmaxError.Code)] = [
      (pipe, .ioFailure), (folder.path, .ioFailure), ("/dev/zero", .ioFailure),
      (folder.path("missing"), .notFound), (secret + "/within", .notFound),
      ("", .invalidArgument), ("a\0b", .invalidArgument),
      (String(repeating: "a", count: 5_000), .ioFailure), (folder.path("line\n"), .notFound),
    ]
    for (path, code) in cases {
      let error = error { () throws(SoftmaxError) in _ = try IDXFile.read(path) }
      #expect(error?.code == code, "\(path.debugDescription): \(String(describing: error))")
    }
  }
}
