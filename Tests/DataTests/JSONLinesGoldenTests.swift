// SPDX-License-Identifier: Apache-2.0
import Foundation
import SoftmaxCore
import Testing

@testable import SoftmaxData

/// JSON lines are read as pandas reads them (Tests/golden/make-json-lines.py).
@Suite struct JSONLinesGoldenTests {
  private struct Golden: Decodable {
    var lines: [String]
    var names: [String]
    var cells: [String: [Cell?]]
  }

  private enum Cell: Decodable, Equatable {
    case number(Double)
    case text(String)

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let truth = try? container.decode(Bool.self) {
        self = .text("\(truth)")
      } else if let number = try? container.decode(Double.self) {
        self = .number(number)
      } else {
        self = .text(try container.decode(String.self))
      }
    }
  }

  @Test func columnsAndCellsAreThoseOfPandas() throws {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    let golden = try JSONDecoder().decode(
      Golden.self, from: Data(contentsOf: folder.appendingPathComponent("Golden/json-lines.json")))
    let bytes = Array(golden.lines.joined(separator: "\n").utf8)
    let table = try CSVTable.decode(
      bytes, name: "t.jsonl", as: CSVFormat(target: CSVFormat.Target.none)
    ).table
    let names = table.columnNames ?? []
    #expect(names.filter { !$0.hasPrefix("size.") } == golden.names)
    #expect(Set(names) == Set(golden.cells.keys))
    for column in table.columns {
      let name = try #require(column.name)
      let cells: [Cell?] = (0..<table.rowCount).map { row in
        if case .numbers(let numbers) = column.cells {
          return numbers[row].isNaN ? nil : .number(numbers[row])
        }
        return column.text(inRow: row).map { .text($0) }
      }
      #expect(cells == golden.cells[name], "\(name)")
    }
  }
}
