// SPDX-License-Identifier: Apache-2.0
public import SoftmaxCore

extension SafetensorsFile {
  /// The most bytes that a file may have unless the caller says otherwise: 4 GiB.
  public static let defaultMaximumByteCount = Int(clamping: Int64(4) << 30)

  /// Reads a file, and trusts nothing in it.
  ///
  /// Tensors must be of type F32 or F64, finite, and lie one behind the other without
  /// holes or overlaps up to the file's last byte; no key may appear twice, and
  /// the metadata are strings. At most 4,096 tensors, 4,096 metadata and a header
  /// of 8 MiB are read.
  ///
  /// - Parameters:
  ///   - path: a regular file.
  ///   - maximumByteCount: the most bytes that it may have.
  /// - Throws: `notFound`, `ioFailure`, `invalidData` where the file breaks its format,
  ///   `unsupported` for other types and what exceeds a limit, `nonFiniteValue` naming the tensor.
  public static func read(
    _ path: String, maximumByteCount: Int = defaultMaximumByteCount
  ) throws(SoftmaxError) -> SafetensorsFile {
    try read(ByteSource(path: path), maximumByteCount: maximumByteCount)
  }

  /// Reads the bytes of a file.
  ///
  /// - Parameters:
  ///   - bytes: the content of the file.
  ///   - name: what to call it in errors.
  /// - Throws: as ``read(_:maximumByteCount:)``.
  public static func decode(
    _ bytes: [UInt8], name: String
  ) throws(SoftmaxError) -> SafetensorsFile {
    try read(ByteSource(bytes: bytes, name: name), maximumByteCount: .max)
  }

  private static func read(
    _ source: consuming ByteSource, maximumByteCount: Int
  ) throws(SoftmaxError) -> SafetensorsFile {
    var source = source
    let path = source.path
    guard source.byteCount <= maximumByteCount else {
      throw SoftmaxError(
        .unsupported,
        "has \(source.byteCount) bytes, more than the limit of \(maximumByteCount)",
        remedy: "check that it is the file of a model, or use a smaller network",
        at: .file(path: path, offset: nil))
    }
    let length = try source.bytes(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    let room = source.byteCount - 8
    guard room >= 0, length <= SafetensorsHeader.formatByteCount, length <= room else {
      throw SoftmaxError(
        .invalidData,
        "is no safetensors file, or cut off: its header would have \(length) bytes of the "
          + "\(source.byteCount) that there are",
        at: .file(path: path, offset: 0))
    }
    guard length <= SafetensorsHeader.greatestByteCount else {
      throw SoftmaxError(
        .unsupported,
        "its header has \(length) bytes, more than the \(SafetensorsHeader.greatestByteCount) that "
          + "are read", at: .file(path: path, offset: 0))
    }
    let header = try SafetensorsHeader(
      source.bytes(Int(length)), dataByteCount: room - Int(length), path: path)
    var tensors: [Tensor] = []
    for entry in header.entries {
      let count = entry.bounds.count / entry.type.byteCount
      let tensor = Tensor(
        name: entry.name, shape: entry.shape,
        elements: entry.type == .float32
          ? .floats(try source.elements(count)) : .doubles(try source.elements(count)))
      if let wrong = tensor.firstNotFinite {
        throw SoftmaxError(
          .nonFiniteValue,
          "tensor \(JSONScanner.shortened(entry.name)): value \(wrong.index) must be finite, "
            + "got \(wrong.value)",
          remedy: "train again; weights like this predict nothing",
          at: .file(
            path: path,
            offset: 8 + Int(length) + entry.bounds.lowerBound + wrong.index * entry.type.byteCount))
      }
      tensors.append(tensor)
    }
    return SafetensorsFile(unchecked: tensors, metadata: header.metadata)
  }
}

extension ByteSource {
  /// Exactly so many bytes; the caller has compared the number with what there is.
  fileprivate mutating func bytes(_ count: Int) throws(SoftmaxError) -> [UInt8] {
    try elements(count)
  }

  /// Exactly so many little-endian numbers.
  fileprivate mutating func elements<Element: BitwiseCopyable>(
    _ count: Int
  ) throws(SoftmaxError) -> [Element] {
    let byteCount = count * MemoryLayout<Element>.stride
    guard byteCount <= self.byteCount - offset else { throw cutOff }
    var outcome = Result<Int, SoftmaxError>.success(0)
    let result = unsafe [Element](unsafeUninitializedCapacity: count) { buffer, filled in
      let raw = UnsafeMutableRawBufferPointer(buffer)
      let bytes = unsafe UnsafeMutableRawBufferPointer(rebasing: raw[..<byteCount])
      do throws(SoftmaxError) {
        outcome = .success(try unsafe read(into: bytes))
      } catch {
        outcome = .failure(error)
      }
      filled = ((try? outcome.get()) ?? 0) / MemoryLayout<Element>.stride
    }
    // Another process may have cut the file off since its size was looked at.
    guard try outcome.get() == byteCount else { throw cutOff }
    return result
  }

  private var cutOff: SoftmaxError {
    SoftmaxError(
      .invalidData, "ends after \(offset) bytes, in the middle of what its header announces",
      remedy: "copy the file again", at: .file(path: path, offset: offset))
  }
}
