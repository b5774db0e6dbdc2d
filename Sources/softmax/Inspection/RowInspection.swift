// SPDX-License-Identifier: Apache-2.0

import SoftmaxKit

/// A summary of one row of data: shape, values, class, and a picture if the row is an image.
struct RowInspection: Inspection {
  // The maximum number of values that the text lists if the row is not an image; JSON has all of them.
  private static let shownValueCount = 40
  // The columns up to which the text shows a text.
  private static let shownTextWidth = 200

  private let row: Int
  private let samples: LabeledDataset
  private let featureNames: [String]?
  private let terminal: Terminal

  /// Creates a summary of each of the given rows.
  ///
  /// - Throws: `notFound` for a row that does not exist.
  static func rows(
    _ rows: [Int], of samples: LabeledDataset, featureNames: [String]?, name: String,
    terminal: Terminal
  ) throws(SoftmaxError) -> [RowInspection] {
    if let row = rows.first(where: { $0 >= samples.count }) {
      throw SoftmaxError(
        .notFound, "there is no row \(row) in \(name), only rows 0...\(samples.count - 1)")
    }
    return rows.map { row in
      RowInspection(
        row: row, samples: samples.selecting(rows: [row]), featureNames: featureNames,
        terminal: terminal)
    }
  }

  private var label: String { samples.classNames[samples.labels[0]] }

  var lines: [String] {
    let range = ValueRange(of: samples.features).map { ", values \($0.description)" } ?? ""
    let head = [
      line("row", "\(row)"),
      line("shape", NumberText.shape(samples.featureShape) + range),
      line("label", "\(samples.labels[0]), \(PrintableText.line(label))"),
    ]
    let picture = GrayPicture(values: samples.features.row(0), shape: samples.featureShape)
    if let picture {
      return head + picture.lines(columns: terminal.width - 1, color: terminal.outputColor)
    }
    var values = samples.features.values(ofRow: 0)
    var names = featureNames?.map(PrintableText.line) ?? values.indices.map { "feature \($0)" }
    if let sparse = samples.features.sparse {
      names = sparse.columns.map { "feature \($0)" }
      values = sparse.values.map { .float($0) }
    }
    let width = max(14, names.prefix(Self.shownValueCount).map(PrintableText.width).max() ?? 0) + 1
    let shown = zip(names, values).prefix(Self.shownValueCount).map { name, value in
      PrintableText.padded(name, to: width)
        + PrintableText.shortened(value.text, to: Self.shownTextWidth)
    }
    let rest = values.count - shown.count
    return head + shown + (rest > 0 ? ["and \(NumberText.grouped(rest)) more; --json has all"] : [])
  }

  var json: JSONValue {
    let range = ValueRange(of: samples.features)
    return .object([
      ("event", .string("row")),
      ("row", .integer(row)),
      ("shape", .array(samples.featureShape.map { .integer($0) })),
      ("minimum", range?.minimum ?? .null),
      ("maximum", range?.maximum ?? .null),
      ("byte_minimum", range?.bytes.map { .integer(Int($0.lowerBound)) } ?? .null),
      ("byte_maximum", range?.bytes.map { .integer(Int($0.upperBound)) } ?? .null),
      ("index", .integer(samples.labels[0])),
      ("label", .string(label)),
      ("values", .array(samples.features.values(ofRow: 0))),
    ])
  }
}
