// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore
import SoftmaxModels
import Testing

@testable import SoftmaxData

/// Files of fastText.
@Suite struct FastTextTests {
  private let format = FastTextFileFormat()

  private func file(_ bytes: [UInt8]) -> DataFile { DataFile(bytes: bytes, name: "teas.txt") }
  private func file(_ text: String) -> DataFile { file(Array(text.utf8)) }

  @Test func aLineIsALabelAndAText() throws {
    let split = try format.dataset(
      file("__label__good  a hot, \"fine\" tea \r\n\n__label__чай\tсовсем плохой\n__label__good"),
      options: ReadingOptions())
    let table = try #require(split.training.features.table)
    #expect(table.columnNames == ["text"] && table.columns[0].type == .text)
    #expect(
      (0..<3).map { table.columns[0].text(inRow: $0) }
        == ["a hot, \"fine\" tea", "совсем плохой", nil])
    #expect(split.training.classNames == ["good", "чай"] && split.training.labels == [0, 1, 0])
    #expect(split.training.schema?.target?.name == "label")
    #expect(split.note == "read as fastText, 3 rows, 2 classes")
  }

  @Test func rowsToPredictMayLackTheLabelAndHaveTheModelsColumn() throws {
    var options = ReadingOptions()
    options.table.schema = try TableSchema([
      .init(name: "review", type: .text, role: .feature),
      .init(name: "kind", type: .category, role: .classes),
    ])
    let rows = try format.rows(file("__label__x tea\nmilk\n"), part: nil, options: options)
    #expect(rows.labels == ["x", nil] && rows.features.table?.columnNames == ["review"])
  }

  @Test func whatIsNoRowIsAnErrorWithItsLine() throws {
    for (bytes, code, line) in [
      (Array("__label__a x\n__label__ y\n".utf8), .invalidData, 2),
      (Array("__label__a __label__b x\n".utf8), .unsupported, 1),
      (Array("__label__a x\n\nno label\n".utf8), .invalidData, 3),
      (Array("__label__a x\n__label__b ".utf8) + [0xff], .invalidData, 2),
      (
        Array("__label__a x\n__label__b ".utf8) + [UInt8](repeating: 0x78, count: 4 << 20 | 1),
        .unsupported, 2
      ),
    ] as [([UInt8], SoftmaxError.Code, Int)] {
      let failure = error { () throws(SoftmaxError) in
        _ = try format.dataset(file(bytes), options: ReadingOptions())
      }
      #expect(failure?.code == code && failure?.location?.line == line, "\(failure as Any)")
    }
    let one = error { () throws(SoftmaxError) in
      _ = try format.dataset(file("__label__a x\n"), options: ReadingOptions())
    }
    #expect(one?.code == .invalidData && one?.path == "teas.txt")
  }
}
