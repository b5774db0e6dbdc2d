// SPDX-License-Identifier: Apache-2.0
public import SoftmaxCore

/// The reader of IDX files, the file format of MNIST: an array of numbers after a short header.
///
/// The header consists of two zero bytes, one byte for the type of the numbers, one for the number d of
/// dimensions, and d extents as big-endian 32-bit integers. The numbers follow in row-major order. This
/// library reads unsigned bytes (type 08), plain or gzipped; the content determines which of the two, not
/// the name.
///
/// The header is not trusted: the size that it declares is compared with the size of the file before
/// memory is allocated.
///
/// ```swift
/// let labels = try IDXFile.read("t10k-labels-idx1-ubyte.gz")
/// print(labels.shape, labels.bytes[0])      // [10000] 9
/// ```
///
/// Source: Y. LeCun, C. Cortes, C. Burges, "The MNIST database of handwritten digits", section "File
/// formats".
public enum IDXFile {
  /// The default maximum size of an array: 4 GiB.
  public static let defaultMaximumByteCount = Int(clamping: Int64(4) << 30)

  private static let greatestDimensionCount = 8

  /// Reads an IDX file of unsigned bytes.
  ///
  /// - Parameters:
  ///   - path: the path of the file, plain or gzipped.
  ///   - maximumByteCount: the maximum size of the array.
  /// - Throws: `notFound`, `ioFailure`; `invalidData` if the file violates the format (a truncated file,
  ///   trailing bytes, damaged gzip data); `unsupported` for types other than unsigned bytes or more than
  ///   `maximumByteCount` bytes. Offsets in errors count decompressed bytes, unless the gzip data
  ///   themselves are damaged.
  public static func read(
    _ path: String, maximumByteCount: Int = defaultMaximumByteCount
  ) throws(SoftmaxError) -> IDXArray {
    try read(UnpackingReader(ByteSource(path: path)), maximumByteCount: maximumByteCount)
  }

  /// Reads the content of an IDX file from memory.
  ///
  /// - Parameters:
  ///   - bytes: the content of the file, plain or gzipped.
  ///   - name: the name to use in errors.
  ///   - maximumByteCount: the maximum size of the array.
  /// - Throws: the errors of ``read(_:maximumByteCount:)``.
  public static func decode(
    _ bytes: [UInt8], name: String, maximumByteCount: Int = defaultMaximumByteCount
  ) throws(SoftmaxError) -> IDXArray {
    try read(
      UnpackingReader(ByteSource(bytes: bytes, name: name)), maximumByteCount: maximumByteCount)
  }

  /// Returns the images of an array: one row of bytes per image and the shape of an image, such as
  /// [28, 28].
  ///
  /// - Throws: `invalidData` unless the array has at least two dimensions and its images at least one
  ///   pixel.
  static func images(
    of array: IDXArray, path: String, scale: Float = Float(1) / Float(255)
  ) throws(SoftmaxError) -> (features: Features, featureShape: [Int]) {
    let (featureShape, columnCount) = try rowShape(of: array.shape, path: path)
    let matrix = try ByteMatrix(
      rowCount: array.shape[0], columnCount: columnCount, storage: array.storage, scale: scale)
    return (.bytes(matrix), featureShape)
  }

  /// Returns the shape of an image and the number of its pixels.
  ///
  /// - Throws: the errors of ``images(of:path:scale:)``.
  static func rowShape(
    of shape: [Int], path: String
  ) throws(SoftmaxError) -> (shape: [Int], byteCount: Int) {
    guard shape.count >= 2 else {
      throw SoftmaxError(
        .invalidData, "images need at least 2 dimensions, got the shape \(shape)",
        remedy: "labels have 1; name the file of the images", at: .file(path: path, offset: 3))
    }
    let rowShape = Array(shape.dropFirst())
    if let empty = rowShape.firstIndex(of: 0) {
      throw SoftmaxError(
        .invalidData, "an image of shape \(rowShape) has no pixels",
        remedy: "check the extents in the header", at: .file(path: path, offset: 8 + 4 * empty))
    }
    // If there are no images, the product of the extents was 0 and never compared with the size of the
    // file. The number of pixels may therefore overflow.
    guard let byteCount = rowShape.product else { throw tooLarge(shape, path: path) }
    return (rowShape, byteCount)
  }

  /// Reads an array from a reader, which must end after the array.
  static func read(
    _ reader: UnpackingReader, maximumByteCount: Int
  ) throws(SoftmaxError) -> IDXArray {
    let (shape, count) = try validatedShape(reader, maximumByteCount: maximumByteCount)
    let start = reader.offset
    let bytes = try reader.readGrowing(upTo: count)
    guard bytes.count == count else {
      throw SoftmaxError(
        .invalidData, "ends here, but its shape \(shape) needs \(count - bytes.count) more bytes",
        remedy: "fetch or copy the file again", at: reader.location(start + bytes.count))
    }
    guard try reader.isAtEnd() else {
      throw SoftmaxError(
        .invalidData, "bytes follow behind the \(count) that its shape \(shape) needs",
        remedy: "check the extents in the header", at: reader.location(start + count))
    }
    return IDXArray(shape: shape, storage: ByteStorage(bytes))
  }

