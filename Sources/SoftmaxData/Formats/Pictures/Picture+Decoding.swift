// SPDX-License-Identifier: Apache-2.0
import SoftmaxCore

#if Pictures
  import CPictures
#endif

extension Picture {
  // 64 million pixels are more than a camera's; they take at most 192 MiB.
  fileprivate static let greatestPixelCount = 1 << 26

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
    try Source(bytes).size()
  }

  /// Decodes a file of PNG or JPEG.
  ///
  /// Numbers of 16 bits are rounded to 8, what is transparent becomes white, and of an animated picture the first one
  /// counts. Profiles of colours and the direction in which a camera was held are not considered.
  ///
  /// - Throws: The errors of ``size(of:)``.
  static func decoded(_ bytes: ByteStorage) throws(SoftmaxError) -> Picture {
    let source = try Source(bytes)
    let size = try source.size()
    return Picture(size, pixels: try source.pixels(of: size))
  }

  /// The bytes that say what the pixels are, and how.
  fileprivate struct Source {
    let isPNG: Bool
    let bytes: ByteStorage

    init(_ bytes: ByteStorage) throws(SoftmaxError) {
      guard bytes.count > 0 else { throw SoftmaxError(.invalidData, "the file is empty") }
      switch Kind(bytes[0..<min(16, bytes.count)].array) {
      case .png: (isPNG, self.bytes) = (true, Self.withoutExtras(bytes))
      case .jpeg: (isPNG, self.bytes) = (false, bytes)
      case .other(let name):
        throw SoftmaxError(
          .unsupported, "a picture of \(name), expected PNG or JPEG", remedy: "convert it to PNG")
      case nil: throw SoftmaxError(.invalidData, "no picture of PNG or JPEG")
      }
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
  }
}

#if Pictures
  extension Picture.Source {
    func size() throws(SoftmaxError) -> Picture.Size {
      var found = softmax_picture()
      try unsafe call { data, count, message in
        isPNG
          ? unsafe softmax_png_start(data, count, &found, message)
          : unsafe softmax_jpeg_start(data, count, &found, message)
      }
      let (height, width) = (Int(found.height), Int(found.width))
      guard height > 0, width > 0 else {
        throw SoftmaxError(.invalidData, "the picture has no pixel")
      }
      guard height <= Picture.greatestPixelCount / width else {
        throw SoftmaxError(
          .unsupported,
          "the picture has \(height) x \(width) pixels, more than \(Picture.greatestPixelCount)",
          remedy: "make it smaller")
      }
      return Picture.Size(height: height, width: width, channelCount: Int(found.channels))
    }

    /// Returns the pixels of a picture of this size.
    func pixels(of size: Picture.Size) throws(SoftmaxError) -> [UInt8] {
      var start = softmax_picture(
        width: UInt32(size.width), height: UInt32(size.height), channels: UInt32(size.channelCount))
      var pixels = [UInt8](repeating: 0, count: size.byteCount)
      try unsafe call { data, count, message in
        isPNG
          ? unsafe softmax_png_pixels(data, count, &start, &pixels, message)
          : unsafe softmax_jpeg_pixels(data, count, &start, &pixels, message)
      }
      return pixels
    }

    // Calls a function of the bytes that returns 0, or else writes a message.
    private func call(
      _ body: (UnsafePointer<UInt8>?, Int, UnsafeMutablePointer<CChar>) -> Int32
    ) throws(SoftmaxError) {
      var message = [CChar](repeating: 0, count: Int(softmax_picture_message_size))
      let code = unsafe bytes.withUnsafeBytes { raw in
        unsafe body(raw.assumingMemoryBound(to: UInt8.self).baseAddress, raw.count, &message)
      }
      guard code == 0 else {
        let text = message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        throw SoftmaxError(
          .invalidData, "the picture is damaged: \(String(decoding: text, as: UTF8.self))")
      }
    }
  }
#else
  extension Picture.Source {
    func size() throws(SoftmaxError) -> Picture.Size { throw unsupported }
    func pixels(of size: Picture.Size) throws(SoftmaxError) -> [UInt8] { throw unsupported }

    private var unsupported: SoftmaxError {
      SoftmaxError(
        .unsupported, "this build reads no pictures",
        remedy: "build it with the package trait Pictures, which needs libpng and libjpeg")
    }
  }
#endif
