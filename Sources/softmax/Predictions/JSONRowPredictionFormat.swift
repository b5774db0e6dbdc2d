// SPDX-License-Identifier: Apache-2.0

import SoftmaxKit

/// An object for each row of a table: its cells by the names of their columns, and the prediction.
struct JSONRowPredictionFormat: PredictionFormat {
  // The beginnings of the members of an object, such as `,"length":`.
  private struct Keys {
    // It is kept, so that no other table has its identity.
    let reader: CSVBlockReader
    let cells: [[UInt8]]
    let added: [[UInt8]]
  }

  private let added: AddedColumns
  private let labels: [[UInt8]]
  private var keys: Keys?

  init(_ added: AddedColumns) {
    self.added = added
    labels = added.classNames.map { Array(JSONValue.string($0).text.utf8) }
  }

  mutating func append(
    _ predictions: [Prediction], of rows: PredictionInput, to output: inout [UInt8]
  ) throws(SoftmaxError) {
    guard let (reader, block) = rows.table else { return }
    let keys = keys(of: reader)
    try block.forEachRow { row, cells throws(SoftmaxError) in
      output.append(UInt8(ascii: "{"))
      for (key, cell) in zip(keys.cells, cells) {
        output += key
        switch cell {
        case .missing: output += "null".utf8
        case .number(let text): output += text.utf8
        case .text(let text): output += JSONValue.string(text).text.utf8
        }
      }
      added.forEachCell(of: predictions[row]) { column, cell in
        output += keys.added[column]
        switch cell {
        case .label(let index): output += labels[index]
        case .probability(let probability): output.append(number: probability)
        }
      }
      output += "}\n".utf8
    }
  }

  private mutating func keys(of reader: CSVBlockReader) -> Keys {
    if let keys, keys.reader === reader { return keys }
    var taken = UniqueNames()
    let names = (0..<reader.columnCount).map { place in
      let name = reader.columnNames?[place] ?? ""
      return taken.name(name.isEmpty ? "column_\(place + 1)" : name)
    }
    func key(_ name: String, isFirst: Bool = false) -> [UInt8] {
      Array(((isFirst ? "" : ",") + JSONValue.string(name).text + ":").utf8)
    }
    let keys = Keys(
      reader: reader,
      cells: names.enumerated().map { key($1, isFirst: $0 == 0) },
      added: added.names(besides: &taken).map { key($0) })
    self.keys = keys
    return keys
  }
}
