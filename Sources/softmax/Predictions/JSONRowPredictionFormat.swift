// SPDX-License-Identifier: Apache-2.0

import SoftmaxKit

/// An object for each row of a table: its cells by the names of their columns, or the members that it has in JSON lines,
/// and the prediction.
struct JSONRowPredictionFormat: PredictionFormat {
  // The beginnings of the members of an object, such as `,"length":`.
  private struct Keys {
    // It is kept, so that no other table has its identity.
    let reader: CSVBlockReader
    let cells: [[UInt8]]
    let added: [[UInt8]]
    let addedNames: [String]
    // The number of keys of JSON lines that are known to be none of these names.
    var distinctCount: Int
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
    let keys = try keys(of: reader, named: rows.name)
    guard reader.keys == nil else {
      for (row, prediction) in predictions.enumerated() {
        block.records.append(row, to: &output)
        append(prediction, keys, toObjectIn: &output)
      }
      return
    }
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
      append(predictions[row], keys, hasMembers: !keys.cells.isEmpty, to: &output)
    }
  }

  // Puts a prediction before the brace that ends an object of the input.
  private func append(_ prediction: Prediction, _ keys: Keys, toObjectIn output: inout [UInt8]) {
    output.removeLast()
    let last = output.last { !" \t\r".utf8.contains($0) }
    append(prediction, keys, hasMembers: last != UInt8(ascii: "{"), to: &output)
  }

  private func append(
    _ prediction: Prediction, _ keys: Keys, hasMembers: Bool, to output: inout [UInt8]
  ) {
    added.forEachCell(of: prediction) { column, cell in
      output += hasMembers || column > 0 ? keys.added[column][...] : keys.added[column].dropFirst()
      switch cell {
      case .label(let index): output += labels[index]
      case .probability(let probability): output.append(number: probability)
      case .decision(let column): output += column.value.text.utf8
      }
    }
    output += "}\n".utf8
  }

  private mutating func keys(
    of reader: CSVBlockReader, named source: String
  ) throws(SoftmaxError) -> Keys {
    if var keys, keys.reader === reader {
      let all = reader.keys ?? []
      if let key = all.dropFirst(keys.distinctCount).first(where: keys.addedNames.contains) {
        throw SoftmaxError(
          .unsupported,
          "\(source): the key \(key.debugDescription) appears late, and its name was given to a prediction",
          remedy: "write its value, or null, in the first object too")
      }
      keys.distinctCount = all.count
      self.keys = keys
      return keys
    }
    var taken = UniqueNames(taken: reader.keys ?? [])
    let names = (0..<(reader.keys == nil ? reader.columnCount : 0)).map { place in
      let name = reader.columnNames?[place] ?? ""
      return taken.name(name.isEmpty ? "column_\(place + 1)" : name)
    }
    func key(_ name: String, isFirst: Bool = false) -> [UInt8] {
      Array(((isFirst ? "" : ",") + JSONValue.string(name).text + ":").utf8)
    }
    let addedNames = added.names(besides: &taken)
    let keys = Keys(
      reader: reader, cells: names.enumerated().map { key($1, isFirst: $0 == 0) },
      added: addedNames.map { key($0) }, addedNames: addedNames,
      distinctCount: reader.keys?.count ?? 0)
    self.keys = keys
    return keys
  }
}
