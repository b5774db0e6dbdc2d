// SPDX-License-Identifier: Apache-2.0

import Foundation
import SoftmaxCore
import SoftmaxTestSupport
import Testing

@testable import SoftmaxData

/// What Pillow reads in small pictures, from Tests/golden/make-pictures.py.
private struct PictureGolden: Decodable {
  struct Read: Decodable {
    let shape: [Int]
    let pixels: [UInt8]
  }
  struct Resized: Decodable {
    let height: Int
    let width: Int
    let pixels: [UInt8]
  }

  let read: [String: Read]
  let resized: [Resized]
  let luminance: [UInt8]

  static func url(_ name: String) throws -> URL {
    try #require(
      Bundle.module.url(forResource: name, withExtension: nil, subdirectory: "Golden/pictures"))
  }

  static func bytes(_ name: String) throws -> [UInt8] { try Array(Data(contentsOf: url(name))) }

  static func all() throws -> PictureGolden {
    try JSONDecoder().decode(PictureGolden.self, from: Data(contentsOf: url("pictures.json")))
  }
}

private func picture(_ bytes: [UInt8]) throws(SoftmaxError) -> Picture {
  try Picture.decoded(ByteStorage(bytes))
}

/// The greatest difference of two lists of bytes.
private func distance(_ a: [UInt8], _ b: [UInt8]) -> Int {
  a.count == b.count ? zip(a, b).map { abs(Int($0) - Int($1)) }.max() ?? 0 : .max
}