  /// Reads the header and checks that the file can contain the array that it declares.
  static func validatedShape(
    _ reader: UnpackingReader, maximumByteCount: Int
  ) throws(SoftmaxError) -> (shape: [Int], byteCount: Int) {
    let shape = try readShape(reader)
    var count = 1
    for extent in shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: extent)
      guard !overflow else { throw tooLarge(shape, path: reader.path) }
      count = product
    }
    try validate(count, shape: shape, maximum: maximumByteCount, reader: reader)
    return (shape, count)
  }

  private static func readShape(_ reader: UnpackingReader) throws(SoftmaxError) -> [Int] {
    let magic = try reader.read(4)
    guard magic.count == 4 else {
      throw SoftmaxError(
        .invalidData, "ends within the first 4 bytes of an IDX file",
        remedy: "fetch or copy the file again", at: reader.location(magic.count))
    }
    guard magic[0] == 0, magic[1] == 0 else {
      throw SoftmaxError(
        .invalidData,
        "is no IDX file: it begins with \(hex(magic[0])) \(hex(magic[1])), "
          + "expected 00 00", remedy: "name an IDX file, such as train-images-idx3-ubyte.gz",
        at: reader.location(magic[0] == 0 ? 1 : 0))
    }
    guard magic[2] == 0x08 else { throw unsupportedType(magic[2], reader: reader) }
    let dimensionCount = Int(magic[3])
    guard dimensionCount >= 1, dimensionCount <= greatestDimensionCount else {
      throw SoftmaxError(
        dimensionCount == 0 ? .invalidData : .unsupported,
        "has \(dimensionCount) dimensions, expected 1...\(greatestDimensionCount)",
        remedy: "check the fourth byte of the header", at: reader.location(3))
    }
    let extents = try reader.read(4 * dimensionCount)
    guard extents.count == 4 * dimensionCount else {
      throw SoftmaxError(
        .invalidData, "ends within the extents of its \(dimensionCount) dimensions",
        remedy: "fetch or copy the file again", at: reader.location(4 + extents.count))
    }
    var shape: [Int] = []
    for start in stride(from: 0, to: extents.count, by: 4) {
      let extent = extents[start..<start + 4].reduce(0) { $0 << 8 | UInt32($1) }
      shape.append(Int(clamping: extent))
    }
    return shape
  }

  private static func validate(
    _ count: Int, shape: [Int], maximum: Int, reader: UnpackingReader
  ) throws(SoftmaxError) {
    let ceiling = Deflate.greatestByteCount(ofPacked: reader.sourceByteCount)
    if reader.isPacked, count > ceiling {
      throw SoftmaxError(
        .invalidData,
        "its shape \(shape) needs \(count) bytes, but \(reader.sourceByteCount) gzipped bytes "
          + "hold at most \(ceiling)", remedy: "check the extents in the header",
        at: reader.location(4))
    }
    let there = reader.sourceByteCount - reader.offset
    if !reader.isPacked, count != there {
      throw SoftmaxError(
        .invalidData, "its shape \(shape) needs \(count) bytes, but \(there) follow the header",
        remedy: count > there ? "fetch or copy the file again" : "check the extents in the header",
        at: reader.location(count > there ? reader.sourceByteCount : reader.offset + count))
    }
    guard count <= maximum else {
      throw SoftmaxError(
        .unsupported, "its shape \(shape) needs \(count) bytes, more than the limit of \(maximum)",
        remedy: "use fewer rows", at: reader.location(4))
    }
    // While the array grows, two copies of it are in memory.
    try MemoryLimit.current.validate(
      2 * Double(count), for: "reading it", remedy: "allow the process more memory",
      at: reader.location(nil))
  }

  private static func unsupportedType(_ code: UInt8, reader: UnpackingReader) -> SoftmaxError {
    let names: [UInt8: String] = [
      0x09: "signed bytes", 0x0b: "16-bit integers", 0x0c: "32-bit integers", 0x0d: "floats",
      0x0e: "doubles",
    ]
    guard let name = names[code] else {
      return SoftmaxError(
        .unsupported, "the type code \(hex(code)) is not one of IDX, expected 08",
        remedy: "write it again with unsigned bytes", at: reader.location(2))
    }
    return SoftmaxError(
      .unsupported, "holds \(name) (type code \(hex(code))), expected unsigned bytes (08)",
      remedy: "write it again with unsigned bytes", at: reader.location(2))
  }

  private static func tooLarge(_ shape: [Int], path: String) -> SoftmaxError {
    SoftmaxError(
      .invalidData, "its shape \(shape) needs more bytes than can be counted",
      remedy: "check the extents in the header", at: .file(path: path, offset: 4))
  }

  private static func hex(_ byte: UInt8) -> String {
    (byte < 16 ? "0" : "") + String(byte, radix: 16)
  }
}
