// SPDX-License-Identifier: Apache-2.0
import SoftmaxCore

#if Pictures
  import CPictures
#endif

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

  // 64 million pixels are more than a camera's; they take at most 192 MiB.
  private static let greatestPixelCount = 1 << 26
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

  /// Whether this build reads pictures: that of the package trait `Pictures`, which needs libpng and libjpeg.
  static var isSupported: Bool {
    #if Pictures
      true
    #else
      false
    #endif
  }

  /// Reads what the start of a file says of its picture.
  ///
  /// - Throws: `invalidData` for damaged files; `unsupported` for other kinds of pictures, for pictures of more than
  ///   64 million pixels, and if this build reads none.
  static func size(of bytes: ByteStorage) throws(SoftmaxError) -> Size {
    let isPNG = try kind(of: bytes) == .png
    return try start(of: isPNG ? withoutExtras(bytes) : bytes, isPNG: isPNG)
  }

  private static func start(of bytes: ByteStorage, isPNG: Bool) throws(SoftmaxError) -> Size {
    #if Pictures
      var found = softmax_picture()
      try unsafe call { message in
        unsafe bytes.withUnsafeBytes { raw in
          let data = unsafe raw.assumingMemoryBound(to: UInt8.self).baseAddress
          return isPNG
            ? unsafe softmax_png_start(data, raw.count, &found, message)
            : unsafe softmax_jpeg_start(data, raw.count, &found, message)
        }
      }
      let (height, width) = (Int(found.height), Int(found.width))
      guard height > 0, width > 0 else {
        throw SoftmaxError(.invalidData, "the picture has no pixel")
      }
      guard height.multipliedReportingOverflow(by: width).partialValue <= greatestPixelCount else {
        throw SoftmaxError(
          .unsupported,
          "the picture has \(height) x \(width) pixels, more than \(greatestPixelCount)",
          remedy: "make it smaller")
      }
      return Size(height: height, width: width, channelCount: Int(found.channels))
    #else
      throw SoftmaxError(
        .unsupported, "this build reads no pictures",
        remedy: "build it with the package trait Pictures, which needs libpng and libjpeg")
    #endif
  }

  // Returns the parts of a PNG file that say what its pixels are.
  //
  // The others may be damaged, or take minutes to unpack. Gamma and profiles are not considered either way.
  private static func withoutExtras(_ bytes: ByteStorage) -> ByteStorage {
    let essential = ["IHDR", "PLTE", "tRNS", "IDAT", "IEND"].map { Array($0.utf8) }
    return unsafe bytes.withUnsafeBytes { bytes in
      var result = unsafe Array(bytes.prefix(8))
      var place = 8
      // A part is its length in four bytes, its name in four, as many bytes, and a checksum in four.
      while place + 12 <= bytes.count {
        let length = unsafe bytes[place..<place + 4].reduce(0) { $0 << 8 | Int($1) }
        let end = min(place + 12 + length, bytes.count)
        if essential.contains(unsafe Array(bytes[place + 4..<place + 8])) {
          unsafe result += bytes[place..<end]
        }
        place = end
      }
      return ByteStorage(result)
    }
  }

  /// Decodes a file of PNG or JPEG.
  ///
  /// Numbers of 16 bits are rounded to 8, what is transparent becomes white, and of an animated picture the first one
  /// counts. Profiles of colours and the direction in which a camera was held are not considered.
  ///
  /// - Throws: The errors of ``size(of:)``.
  static func decoded(_ bytes: ByteStorage) throws(SoftmaxError) -> Picture {
    let isPNG = try kind(of: bytes) == .png
    let bytes = isPNG ? withoutExtras(bytes) : bytes
    let size = try start(of: bytes, isPNG: isPNG)
    #if Pictures
      var start = softmax_picture(
        width: UInt32(size.width), height: UInt32(size.height), channels: UInt32(size.channelCount))
      var pixels = [UInt8](repeating: 0, count: size.byteCount)
      try unsafe call { message in
        unsafe bytes.withUnsafeBytes { raw in
          let data = unsafe raw.assumingMemoryBound(to: UInt8.self).baseAddress
          return isPNG
            ? unsafe softmax_png_pixels(data, raw.count, &start, &pixels, message)
            : unsafe softmax_jpeg_pixels(data, raw.count, &start, &pixels, message)
        }
      }
      return Picture(size, pixels: pixels)
    #else
      return Picture(size, pixels: [])
    #endif
  }

  private static func kind(of bytes: ByteStorage) throws(SoftmaxError) -> Kind {
    guard bytes.count > 0 else { throw SoftmaxError(.invalidData, "the file is empty") }
    let start = bytes[0..<min(16, bytes.count)].array
    switch Kind(start) {
    case .png: return .png
    case .jpeg: return .jpeg
    case .other(let name):
      throw SoftmaxError(
        .unsupported, "a picture of \(name), expected PNG or JPEG", remedy: "convert it to PNG")
    case nil: throw SoftmaxError(.invalidData, "no picture of PNG or JPEG")
    }
  }

  #if Pictures
    // Calls a function that returns 0, or else writes a message.
    private static func call(
      _ body: (UnsafeMutablePointer<CChar>) -> Int32
    ) throws(SoftmaxError) {
      var message = [CChar](repeating: 0, count: Int(softmax_picture_message_size))
      let code = unsafe body(&message)
      guard code == 0 else {
        throw SoftmaxError(
          .invalidData,
          "the picture is damaged: "
            + String(
              decoding: message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self))
      }
    }
  #endif
}
