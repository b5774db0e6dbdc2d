// SPDX-License-Identifier: Apache-2.0
public import SoftmaxCore

/// An array of numbers or short texts with a shape, as NumPy keeps it in a file.
///
/// The element at (i, j) of an array of shape [a, b] is number `i * b + j`, or `j * a + i` in Fortran's
/// order. The bytes stay as they lie in the file, in either order of bytes; they are converted when
/// they are asked for as numbers, which costs a new array.
///
/// A plain file of 1 MiB or more is mapped instead of read: it must not be cut short as long as the array
/// is in use. Python objects, records and complex numbers are refused; nothing in a file is ever run.
///
/// ```swift
/// try NPYArray(shape: [2, 3], floats: [1, 2, 3, 4, 5, 6]).write(to: "x.npy")
/// let array = try NPYArray.read("x.npy")
/// print(array.shape, array.type, try array.floats())   // [2, 3] float32 [1.0, 2.0, 3.0, ...]
/// ```
///
/// Source: "A Simple File Format for NumPy Arrays", NumPy enhancement proposal 1.
public struct NPYArray: Hashable, Sendable {
  /// The most bytes of a file, and of the numbers in it, unless the caller says otherwise: 4 GiB.
  public static let defaultMaximumByteCount = Int(clamping: Int64(4) << 30)

  private static let greatestEmptyTextCount = 1 << 20

  /// What the elements are.
  public let type: ElementType
  /// The extent in each dimension; none for a single element.
  public let shape: [Int]
  /// Whether the first dimension is the fastest; else the last is.
  public let isFortranOrder: Bool
  let storage: ByteStorage

  /// The number of elements, which is the product of the shape.
  public var count: Int { shape.reduce(1, *) }

  /// The bytes of the elements, in the order of the file.
  public var bytes: [UInt8] { storage.array }

  /// Creates an array from the bytes of its elements.
  ///
  /// - Parameters:
  ///   - type: what the elements are.
  ///   - shape: the extent in each dimension.
  ///   - isFortranOrder: whether the first dimension is the fastest.
  ///   - bytes: the elements, one after the other.
  /// - Throws: `shapeMismatch` unless the bytes are those of so many elements; `unsupported` for more
  ///   than 64 dimensions.
  public init(
    type: ElementType, shape: [Int], isFortranOrder: Bool = false, bytes: [UInt8]
  ) throws(SoftmaxError) {
    try NPYHeader.validate(dimensionCount: shape.count, at: nil)
    let header = NPYHeader(type: type, isFortranOrder: isFortranOrder, shape: shape)
    let count = header.elementCount?.multipliedReportingOverflow(by: type.byteCount)
    guard shape.allSatisfy({ $0 >= 0 }), let count, !count.overflow,
      count.partialValue == bytes.count
    else {
      throw SoftmaxError(
        .shapeMismatch, "\(bytes.count) bytes are no array of \(type) and of shape \(shape)")
    }
    self.init(header, storage: ByteStorage(bytes))
  }

  /// Creates an array of `float32`, the last dimension fastest.
  ///
  /// - Throws: as ``init(type:shape:isFortranOrder:bytes:)``.
  public init(shape: [Int], floats: [Float]) throws(SoftmaxError) {
    try self.init(
      type: .float32, shape: shape,
      bytes: unsafe floats.withUnsafeBytes { unsafe Array($0) })
  }

  /// Creates an array of `int64`, the last dimension fastest.
  ///
  /// - Throws: as ``init(type:shape:isFortranOrder:bytes:)``.
  public init(shape: [Int], integers: [Int]) throws(SoftmaxError) {
    let wide = integers.map { Int64($0) }
    try self.init(
      type: .int64, shape: shape, bytes: unsafe wide.withUnsafeBytes { unsafe Array($0) })
  }

  init(_ header: NPYHeader, storage: ByteStorage) {
    type = header.type
    shape = header.shape
    isFortranOrder = header.isFortranOrder
    self.storage = storage
  }

  /// Reads an NPY file, plain or gzipped.
  ///
  /// - Parameters:
  ///   - path: the file.
  ///   - maximumByteCount: the most bytes of the file, unpacked.
  /// - Throws: `notFound`, `ioFailure`; `invalidData` where the file breaks its format (cut off, bytes
  ///   left over, a damaged header); `unsupported` for other elements than numbers and texts, for a
  ///   header of more than 64 KiB, for more than `maximumByteCount` and for more than 2^20 texts of no
  ///   characters.
  public static func read(
    _ path: String, maximumByteCount: Int = defaultMaximumByteCount
  ) throws(SoftmaxError) -> NPYArray {
    try decode(
      WholeFile.bytes(of: path, maximumByteCount: maximumByteCount), name: path,
      maximumByteCount: maximumByteCount)
  }

  /// Reads the bytes of an NPY file.
  ///
  /// - Parameters:
  ///   - bytes: the content of the file, plain or gzipped.
  ///   - name: what to call it in errors.
  ///   - maximumByteCount: the most bytes of the file, unpacked.
  /// - Throws: as ``read(_:maximumByteCount:)``.
  public static func decode(
    _ bytes: [UInt8], name: String, maximumByteCount: Int = defaultMaximumByteCount
  ) throws(SoftmaxError) -> NPYArray {
    try decode(
      WholeFile.bytes(bytes, name: name, maximumByteCount: maximumByteCount), name: name,
      maximumByteCount: maximumByteCount)
  }

  static func decode(
    _ bytes: ByteStorage, name: String, maximumByteCount: Int
  ) throws(SoftmaxError) -> NPYArray {
    let (header, start) = try NPYHeader.read(bytes, name: name)
    let (shape, there) = (header.shape, bytes.count - start)
    func fail(
      _ code: SoftmaxError.Code, _ message: String, remedy: String, _ offset: Int
    ) -> SoftmaxError {
      SoftmaxError(code, message, remedy: remedy, at: .file(path: name, offset: offset))
    }
    guard let elementCount = header.elementCount,
      case (let needed, let overflow) = elementCount.multipliedReportingOverflow(
        by: header.type.byteCount), !overflow
    else {
      throw fail(
        .invalidData, "its shape \(shape) needs more bytes than can be counted",
        remedy: "check its header", start)
    }
    guard needed <= maximumByteCount else {
      throw fail(
        .unsupported,
        "its shape \(shape) needs \(needed) bytes, more than the limit of \(maximumByteCount)",
        remedy: "use fewer rows", start)
    }
    // Texts of no characters take no bytes in the file, but each of them takes memory and time.
    guard header.type.byteCount > 0 || elementCount <= greatestEmptyTextCount else {
      throw fail(
        .unsupported,
        "its shape \(shape) has \(elementCount) texts of no characters, more than the limit of "
          + "\(greatestEmptyTextCount)", remedy: "use fewer rows", start)
    }
    guard needed == there else {
      throw fail(
        .invalidData,
        "its shape \(shape) of \(header.type) needs \(needed) bytes, but \(there) follow its header",
        remedy: needed > there ? "fetch or copy the file again" : "save one array in a file",
        start + min(needed, there))
    }
    return NPYArray(header, storage: bytes[start..<bytes.count])
  }

  /// Writes the array as an NPY file, format version 1.0, replacing what is there at once.
  ///
  /// - Throws: `ioFailure`; then the old file is untouched.
  public func write(to path: String) throws(SoftmaxError) {
    let file = try AtomicFile(replacing: path)
    try file.write(header.encoded())
    try file.write(storage)
    try file.commit()
  }

  var header: NPYHeader { NPYHeader(type: type, isFortranOrder: isFortranOrder, shape: shape) }
}
