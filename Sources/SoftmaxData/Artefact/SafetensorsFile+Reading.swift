// SPDX-License-Identifier: Apache-2.0
public import SoftmaxCore

extension SafetensorsFile {
  /// The default maximum size of a file: 4 GiB.
  public static let defaultMaximumByteCount = Int(clamping: Int64(4) << 30)

  /// Reads a file and validates all of it.
  ///
  /// Tensors must be of type F32, F64 or I32 and finite. They must be contiguous, without holes or overlaps,
  /// up to the last byte of the file. No key may appear twice, and all metadata must be strings. The
  /// limits are 4,096 tensors, 4,096 metadata entries and a header of 8 MiB.
  ///
  /// - Parameters:
  ///   - path: the path of a regular file.
  ///   - maximumByteCount: the maximum size of the file in bytes.
  /// - Throws: `notFound` or `ioFailure`; `invalidData` for a malformed file; `unsupported` for other
  ///   element types and beyond a limit; `nonFiniteValue` naming the tensor.
  public static func read(
    _ path: String, maximumByteCount: Int = defaultMaximumByteCount
  ) throws(SoftmaxError) -> SafetensorsFile {
    try read(ByteSource(path: path), maximumByteCount: maximumByteCount)
  }

  /// Reads the content of a file from memory.
  ///
  /// - Parameters:
  ///   - bytes: the content of the file.
  ///   - name: the name to use in errors.
  /// - Throws: the errors of ``read(_:maximumByteCount:)``.
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
    let start = try source.bytes(8)
    guard !start.allSatisfy({ (0x20...0x7e).contains($0) }) else {
      throw SoftmaxError(
        .invalidData,
        "is no safetensors file: it begins with the text "
          + String(decoding: start, as: UTF8.self).debugDescription,
        remedy: "name the file of a model", at: .file(path: path, offset: 0))
    }
    let length = start.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
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
      let count = entry.byteRange.count / entry.type.byteCount
      let elements: Tensor.Elements =
        switch entry.type {
        case .float32: .floats(try source.elements(count))
        case .float64: .doubles(try source.elements(count))
        case .int32: .integers(try source.elements(count))
        }
      let tensor = Tensor(name: entry.name, shape: entry.shape, elements: elements)
      if let wrong = tensor.firstNotFinite {
        throw SoftmaxError(
          .nonFiniteValue,
          "tensor \(JSONScanner.shortened(entry.name)): value \(wrong.index) must be finite, "
            + "got \(wrong.value)",
          remedy: "train again; weights like this predict nothing",
          at: .file(
            path: path,
            offset: 8 + Int(length) + entry.byteRange.lowerBound
              + wrong.index * entry.type.byteCount))
      }
      tensors.append(tensor)
    }
    return SafetensorsFile(unchecked: tensors, metadata: header.metadata)
  }
}

extension ByteSource {
  /// Reads exactly `count` bytes.
  ///
  /// - Throws: `invalidData` if fewer bytes remain.
  fileprivate mutating func bytes(_ count: Int) throws(SoftmaxError) -> [UInt8] {
    try elements(count)
  }

  /// Reads exactly `count` little-endian values.
  ///
  /// - Throws: `invalidData` if fewer bytes remain.
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
    // Another process may have truncated the file after its size was read.
    guard try outcome.get() == byteCount else { throw cutOff }
    return result
  }

  private var cutOff: SoftmaxError {
    SoftmaxError(
      .invalidData, "ends after \(offset) bytes, in the middle of what its header announces",
      remedy: "copy the file again", at: .file(path: path, offset: offset))
  }
}
