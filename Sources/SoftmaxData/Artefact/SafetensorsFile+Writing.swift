// SPDX-License-Identifier: Apache-2.0
public import SoftmaxCore

extension SafetensorsFile {
  /// Writes the file so that it appears complete or not at all.
  ///
  /// The same content gives the same bytes: the header's keys are sorted, the
  /// tensors lie in the order given. The file that had the name before stays
  /// until the new one is on the disk, and passes its mode on.
  ///
  /// - Throws: `ioFailure` or `notFound`; whether the old file is untouched or the new one in
  ///   place is told by the cause, an ``AtomicWriteFailure``.
  public func write(to path: String) throws(SoftmaxError) {
    let file = try AtomicFile(replacing: path)
    try file.write(encodedHeader())
    for tensor in tensors { try file.write(tensor) }
    try file.commit()
  }

  /// The bytes of the file.
  ///
  /// - Complexity: linear in the number of values.
  public func encoded() -> [UInt8] {
    var bytes = encodedHeader()
    for tensor in tensors {
      unsafe tensor.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
    }
    return bytes
  }

  /// The length of the header and the header.
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
    // So that the numbers begin at a multiple of 8.
    text += [UInt8](repeating: 0x20, count: (8 - text.count % 8) % 8)
    let length = UInt64(text.count)
    return (0..<8).map { UInt8(truncatingIfNeeded: length >> UInt64(8 * $0)) } + text
  }
}

extension AtomicFile {
  /// Adds the numbers of a tensor as they lie in memory, which is little-endian on every platform of Swift's.
  ///
  /// - Throws: `ioFailure`; the old file is untouched.
  fileprivate func write(_ tensor: SafetensorsFile.Tensor) throws(SoftmaxError) {
    var failure: SoftmaxError?
    unsafe tensor.withUnsafeBytes { buffer in unsafe failure = append(buffer) }
    if let failure { throw failure }
  }
}
