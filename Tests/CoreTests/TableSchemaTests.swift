// SPDX-License-Identifier: Apache-2.0

import Foundation
import SoftmaxCore
import Testing

/// A later table is read as the one that a model was trained on.
struct TableSchemaTests {
  private static func table(_ names: [String?], rows: [[Double]] = [[]]) throws -> Table {
    try Table(
      names.enumerated().map { place, name in
        .numbers(rows.map { $0.isEmpty ? Double(place) : $0[place] }, name: name)
      })
  }

  private static func numbers(_ table: Table) -> [Double?] {
    table.columns.map { $0.number(inRow: 0) }
  }

  @Test("Columns are found by name, whatever their order and whatever else there is")
  func byName() throws {
    let schema = try TableSchema(of: Self.table(["a", "b", "y"]), roles: [2: .classes])
    let later = try Self.table(["extra", "y", "b", "a"])
    #expect(try Self.numbers(schema.features(of: later)) == [3, 2])
    #expect(try schema.target(in: later) == 1)
    let twice = #expect(throws: SoftmaxError.self) {
      try schema.target(in: Self.table(["y", "y", "b", "a"]))
    }
    #expect(twice?.code == .invalidData)
    #expect(try schema.target(in: Self.table(["b", "a"])) == nil)
  }

  @Test("A table without names has its columns where the training table had them")
  func byPlace() throws {
    let schema = try TableSchema(
      of: Self.table([nil, nil, nil, nil]), roles: [0: .classes, 2: .ignored])
    #expect(try Self.numbers(schema.features(of: Self.table([nil, nil, nil, nil]))) == [1, 3])
    #expect(try schema.target(in: Self.table([nil, nil, nil, nil])) == 0)
    #expect(try Self.numbers(schema.features(of: Self.table([nil, nil]))) == [0, 1])
    #expect(try schema.target(in: Self.table([nil, nil])) == nil)
    let error = #expect(throws: SoftmaxError.self) {
      try schema.features(of: Self.table([nil, nil, nil]))
    }
    #expect(
      error?.message
        == "the table has 3 columns, expected 2 features or the training table's 4")
  }

  @Test("A feature without a column, and one with two, are named")
  func missingAndDouble() throws {
    let schema = try TableSchema(of: Self.table(["a", "b", "y"]), roles: [2: .classes])
    let missing = #expect(throws: SoftmaxError.self) {
      try schema.features(of: Self.table(["a", "c"]))
    }
    #expect(missing?.message.contains("\"b\"") == true)
    let double = #expect(throws: SoftmaxError.self) {
      try schema.features(of: Self.table(["b", "a", "b"]))
    }
    #expect(double?.message == "2 columns are called \"b\"")
  }

  @Test("Features of one name are told apart by their order")
  func equalNames() throws {
    let schema = try TableSchema(of: Self.table(["a", "a", "y"]), roles: [2: .classes])
    #expect(try Self.numbers(schema.features(of: Self.table(["a", "a", "y"]))) == [0, 1])
    #expect(try Self.numbers(schema.features(of: Self.table(["y", "a", "id", "a"]))) == [1, 3])
    for names in [["y", "a"], ["a", "a", "a"]] {
      #expect(throws: SoftmaxError.self) { try schema.features(of: Self.table(names)) }
    }
  }

  @Test("A column that was ignored is left out of later tables")
  func ignored() throws {
    let schema = try TableSchema(
      of: Self.table([nil, "a", "y"]), roles: [2: .classes, 0: .ignored])
    #expect(try Self.numbers(schema.features(of: Self.table([nil, "a", "y"]))) == [1])
    #expect(try Self.numbers(schema.features(of: Self.table(["a"]))) == [0])
    #expect(schema.features.map(\.name) == ["a"] && schema.target?.name == "y")
  }

  @Test("A description that makes no sense is refused")
  func hostile() throws {
    let schema = try TableSchema(of: Self.table(["a", nil]), roles: [0: .classes])
    let text = try JSONEncoder().encode(schema)
    #expect(try JSONDecoder().decode(TableSchema.self, from: text) == schema)
    let all = String(decoding: text, as: UTF8.self)
    for (old, new) in [("feature", "classes"), ("number", "poem"), ("feature", "future")] {
      let wrong = Data(all.replacing(old, with: new).utf8)
      #expect(throws: (any Error).self) { try JSONDecoder().decode(TableSchema.self, from: wrong) }
    }
  }
}
