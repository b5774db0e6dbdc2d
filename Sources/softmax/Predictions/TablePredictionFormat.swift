// SPDX-License-Identifier: Apache-2.0

import SoftmaxKit

/// The rows of tables as they are, with the prediction in further columns.
struct TablePredictionFormat: PredictionFormat {
  // What all rows have in common, from the first table.
  private struct Layout {
    let source: String
    let columnNames: [String]?
    let columnCount: Int
    let separator: CSVFormat.Separator
    let lineEnd: [UInt8]
    let labels: [[UInt8]]
    let decimalMark: CSVFormat.DecimalMark
  }

  private let added: AddedColumns
  private let separator: CSVFormat.Separator?
  private var layout: Layout?

  /// Creates a format.
  ///
  /// - Parameter separator: the character between the cells; nil for that of the table, or a comma for tabs.
  init(_ added: AddedColumns, separator: CSVFormat.Separator?) {
    self.added = added
    self.separator = separator
  }

  mutating func append(
    _ predictions: [Prediction], of rows: PredictionInput, to output: inout [UInt8]
  ) throws(SoftmaxError) {
    guard let (reader, block) = rows.table else { return }
    guard reader.keys == nil else {
      throw SoftmaxError(
        .invalidArgument,
        "\(rows.name) is of JSON lines, whose objects are kept with the members that each has",
        remedy: "write a .jsonl file; --csv without --output gives the predictions alone")
    }
    let layout =
      if let layout = self.layout { layout } else { try begin(reader, of: rows.name, &output) }
    try validate(reader, of: rows.name, hasColumnsOf: layout)
    let separatorByte = layout.separator.byte
    let records = try block.records.separated(by: layout.separator)
    for (row, prediction) in predictions.enumerated() {
      records.append(row, to: &output)
      added.forEachCell(of: prediction) { _, cell in
        output.append(separatorByte)
        switch cell {
        case .label(let index): output += layout.labels[index]
        case .probability(let probability): append(probability, layout, to: &output)
        case .decision(let column): output += Self.cell(column.text, layout.separator)
        }
      }
      output += layout.lineEnd
    }
  }

  private func append(_ probability: Float, _ layout: Layout, to output: inout [UInt8]) {
    guard layout.decimalMark == .comma else { return output.append(number: probability) }
    let text = "\(probability)".replacing(".", with: ",")
    output += (layout.separator == .comma ? "\"\(text)\"" : text).utf8
  }

  // Determines the layout, and writes what comes before the rows.
  private mutating func begin(
    _ reader: CSVBlockReader, of source: String, _ output: inout [UInt8]
  ) throws(SoftmaxError) -> Layout {
    let separator = separator ?? (reader.separator == .tab ? .comma : reader.separator)
    let labels = added.classNames.map { Self.cell($0, separator) }
    let lineEnd = reader.lineEnd.isEmpty ? [UInt8(ascii: "\n")] : reader.lineEnd
    let layout = Layout(
      source: source, columnNames: reader.columnNames, columnCount: reader.columnCount,
      separator: separator, lineEnd: lineEnd, labels: labels, decimalMark: reader.decimalMark)
    self.layout = layout
    // Spreadsheets that wrote another encoding would not find UTF-8 by looking.
    if reader.hasByteOrderMark || reader.encoding != .utf8 { output += TextEncoding.byteOrderMark }
    if reader.hasSeparatorLine { output += Array("sep=".utf8) + [separator.byte] + lineEnd }
    guard let header = reader.header, let columnNames = reader.columnNames else { return layout }
    try header.separated(by: separator).append(0, to: &output)
    var taken = UniqueNames(taken: columnNames)
    for name in added.names(besides: &taken) {
      output.append(separator.byte)
      output += Self.cell(name, separator)
    }
    output += lineEnd
    return layout
  }

  private static func cell(_ text: String, _ separator: CSVFormat.Separator) -> [UInt8] {
    var line = CSVLine(separator: Character(Unicode.Scalar(separator.byte)))
    line.append(text: text)
    return Array(line.text.utf8)
  }

  // Rows of several tables go under one header.
  private func validate(
    _ reader: CSVBlockReader, of source: String, hasColumnsOf layout: Layout
  ) throws(SoftmaxError) {
    guard
      reader.columnNames != layout.columnNames || reader.columnCount != layout.columnCount
    else { return }
    throw SoftmaxError(
      .invalidArgument,
      "\(source): its columns are not those of \(layout.source), so their rows cannot be in one table",
      remedy: "write a file for each, or JSON (--json)")
  }
}

extension [UInt8] {
  /// Appends a number with as few digits as are needed to read back the same number.
  mutating func append(number: Float) {
    var text = "\(number)"
    text.withUTF8 { unsafe append(contentsOf: $0) }
  }
}
