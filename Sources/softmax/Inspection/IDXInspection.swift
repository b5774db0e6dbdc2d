// SPDX-License-Identifier: Apache-2.0

import SoftmaxKit

/// What is in a single IDX file.
struct IDXInspection: Inspection {
  private let path: String
  private let byteCount: Int?
  private let array: IDXArray

  init(path: String) throws(SoftmaxError) {
    array = try IDXFile.read(path)
    self.path = path
    byteCount = FileProbe.byteCount(path)
  }

  var lines: [String] {
    var lines = [
      line(
        "IDX file", PrintableText.line(path) + (byteCount.map { ", \(NumberText.bytes($0))" } ?? "")
      ),
      line("shape", NumberText.shape(array.shape)),
    ]
    if let low = array.bytes.min(), let high = array.bytes.max() {
      lines.append(line("bytes", "\(low) to \(high)"))
    }
    return lines
  }

  var json: JSONValue {
    .object([
      ("event", .string("data")),
      ("path", .string(path)),
      ("bytes", byteCount.map { .integer($0) } ?? .null),
      ("shape", .array(array.shape.map { .integer($0) })),
      ("minimum", array.bytes.min().map { .integer(Int($0)) } ?? .null),
      ("maximum", array.bytes.max().map { .integer(Int($0)) } ?? .null),
    ])
  }
}
