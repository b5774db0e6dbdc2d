// SPDX-License-Identifier: Apache-2.0
public import SoftmaxCore

extension SafetensorsFile {
  /// Writes the file, which appears complete or not at all.
  ///
  /// The same content gives the same bytes: the keys of the header are sorted, and the tensors keep
  /// their order. An existing file stays until the new one is on the disk; the new file gets the mode of
  /// the old one.
  ///
  /// - Throws: `ioFailure` or `notFound`. The cause, an ``AtomicWriteFailure``, tells whether the old
  ///   file is untouched or the new one is in place.
  public func write(to path: String) throws(SoftmaxError) {
    let file = try AtomicFile(replacing: path)
    try file.write(encodedHeader())
    for tensor in tensors { try file.write(tensor) }
    try file.commit()
  }

  /// Returns the bytes of the file.
  ///
  /// - Complexity: linear in the number of values.
  public func encoded() -> [UInt8] {
    var bytes = encodedHeader()
    for tensor in tensors {
      unsafe tensor.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
    }
    return bytes
  }

  /// Returns the first bytes of the file: the 8 bytes of the header's length and the header.
  func encodedHeader() -> [UInt8] {
    var entries: [(key: String, value: JSONValue)] = []
    if !metadata.isEmpty {
      let pairs = metadata.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
      let members = pairs.map { (key: $0.key, value: JSONValue.string($0.value)) }
      entries.append((SafetensorsHeader.metadataKey, .object(members)))
    }
    var end = 0
    var described: [(key: String, value: JSONValue)] = []
    for tensor in tensors {
      let begin = end
      end += tensor.byteCount
      let members: [(key: String, value: JSONValue)] = [
        ("data_offsets", .array([.integer(begin), .integer(end)])),
        ("dtype", .string(tensor.type.rawValue)),
        ("shape", .array(tensor.shape.map { .integer($0) })),
      ]
      described.append((tensor.name, .object(members)))
    }
    described.sort { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
    var text = Array(JSONValue.object(entries + described).text.utf8)
    // Pads with spaces, so that the values begin at a multiple of 8.
    text += [UInt8](repeating: 0x20, count: (8 - text.count % 8) % 8)
    let length = UInt64(text.count)
    return (0..<8).map { UInt8(truncatingIfNeeded: length >> UInt64(8 * $0)) } + text
  }
}

extension AtomicFile {
  /// Appends the values of a tensor as they are in memory, which is little-endian on all supported platforms.
  ///
  /// - Throws: `ioFailure`; the old file is untouched.
  fileprivate func write(_ tensor: SafetensorsFile.Tensor) throws(SoftmaxError) {
    var failure: SoftmaxError?
    unsafe tensor.withUnsafeBytes { buffer in unsafe failure = append(buffer) }
    if let failure { throw failure }
  }
}