/// Pictures of PNG and JPEG.
@Suite(.enabled(if: Picture.isSupported)) struct PictureTests {
  let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  @Test func pixelsAreThoseThatPillowReads() throws {
    let golden = try PictureGolden.all()
    #expect(golden.read.count == 9)
    for (name, expected) in golden.read where name != "alpha.png" {
      let picture = try picture(PictureGolden.bytes(name))
      #expect([picture.size.height, picture.size.width] == Array(expected.shape.prefix(2)))
      #expect(picture.size.channelCount == (expected.shape.count == 2 ? 1 : 3), "\(name)")
      // Another release of libjpeg may interpolate colours differently, and inks have no one conversion.
      let tolerance = name.hasSuffix(".png") ? 0 : 2
      #expect(distance(picture.pixels, expected.pixels) <= tolerance, "\(name)")
    }
  }

  @Test func whatIsTransparentIsWhite() throws {
    let picture = try picture(PictureGolden.bytes("alpha.png"))
    for row in 0..<picture.size.height {
      #expect(Array(picture.pixels[(row * 30)..<(row * 30 + 3)]) == [255, 255, 255])
    }
    #expect(picture.pixels.contains { $0 < 200 })
  }

  @Test func resizedPicturesAreThoseOfPillowToItsRounding() throws {
    let golden = try PictureGolden.all()
    let picture = try picture(PictureGolden.bytes("colours.png"))
    for expected in golden.resized {
      let resized = picture.resized(height: expected.height, width: expected.width)
      #expect(resized.size.height == expected.height && resized.size.width == expected.width)
      #expect(distance(resized.pixels, expected.pixels) <= 1)
    }
    #expect(distance(picture.with(channelCount: 1).pixels, golden.luminance) <= 1)
    let gray = picture.with(channelCount: 1)
    #expect(gray.with(channelCount: 3).with(channelCount: 1) == gray)
  }

  @Test func aFolderOfClassesIsADataSet() throws {
    for (path, name) in [
      ("b/1.PNG", "gray.png"), ("a/deep/2.png", "gray.png"), ("b/0.png", "bits.png"),
      ("b/.DS_Store", "gray.png"), ("readme.txt", "gray.png"), ("b/notes.md", "gray.png"),
    ] {
      try folder.write(PictureGolden.bytes(name), to: path)
    }
    let split = try PictureFolder.load(folder.path)
    #expect(split.training.classNames == ["a", "b"] && split.training.labels == [0, 1, 1])
    #expect(split.training.featureShape == [12, 10] && split.test == nil)
    let gray = try PictureGolden.all().read["gray.png"]?.pixels
    #expect(
      split.training.features.row(0) == gray?.map { Float($0) * (Float(1) / 255) })
    #expect(
      split.note
        == "read as 3 pictures of 12 x 10, grey, 2 classes by their folders; 2 other files left out"
    )
    let rows = try PictureFolder.predictionRows(
      of: folder.path, part: nil, as: PictureFormat(height: 4, width: 5, isGray: false))
    #expect(rows.featureShape == [4, 5, 3] && rows.labels == ["a", "b", "b"])
  }

  @Test func picturesOfSeveralSizesAndColoursHaveOneShape() throws {
    try folder.write(PictureGolden.bytes("gray.png"), to: "train/x/1.png")
    try folder.write(PictureGolden.bytes("colours.jpg"), to: "train/y/1.jpg")
    try folder.write(PictureGolden.bytes("gray.png"), to: "test/y/1.png")
    let same = try PictureFolder.load(folder.path)
    #expect(same.training.featureShape == [12, 10, 3] && same.test?.featureShape == [12, 10, 3])
    #expect(same.test?.labels == [1])
    let small = try picture(PictureGolden.bytes("gray.png"))
    #expect(small.resized(height: 3, width: 3).pixels.count == 9)
    let formatted = try PictureFolder.load(
      folder.path, as: PictureFormat(height: 6, width: 7, isGray: true))
    #expect(formatted.training.featureShape == [6, 7] && formatted.test?.featureShape == [6, 7])
  }

  @Test func filesThatAreNoPicturesAreNamedOrLeftOut() throws {
    let good = try PictureGolden.bytes("colours.png")
    for (path, bytes) in [
      ("a/good.png", good), ("b/good.png", good), ("a/empty.png", []),
      ("a/broken.png", Array(good.dropLast(40))), ("b/text.jpg", Array("hello".utf8)),
      ("b/moving.gif", Array("GIF89a".utf8) + [1, 0, 1, 0]),
    ] as [(String, [UInt8])] {
      try folder.write(bytes, to: path)
    }
    let failure = error { () throws(SoftmaxError) in _ = try PictureFolder.load(folder.path) }
    #expect(failure?.code == .invalidData)
    let message = failure.map { "\($0)" } ?? ""
    for part in [
      "4 of 6 pictures", "a/empty.png: the file is empty", "a/broken.png: the picture is damaged",
      "b/text.jpg: no picture of PNG or JPEG", "b/moving.gif: a picture of GIF",
    ] {
      #expect(message.contains(part), "\(message)")
    }
    let split = try PictureFolder.load(folder.path, as: PictureFormat(skipsUnreadable: true))
    #expect(split.training.count == 2 && split.warnings.count == 1)
    #expect(split.warnings.first?.hasPrefix("4 of 6 pictures are left out: ") == true)
  }

  @Test(arguments: ["colours.png", "colours.jpg", "gray.png"])
  func aPictureThatEndsEarlyIsATypedErrorUnlessItHasAllPixels(name: String) throws {
    let bytes = try PictureGolden.bytes(name)
    let whole = try picture(bytes)
    var completeCount = 0
    for count in 0..<bytes.count {
      do throws(SoftmaxError) {
        #expect(try picture(Array(bytes.prefix(count))) == whole)
        completeCount += 1
      } catch {
        #expect(error.code == .invalidData, "\(name) of \(count) bytes")
      }
    }
    // A mark of the end follows the pixels.
    #expect(completeCount <= 16)
  }

  @Test func aHugePictureIsRefusedByItsStart() throws {
    var bytes = try PictureGolden.bytes("colours.png")
    // The width and the height follow the signature, a length and a name; the checksum of the four fields is after
    // them.
    bytes.replaceSubrange(16..<24, with: [0, 0, 0x80, 0, 0, 0, 0x80, 0])
    let crc = Deflate.crc32([ByteStorage(Array(bytes[12..<29]))])
    bytes.replaceSubrange(
      29..<33, with: (0..<4).map { UInt8(truncatingIfNeeded: crc >> (24 - 8 * $0)) })
    let failure = error { () throws(SoftmaxError) in _ = try picture(bytes) }
    #expect(failure?.code == .unsupported)
    #expect(failure?.message.contains("32768 x 32768 pixels") == true)
  }

  @Test func aFolderWithoutClassesIsForPredictionAlone() throws {
    try folder.write(PictureGolden.bytes("gray.png"), to: "1.png")
    let failure = error { () throws(SoftmaxError) in _ = try PictureFolder.load(folder.path) }
    #expect(failure?.code == .invalidData && failure?.path == folder.path)
    let rows = try PictureFolder.predictionRows(of: folder.path, part: nil, as: PictureFormat())
    #expect(rows.labels == nil && rows.features.rowCount == 1)
  }

  // A part of a PNG file: its length, its name, its bytes and their checksum.
  private func part(_ name: String, _ bytes: [UInt8], isDamaged: Bool = false) -> [UInt8] {
    func word(_ number: UInt32) -> [UInt8] {
      (0..<4).map { UInt8(truncatingIfNeeded: number >> (24 - 8 * $0)) }
    }
    let body = Array(name.utf8) + bytes
    let checksum = Deflate.crc32([ByteStorage(body)])
    return word(UInt32(bytes.count)) + body + word(isDamaged ? ~checksum : checksum)
  }

  @Test func partsOfAPNGFileThatAreNotItsPixelsDoNotMatter() throws {
    let bytes = try PictureGolden.bytes("colours.png")
    let whole = try picture(bytes)
    for extra in [
      part("gAMA", [0, 0, 0, 0]), part("iCCP", Array("a".utf8) + [0, 0, 1, 2]),
      part("tEXt", Array("a".utf8) + [0, 0x62], isDamaged: true),
      part("zTXt", Array("a".utf8) + [0, 0, 0x78]),
    ] {
      // The signature and the first part are 33 bytes.
      #expect(try picture(Array(bytes[..<33]) + extra + Array(bytes[33...])) == whole)
    }
  }

  @Test func bytesThatBelongToNothingDoNotMatterInAJPEGFile() throws {
    let bytes = try PictureGolden.bytes("colours.jpg")
    let extended = Array(bytes.dropLast(2)) + [1, 2] + Array(bytes.suffix(2))
    #expect(try picture(extended) == picture(bytes))
  }

  @Test func aFolderOfIDXFilesMayHoldAPicture() throws {
    try folder.write(PictureGolden.bytes("gray.png"), to: "preview.png")
    try folder.write(Fixtures.images, to: "train-images-idx3-ubyte")
    try folder.write(Fixtures.labels([0, 1, 0]), to: "train-labels-idx1-ubyte")
    #expect(FileFormats.format(of: try DataFile(folder.path)).title == "IDX folder")
  }

  @Test func linksThatLeadBackAreNotFollowed() throws {
    try folder.write(PictureGolden.bytes("gray.png"), to: "a/1.png")
    try folder.write(PictureGolden.bytes("gray.png"), to: "b/1.png")
    for name in 0..<9 {
      try FileManager.default.createSymbolicLink(
        atPath: folder.path("a/back\(name)"), withDestinationPath: folder.path)
    }
    #expect(try PictureFolder.load(folder.path).training.count == 2)
  }

  @Test(arguments: [0, -1, 4_097]) func aSideOfNoPictureIsATypedError(side: Int) throws {
    for name in ["a", "b"] {
      try folder.write(PictureGolden.bytes("gray.png"), to: "\(name)/1.png")
    }
    let failure = error { () throws(SoftmaxError) in
      _ = try PictureFolder.load(folder.path, as: PictureFormat(height: side, width: 4))
    }
    #expect(failure?.code == .invalidArgument)
  }

  @Test func aFileNamedAsAPictureIsOne() throws {
    try folder.write(Array("text".utf8), to: "a.png")
    let file = try DataFile(folder.path("a.png"))
    #expect(FileFormats.format(of: file).title == "picture")
  }
}
