// SPDX-License-Identifier: Apache-2.0

/// A picture of bytes, row by row, with one number for a pixel, or three: red, green and blue.
struct Picture: Hashable, Sendable {
  /// What the start of a file says of its picture.
  struct Size: Hashable, Sendable {
    let height: Int
    let width: Int
    /// 1 or 3.
    let channelCount: Int

    var byteCount: Int { height * width * channelCount }
  }

  let size: Size
  let pixels: [UInt8]

  /// The most bytes that a file of a picture may have.
  static let greatestFileByteCount = 1 << 28

  init(_ size: Size, pixels: [UInt8]) {
    precondition(pixels.count == size.byteCount, "a picture of another size")
    self.size = size
    self.pixels = pixels
  }

  /// Returns the picture with the brightness of each pixel in place of its colours, or three times.
  ///
  /// The brightness is that of ITU-R BT.601, 0.299 R + 0.587 G + 0.114 B, rounded.
  func with(channelCount: Int) -> Picture {
    if channelCount == size.channelCount { return self }
    let changed = Size(height: size.height, width: size.width, channelCount: channelCount)
    guard channelCount == 1 else {
      return Picture(changed, pixels: pixels.flatMap { [$0, $0, $0] })
    }
    let grays = stride(from: 0, to: pixels.count, by: 3).map { place in
      let (red, green, blue) = (Int(pixels[place]), Int(pixels[place + 1]), Int(pixels[place + 2]))
      return UInt8((299 * red + 587 * green + 114 * blue + 500) / 1000)
    }
    return Picture(changed, pixels: grays)
  }
}

extension Picture {
  /// The kind of a picture's file, by its first bytes.
  enum Kind: Hashable, Sendable {
    case png
    case jpeg
    /// A kind that is known by name alone.
    case other(String)

    /// Returns the kind; nil if the bytes do not begin like a picture.
    init?(_ bytes: some Collection<UInt8>) {
      func begins(_ start: [UInt8], at offset: Int = 0) -> Bool {
        bytes.dropFirst(offset).starts(with: start)
      }
      if begins([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]) {
        self = .png
      } else if begins([0xff, 0xd8, 0xff]) {
        self = .jpeg
      } else if begins(Array("GIF8".utf8)) {
        self = .other("GIF")
      } else if begins(Array("RIFF".utf8)), begins(Array("WEBP".utf8), at: 8) {
        self = .other("WebP")
      } else if begins([0x49, 0x49, 0x2a, 0]) || begins([0x4d, 0x4d, 0, 0x2a]) {
        self = .other("TIFF")
      } else if begins(Array("ftyphei".utf8), at: 4) || begins(Array("ftypavif".utf8), at: 4) {
        self = .other("HEIF")
      } else {
        return nil
      }
    }
  }
}
