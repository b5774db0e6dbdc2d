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
    for tensor in tensors { try file.write(values: tensor.values) }
    try file.commit()
  }

  /// The bytes of the file.
  ///
  /// - Complexity: linear in the number of values.
  public func encoded() -> [UInt8] {
    var bytes = encodedHeader()
    for tensor in tensors {
      unsafe tensor.values.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
    }
    return bytes
  }

  /// The length of the header and the header.
  func encodedHeader() -> [UInt8] {
    var entries: [String] = []
    if !metadata.isEmpty {
      let pairs = metadata.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
      let text = pairs.map { JSONText.quoted($0.key) + ":" + JSONText.quoted($0.value) }
      entries.append(
        "\"\(SafetensorsHeader.metadataKey)\":{" + text.joined(separator: ",") + "}")
    }
    var end = 0
    var described: [(name: String, text: String)] = []
    for tensor in tensors {
      let begin = end
      end += tensor.values.count * MemoryLayout<Float>.size
      let shape = tensor.shape.map(String.init).joined(separator: ",")
      described.append(
        (
          tensor.name,
          JSONText.quoted(tensor.name)
            + ":{\"data_offsets\":[\(begin),\(end)],\"dtype\":\"F32\",\"shape\":[\(shape)]}"
        ))
    }
    described.sort { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    entries += described.map(\.text)
    var text = Array(("{" + entries.joined(separator: ",") + "}").utf8)
    // So that the numbers begin at a multiple of 8.
    text += [UInt8](repeating: 0x20, count: (8 - text.count % 8) % 8)
    let length = UInt64(text.count)
    return (0..<8).map { UInt8(truncatingIfNeeded: length >> UInt64(8 * $0)) } + text
  }
}
