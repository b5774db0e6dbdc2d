// SPDX-License-Identifier: Apache-2.0
import SoftmaxCore
import SoftmaxTestSupport
import Testing

@testable import SoftmaxData

/// Tables in several files, which are read as the lines of all of them in one.
@Suite struct CSVFilesTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func file(_ text: String, _ name: String) throws -> String {
    try file(Array(text.utf8), name)
  }

  private func file(_ bytes: [UInt8], _ name: String) throws -> String {
    try folder.write(bytes, to: name)
  }

  private func failure(_ paths: [String], as format: CSVFormat = CSVFormat()) throws -> String {
    let error = try #require(
      error { () throws(SoftmaxError) in _ = try CSVTable.read(paths, as: format).dataset() })
    return "\(error)".replacing(folder.path(""), with: "")
  }

  @Test func rowsFollowThoseOfTheFileBefore() throws {
    let whole = try CSVTable.read(file("x,kind\n1,a\n2,b\n3,a\n4,c\n", "all.csv"))
    for (first, second) in [
      ("x,kind\n1,a\n2,b", "x,kind\n3,a\n4,c\n"), ("x,kind\r\n1,a\r\n", "x,kind\n2,b\n3,a\n4,c"),
      ("sep=,\nx,kind\n1,a\n2,b\n3,a\n", "sep=,\nx,kind\n4,c\n"),
      ("x,kind\n\n1,a\n2,b\n3,a\n4,c\n\n", "\n\nx,kind\n"),
      ("x,kind\n1,a\n2,b\n", "\u{feff}\"x\",\"kind\"\n3,a\n4,c\n"),
    ] {
      let table = try CSVTable.read([file(first, "a.csv"), file(second, "b.csv")])
      #expect(table.table == whole.table)
      #expect(table.schema == whole.schema)
      #expect(
        table.note
          == "read as comma, header, 4 rows in 2 files, classes in \"kind\" (the last column)")
    }
    let packed = try file(Fixtures.gzip(Array("x,kind\n1,a\n2,b\n".utf8)), "c.csv.gz")
    let wide: [UInt8] =
      [0xff, 0xfe]
      + "x,kind\n3,a\n4,c\n".utf16.flatMap {
        [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)]
      }
    #expect(try CSVTable.read([packed, file(wide, "d.csv")]).table == whole.table)
  }

  @Test func filesWithoutNamesKeepAllTheirLines() throws {
    let table = try CSVTable.read([
      file("1,2,a\n3,4,b\n", "a.csv"), file("1,2,a\n5,6,b\n", "b.csv"),
    ])
    #expect(table.table.columns[0] == .numbers([1, 3, 1, 5]))
  }

  @Test func objectsOfJSONMayHaveOtherKeysInEachFile() throws {
    let table = try CSVTable.read(
      [
        file("{\"x\": 1, \"kind\": \"a\"}", "a.jsonl"),
        file("{\"kind\": \"b\", \"y\": 2, \"x\": 3}\n", "b.jsonl"),
      ], as: CSVFormat(target: .column("kind")))
    #expect(table.table.columns.map(\.name) == ["x", "kind", "y"])
    #expect(table.table.columns[0] == .numbers([1, 3], name: "x"))
    #expect(table.labels == ["a", "b"])
    #expect(table.table.columns[2].missingCount == 1)
  }

  @Test func typesAreThoseOfAllFiles() throws {
    // The numbers of the first file are categories, and its dates have the order that the second one tells.
    let texts = (0..<40).map { "\(["red", "blue"][$0 % 2]),13/\($0 % 12 + 1)/2024,b\n" }
    let table = try CSVTable.read([
      file("tone,day,kind\n1,3/4/2024,a\n2,5/6/2024,b\n", "a.csv"),
      file("tone,day,kind\n" + texts.joined(), "b.csv"),
    ])
    #expect(table.table.columns.map(\.type) == [.category, .date, .category])
    #expect(table.table.columns[1].missingCount == 0)
    #expect(table.rowCount == 42)
  }

  @Test func errorsNameTheFileAndItsLine() throws {
    let good = try file("x,y,kind\n1,2,a\n3,4,b\n", "good.csv")
    let bad = try file("x,y,kind\n1,2,a\n3,four,b\n5,six,a\n", "bad.csv")
    let short = try file("x,y,kind\n1,2,a\n3,b\n", "short.csv")
    let open = try file("x,y,kind\n1,2,\"a\n", "open.csv")
    let numbers = CSVFormat(columnTypes: ["y": .number])
    #expect(
      try failure([good, bad], as: numbers).hasPrefix(
        "bad.csv: line 3, column 2: expected a number in \"y\", got \"four\" "
          + "(and 1 more: line 4, column 2, got \"six\")"))
    #expect(
      try failure([bad, good, bad], as: numbers).hasPrefix(
        "bad.csv: line 3, column 2: expected a number in \"y\", got \"four\" "
          + "(and 3 more: line 4, column 2, got \"six\"; line 3 of bad.csv, column 2, "))
    #expect(
      try failure([good, short]).hasPrefix(
        "short.csv: line 3: has 2 cells, but line 1 of good.csv has 3"))
    #expect(try failure([good, open, good]).hasPrefix("open.csv: line 2, column 3: the quotes"))
  }

  @Test func otherColumnsAreRefused() throws {
    let first = try file("x,y,kind\n1,2,a\n3,4,b\n", "first.csv")
    for (text, message) in [
      ("y,x,kind\n2,1,a\n", "line 1, column 1: is the column \"y\", where first.csv has \"x\""),
      ("x,kind\n1,a\n", "line 1: there is no column \"y\", as first.csv has"),
      (
        "x,y,z,kind\n1,2,3,a\n",
        "line 1, column 3: there is a column \"z\", which first.csv does not have"
      ),
      (
        "1,2,a\n",
        "line 1: the first line has none of the columns of first.csv: it begins with \"1\""
      ),
      (
        "x;y;kind\n1;2;a\n",
        "line 1: the first line has none of the columns of first.csv: it begins with \"x;y"
      ),
      ("x,y,kind,x\n1,2,a,3\n", "line 1: has 4 columns, and first.csv 3"),
      ("", "is empty"), ("\n\n", "is empty"),
      ("{\"x\": 1}\n", "is of JSON lines, and first.csv of comma-separated values"),
      ("[{\"x\": 1}]\n", "is an array of JSON"), ("a\0b", "is no text: it holds a zero byte"),
    ] {
      let second = try file(text, "second.csv")
      #expect(try failure([first, second]).hasPrefix("second.csv: " + message), "\(text)")
    }
    let objects = try file("{\"x\": 1, \"kind\": \"a\"}\n", "objects.jsonl")
    #expect(
      try failure([objects, first]).hasPrefix(
        "first.csv: begins with no object of JSON, as objects.jsonl does"))
    let names = try file("x,y,kind\n", "names.csv")
    #expect(try failure([names, first]).hasPrefix("names.csv: holds a header and no rows"))
  }

  @Test func onlyTablesCanBeSeveralFiles() throws {
    let table = try file("x,kind\n1,a\n2,b\n", "a.csv")
    try folder.write(Fixtures.images, to: "train/train-images-idx3-ubyte")
    #expect(
      try failure([table, folder.path("train")]).hasPrefix(
        "train: is a folder of IDX files, and several files have to be tables"))
    let nothing = error { () throws(SoftmaxError) in _ = try CSVTable.read([String]()) }
    #expect(nothing?.code == .invalidArgument)
  }

  @Test func workersReadEachFile() throws {
    let lines = (0..<500).map { "\($0),\(Double($0) / 7),\(["a", "b", "c"][$0 % 3])\n" }
    let names = "id,x,kind\n"
    let whole = try CSVTable.read(file(names + lines.joined(), "all.csv"))
    let parts = try [0..<10, 10..<200, 200..<201, 201..<500].enumerated().map { place, rows in
      try file(names + lines[rows].joined(), "\(place).csv")
    }
    for workerCount in [1, 2, 5] {
      let table = try CSVTable.read(
        DataFile(tableIn: parts), as: CSVFormat(),
        by: CSVBlockQueue.Work(workerCount: workerCount, byteCountOfBlock: 256))
      #expect(table.table == whole.table)
    }
    let bad = try file(names + lines[0..<90].joined() + "1,2\n", "bad.csv")
    #expect(try failure([parts[1], bad]).hasPrefix("bad.csv: line 92: has 2 cells"))
  }

  @Test func theLimitIsThatOfAllFiles() throws {
    let path = try file("x,kind\n1,a\n2,b\n", "a.csv")
    #expect(try CSVTable.read([path, path], maximumByteCount: 200).rowCount == 4)
    let failure = error { () throws(SoftmaxError) in
      _ = try CSVTable.read([path, path], maximumByteCount: 25)
    }
    #expect(failure?.code == .unsupported)
  }
}
