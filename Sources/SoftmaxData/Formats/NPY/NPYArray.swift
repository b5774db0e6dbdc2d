// SPDX-License-Identifier: Apache-2.0
public import SoftmaxCore

/// An array of numbers or short texts with a shape, as in an NPY file of NumPy.
///
/// The element at (i, j) of an array of shape [a, b] has the index `i * b + j`, or `j * a + i` in Fortran
/// order. The bytes are stored as in the file, in either byte order. They are converted each time they
/// are requested as numbers, which allocates a new array.
///
/// An uncompressed file of 1 MiB or more is memory-mapped instead of read, so it must not be truncated
/// while the array is in use. Python objects, records and complex numbers are rejected; nothing in a file
/// is ever executed.
///
/// ```swift
/// try NPYArray(shape: [2, 3], floats: [1, 2, 3, 4, 5, 6]).write(to: "x.npy")
/// let array = try NPYArray.read("x.npy")
/// print(array.shape, array.type, try array.floats())   // [2, 3] float32 [1.0, 2.0, 3.0, ...]
/// ```
///
/// Source: "A Simple File Format for NumPy Arrays", NumPy enhancement proposal 1.
public struct NPYArray: Hashable, Sendable {
  /// The default maximum size of a decompressed file and of its elements: 4 GiB.
  public static let defaultMaximumByteCount = Int(clamping: Int64(4) << 30)

  private static let greatestEmptyTextCount = 1 << 20

  /// The type of the elements.
  public let type: ElementType
  /// The extent of each dimension; empty for a single element.
  public let shape: [Int]
  /// Whether the elements are in column-major order; otherwise they are in row-major order.
  package let isFortranOrder: Bool
  let storage: ByteStorage

  /// The number of elements, which is the product of the shape.
  public var count: Int { shape.reduce(1, *) }

  /// A copy of the bytes of the elements, in the order of the file.
  public var bytes: [UInt8] { storage.array }

  /// Creates an array from the bytes of its elements.
  ///
  /// - Parameters:
  ///   - type: the type of the elements.
  ///   - shape: the extent of each dimension.
  ///   - isFortranOrder: whether the elements are in column-major order.
  ///   - bytes: the bytes of all elements.
  /// - Throws: `shapeMismatch` unless the number of bytes is that of the shape and type; `unsupported`
  ///   for more than 64 dimensions.
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

  /// Creates an array of `float32` from elements in row-major order.
  ///
  /// - Throws: the errors of ``init(type:shape:isFortranOrder:bytes:)``.
  public init(shape: [Int], floats: [Float]) throws(SoftmaxError) {
    try self.init(
      type: .float32, shape: shape,
      bytes: unsafe floats.withUnsafeBytes { unsafe Array($0) })
  }

  /// Creates an array of `int64` from elements in row-major order.
  ///
  /// - Throws: the errors of ``init(type:shape:isFortranOrder:bytes:)``.
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
  ///   - path: the path of the file.
  ///   - maximumByteCount: the maximum size of the decompressed file.
  /// - Throws: `notFound`, `ioFailure`; `invalidData` if the file violates the format (a truncated file,
  ///   trailing bytes, a damaged header); `unsupported` for elements other than numbers and texts, for a
  ///   header of more than 64 KiB, for more than `maximumByteCount` bytes and for more than 2^20 texts of
  ///   length 0.
  public static func read(
    _ path: String, maximumByteCount: Int = defaultMaximumByteCount
  ) throws(SoftmaxError) -> NPYArray {
    try decode(
      WholeFile.bytes(of: path, maximumByteCount: maximumByteCount), name: path,
      maximumByteCount: maximumByteCount)
  }

  /// Reads the content of an NPY file from memory.
  ///
  /// - Parameters:
  ///   - bytes: the content of the file, plain or gzipped.
  ///   - name: the name to use in errors.
  ///   - maximumByteCount: the maximum size of the decompressed content.
  /// - Throws: the errors of ``read(_:maximumByteCount:)``.
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
    // Texts of length 0 have no bytes in the file, but each costs memory and time when texts are
    // requested.
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

  /// Writes the array as an NPY file of format version 1.0, which replaces an existing file atomically.
  ///
  /// - Throws: `ioFailure`; an existing file is not changed in this case.
  public func write(to path: String) throws(SoftmaxError) {
    let file = try AtomicFile(replacing: path)
    try file.write(header.encoded())
    try file.write(storage)
    try file.commit()
  }

  /// The elements in the order of the file, as an array of one dimension that shares their memory.
  var flat: NPYArray {
    NPYArray(NPYHeader(type: type, isFortranOrder: false, shape: [count]), storage: storage)
  }

  var header: NPYHeader { NPYHeader(type: type, isFortranOrder: isFortranOrder, shape: shape) }
}
