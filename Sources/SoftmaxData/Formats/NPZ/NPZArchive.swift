// SPDX-License-Identifier: Apache-2.0
public import SoftmaxCore

/// A file of named arrays, as `numpy.savez` and `numpy.savez_compressed` write it.
///
/// It is a zip file of NPY files. Its directory is read when the archive is opened; an array is read each
/// time it is requested. A file of 1 MiB or more is memory-mapped, and arrays that are not compressed are
/// used without a copy, so the file must not be truncated while they are in use.
///
/// ```swift
/// let x = try NPYArray(shape: [2, 2], floats: [0, 1, 1, 0])
/// try NPZArchive.write([("x", x)], to: "arrays.npz")
/// let archive = try NPZArchive("arrays.npz")
/// print(archive.names, try archive.array("x").shape)         // ["x"] [2, 2]
/// ```
public struct NPZArchive: Sendable {
  /// The names of the arrays, in the order of the file.
  public let names: [String]

  let path: String
  private let bytes: ByteStorage
  private let entries: [String: ZipEntry]
  private let maximumByteCount: Int

  private static let suffix = ".npy"

  /// Opens a file and reads its directory.
  ///
  /// Entries whose names do not end in `.npy` are ignored, as in NumPy.
  ///
  /// - Parameters:
  ///   - path: the path of the file.
  ///   - maximumByteCount: the maximum size of the file, and of each decompressed array.
  /// - Throws: `notFound`, `ioFailure`; `invalidData` for a damaged directory, entries that overlap, two
  ///   entries with the same name, or a file without arrays; `unsupported` for encryption, compression
  ///   methods other than deflate, and sizes of more than `maximumByteCount` bytes.
  public init(
    _ path: String, maximumByteCount: Int = NPYArray.defaultMaximumByteCount
  ) throws(SoftmaxError) {
    try self.init(
      WholeFile.bytes(of: path, maximumByteCount: maximumByteCount), name: path,
      maximumByteCount: maximumByteCount)
  }

  /// Reads the directory of an archive in memory.
  ///
  /// - Parameters:
  ///   - bytes: the content of the file.
  ///   - name: the name to use in errors.
  ///   - maximumByteCount: the maximum size of each decompressed array.
  /// - Throws: the errors of ``init(_:maximumByteCount:)``.
  public init(
    _ bytes: [UInt8], name: String, maximumByteCount: Int = NPYArray.defaultMaximumByteCount
  ) throws(SoftmaxError) {
    try self.init(
      WholeFile.bytes(bytes, name: name, maximumByteCount: maximumByteCount), name: name,
      maximumByteCount: maximumByteCount)
  }

  init(_ bytes: ByteStorage, name: String, maximumByteCount: Int) throws(SoftmaxError) {
    let all = try ZipDirectory(bytes, path: name).entries
    let arrays = all.filter { $0.name.hasSuffix(Self.suffix) }
    guard !arrays.isEmpty else {
      // Those of Excel and of OpenDocument.
      let isWorkbook = all.contains { ["xl/workbook.xml", "content.xml"].contains($0.name) }
      throw SoftmaxError(
        .invalidData,
        isWorkbook ? "is a workbook of a spreadsheet" : "is a zip file without arrays",
        remedy: isWorkbook ? "save the sheet as CSV" : "write it with numpy.savez",
        at: .file(path: name, offset: nil))
    }
    path = name
    self.bytes = bytes
    self.maximumByteCount = maximumByteCount
    names = arrays.map { String($0.name.dropLast(Self.suffix.count)) }
    entries = Dictionary(uniqueKeysWithValues: zip(names, arrays))
  }

  /// Reads an array.
  ///
  /// - Throws: `notFound` if the archive has no array with this name; `invalidData` if the compressed
  ///   bytes or the checksum are wrong; the errors of ``NPYArray/read(_:maximumByteCount:)``.
  public func array(_ name: String) throws(SoftmaxError) -> NPYArray {
    guard let entry = entries[name] else {
      throw SoftmaxError(
        .notFound,
        "holds no array \(name.debugDescription), only \(names.joined(separator: ", "))",
        at: .file(path: path, offset: nil))
    }
    guard entry.byteCount <= maximumByteCount else {
      throw SoftmaxError(
        .unsupported,
        "\(entry.name.debugDescription) has \(entry.byteCount) bytes, more than the limit of "
          + "\(maximumByteCount)", at: .file(path: path, offset: entry.range.lowerBound))
    }
    // The name has the form of a Python subscript, so errors name the array; their offsets are relative
    // to the array.
    return try NPYArray.decode(
      entry.bytes(of: bytes, path: path), name: "\(path)[\(name.debugDescription)]",
      maximumByteCount: maximumByteCount)
  }

  /// Writes arrays to a file, which replaces an existing file atomically.
  ///
  /// - Parameters:
  ///   - arrays: at least one array; the names must be different.
  ///   - path: the path of the file.
  ///   - compressed: whether to compress the arrays, as `numpy.savez_compressed` does. Compressed arrays
  ///     are smaller, but cannot be memory-mapped.
  /// - Throws: `invalidArgument` for no arrays, or for a name that is empty, too long or used twice;
  ///   `ioFailure`, in which case an existing file is not changed.
  public static func write(
    _ arrays: [(name: String, array: NPYArray)], to path: String, compressed: Bool = false
  ) throws(SoftmaxError) {
    try write(
      arrays, to: path, compressed: compressed, leastWideByteCount: ZipWriter.leastWideByteCount)
  }

  /// Writes arrays with 64-bit sizes starting at `leastWideByteCount` bytes, which tests set to a small
  /// value.
  package static func write(
    _ arrays: [(name: String, array: NPYArray)], to path: String, compressed: Bool,
    leastWideByteCount: Int
  ) throws(SoftmaxError) {
    let names = Set(arrays.map(\.name))
    guard !arrays.isEmpty, names.count == arrays.count,
      names.allSatisfy({ !$0.isEmpty && $0.utf8.count < 60_000 && !$0.utf8.contains(0) })
    else {
      throw SoftmaxError(
        .invalidArgument, "arrays need a name each, no two the same",
        at: .file(path: path, offset: nil))
    }
    let file = try AtomicFile(replacing: path)
    var writer = ZipWriter(file, leastWideByteCount: leastWideByteCount)
    for (name, array) in arrays {
      let header = array.header.encoded()
      var packed: [UInt8]?
      if compressed {
        packed = Deflate.packed(ByteStorage(header + array.bytes))
      }
      try writer.add(
        name + suffix, parts: [ByteStorage(header), array.storage], packed: packed)
    }
    try writer.finish()
    try file.commit()
  }
}
