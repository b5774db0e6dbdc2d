// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore
import SoftmaxModels
import SoftmaxTestSupport
import Testing

@testable import SoftmaxData

/// Columns of texts in tables.
@Suite struct CSVTextTests {
  private func table(
    _ text: String, _ format: CSVFormat = CSVFormat()
  ) throws(SoftmaxError) -> CSVTable {
    try CSVTable.decode(Array(text.utf8), name: "table.csv", as: format)
  }

  private func types(_ lines: [String], _ format: CSVFormat = CSVFormat()) throws -> [String] {
    let text = (["x,kind"] + lines.map { "\($0),\($0.utf8.count % 2)" }).joined(separator: "\n")
    return try table(text, format).schema.features.map(\.type.description)
  }

  @Test func aColumnWhoseCellsHardlyRepeatAndHaveWordsHoldsTexts() throws {
    for (cells, type) in [
      ((0..<9).map { "tea number \($0) is good" }, "text"),
      // Chinese has no blanks.
      ((0..<9).map { String(repeating: "很好吃", count: 4 + $0) }, "text"),
      // Half of the cells have been there before.
      ((0..<9).map { "tea number \($0 / 3) is good" }, "category"),
      // Codes and names.
      ((0..<9).map { "A/\($0) 2117\($0)" }, "category"), ((0..<9).map { "name\($0)" }, "category"),
      // Identifiers are long, but single words.
      ((0..<9).map { String(repeating: "0123456789abcdef\($0)", count: 4) }, "category"),
      // Three cells are too few, unless they are long.
      (["a good tea", "a bad tea", "a cold tea"], "category"),
      ((0..<2).map { String(repeating: "\($0) good tea ", count: 20) }, "text"),
    ] {
      #expect(try types(cells) == [type], "\(cells[0])")
    }
  }

  @Test func aCallerSaysWhatAColumnHolds() throws {
    let cells = (0..<9).map { "tea number \($0) is good" }
    #expect(try types(cells, CSVFormat(columnTypes: ["x": .category])) == ["category"])
    #expect(try types(["a", "b", "a"], CSVFormat(columnTypes: ["1": .text])) == ["text"])
    // The class column is never one of texts.
    let classes = try table(
      (["x,kind"] + (0..<9).map { "\($0),a long name of class \($0)" }).joined(separator: "\n"))
    #expect(classes.schema.target?.type == .category)
  }

  @Test func quotesLineEndsAndAnyScriptAreReadAsTheyAre() throws {
    let table = try table(
      "review,kind\n\"so \"\"good\"\",\nreally\",a\n none ,b\n,a\n\"Очень, чай\n很好\",b\n",
      CSVFormat(columnTypes: ["review": .text]))
    let column = table.table.columns[0]
    #expect(
      (0..<4).map { column.text(inRow: $0) }
        == ["so \"good\",\nreally", "none", nil, "Очень, чай\n很好"])
    #expect(column.missingCount == 1 && column.type == .text)
    #expect(
      table.note
        == "read as comma, header, 4 rows, 1 column of texts, classes in \"kind\" (the last column)"
    )
    // A text is not UTF-8.
    let bytes = Array("review,kind\nx,a\n".utf8) + [0x81] + Array(",b\n".utf8)
    let format = CSVFormat(columnTypes: ["review": .text])
    let failure = error { () throws(SoftmaxError) in
      _ = try CSVTable.decode(bytes, name: "table.csv", as: format).dataset()
    }
    #expect(failure?.location == .cell(path: "table.csv", line: 3, column: 1))
  }

  @Test func aTextMayBeLong() throws {
    let long = String(repeating: "tea and milk ", count: 20_000)
    // The first 256 KiB hold the header alone.
    let table = try table("review,kind\n\(long),a\n\"\(long)\"\"\n\",b\n")
    #expect(table.table.columns[0].type == .text)
    #expect(table.table.columns[0].text(inRow: 1) == long + "\"\n")
    let tooLong = String(repeating: "x", count: 4 << 20) + "x"
    let failure = error { () throws(SoftmaxError) in
      _ = try self.table("review,kind\nshort,a\n\"\(tooLong)\",b\n")
    }
    #expect(failure?.message.contains("4194304 bytes") == true)
    #expect(failure?.location == .cell(path: "table.csv", line: 3, column: 1))
  }

  @Test func aModelOfTextsIsSavedAndReadsLaterTables() throws {
    let rows = (0..<40).map { row in
      "\(row % 2 == 0 ? "good hot tea" : "bad cold milk") number \(row / 2),\(row % 2)"
    }
    let training = try table((["review,kind"] + rows).joined(separator: "\n")).dataset()
    let model = try SoftmaxRegression().fitted(to: training)
    let folder = try TemporaryFolder()
    let path = folder.path("model.safetensors")
    try model.save(to: path)
    let restored = try Classifier.load(path)
    #expect(restored == model && restored.table?.features.map(\.type) == [.text])
    // Two later rows would not say that it is a column of texts.
    let format = CSVFormat(
      target: CSVFormat.Target.none, knownClassNames: restored.classNames, schema: restored.table)
    let later = try table("other,review\n1,good hot tea\n2,bad\n3,\n", format)
    let predicted = try restored.predictions(for: later.features()).map(\.label)
    #expect(predicted.prefix(2) == ["0", "1"] && predicted.count == 3)
    let lacking = error { () throws(SoftmaxError) in
      _ = try self.table("other,kind\n1,2\n", format).features()
    }
    #expect(lacking?.message.contains("\"review\"") == true)
  }
}
