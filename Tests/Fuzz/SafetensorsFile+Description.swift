// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

@testable import SoftmaxData

// Of the bytes of a model file most changes break the length of its header, the layout of its data or its
// checksum, and go no further. A description is a text without them: a line `KEY VALUE` for each of the
// metadata, and `@NAME SHAPE VALUE` (for doubles `%`) for a tensor whose numbers are all the same, its
// shape being extents with commas between them.
extension SafetensorsFile {
  private static let greatestElementCount = 1 << 14

  /// The file that a text describes; `make-corpus.py` writes such texts from files.
  init(description: [UInt8]) throws(SoftmaxError) {
    var metadata = ["format": "swift-softmax", "format_version": "2"]
    var tensors: [Tensor] = []
    for line in description.split(separator: UInt8(ascii: "\n")) {
      let parts = line.split(separator: UInt8(ascii: " "), maxSplits: 1).map {
        String(decoding: $0, as: UTF8.self)
      }
      guard parts.count == 2, let mark = parts[0].utf8.first else { continue }
      if mark != UInt8(ascii: "@"), mark != UInt8(ascii: "%") {
        metadata[parts[0]] = parts[1]
        continue
      }
      let words = parts[1].split(separator: " ")
      let shape = words.first?.split(separator: ",").compactMap { Int($0) } ?? []
      var count = 1
      for extent in shape {
        let (product, overflow) = count.multipliedReportingOverflow(by: extent)
        count = overflow || extent < 0 ? .max : product
      }
      guard count <= Self.greatestElementCount else {
        throw SoftmaxError(.unsupported, "describes a large tensor")
      }
      let name = String(parts[0].dropFirst())
      let value = words.count > 1 ? Double(words[1]) ?? 0 : 0
      tensors.append(
        mark == UInt8(ascii: "@")
          ? Tensor(name: name, shape: shape, values: Array(repeating: Float(value), count: count))
          : Tensor(name: name, shape: shape, doubles: Array(repeating: value, count: count)))
    }
    try self.init(tensors: tensors, metadata: metadata)
  }
}
