// SPDX-License-Identifier: Apache-2.0
public import SoftmaxCore

/// A file of several named arrays, as `numpy.savez` and `numpy.savez_compressed` write it.
///
/// It is a zip file of NPY files. Its directory is read at once, an array when it is asked for. A
/// plain file of 1 MiB or more is mapped, and the arrays that are not packed are used in place: the file
/// must not be cut short as long as they are in use.
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

  /// Reads the directory of a file.
  ///
  /// Entries whose names do not end in `.npy` are passed over, as NumPy does.
  ///
  /// - Parameters:
  ///   - path: the file.
  ///   - maximumByteCount: the most bytes of the file, and of each array.
  /// - Throws: `notFound`, `ioFailure`; `invalidData` for a damaged directory, entries that overlap, two
  ///   of one name, or no arrays at all; `unsupported` for encryption, other compressions than deflate,
  ///   and more than `maximumByteCount`.
  public init(
    _ path: String, maximumByteCount: Int = NPYArray.defaultMaximumByteCount
  ) throws(SoftmaxError) {
    try self.init(
      WholeFile.bytes(of: path, maximumByteCount: maximumByteCount), name: path,
      maximumByteCount: maximumByteCount)
  }

  /// Reads the directory of a file's bytes.
  ///
  /// - Parameters:
  ///   - bytes: the content of the file.
  ///   - name: what to call it in errors.
  ///   - maximumByteCount: the most bytes of each array.
  /// - Throws: as ``init(_:maximumByteCount:)``.
  public init(
    _ bytes: [UInt8], name: String, maximumByteCount: Int = NPYArray.defaultMaximumByteCount
  ) throws(SoftmaxError) {
    try self.init(
      WholeFile.bytes(bytes, name: name, maximumByteCount: maximumByteCount), name: name,
      maximumByteCount: maximumByteCount)
  }

  init(_ bytes: ByteStorage, name: String, maximumByteCount: Int) throws(SoftmaxError) {
    let arrays = try ZipDirectory(bytes, path: name).entries
      .filter { $0.name.hasSuffix(Self.suffix) }
    guard !arrays.isEmpty else {
      throw SoftmaxError(
        .invalidData, "is a zip file without arrays", remedy: "write it with numpy.savez",
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
  /// - Throws: `notFound` for a name that is not there; `invalidData` where the packed bytes or the
  ///   checksum are damaged, and as ``NPYArray/read(_:maximumByteCount:)``.
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
    // As in Python, so that errors name the array; their offsets count within it.
    return try NPYArray.decode(
      entry.bytes(of: bytes, path: path), name: "\(path)[\(name.debugDescription)]",
      maximumByteCount: maximumByteCount)
  }

  /// Writes arrays as one file, replacing what is there at once.
  ///
  /// - Parameters:
  ///   - arrays: at least one, each under a name of its own.
  ///   - path: the file.
  ///   - compressed: whether to pack the arrays, as `numpy.savez_compressed` does. Packed ones are
  ///     smaller, but cannot be used in place.
  /// - Throws: `invalidArgument` for no arrays, a name that is empty, too long or there twice;
  ///   `ioFailure`, and then the old file is untouched.
  public static func write(
    _ arrays: [(name: String, array: NPYArray)], to path: String, compressed: Bool = false
  ) throws(SoftmaxError) {
    try write(
      arrays, to: path, compressed: compressed, leastWideByteCount: ZipWriter.leastWideByteCount)
  }

  /// The same with 64-bit sizes for whatever has so many bytes, which tests set low.
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
