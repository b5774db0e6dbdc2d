// SPDX-License-Identifier: Apache-2.0
import SoftmaxCore
import Testing

@testable import SoftmaxData

/// What is found out by looking is found out from many lines, not from the first alone.
@Suite struct CSVGuessTests {
  private func table(
    _ text: String, _ format: CSVFormat = CSVFormat()
  ) throws(SoftmaxError) -> CSVTable {
    try CSVTable.decode(Array(text.utf8), name: "table.csv", as: format)
  }

  private func lines(_ count: Int, _ line: (Int) -> String) -> String {
    (0..<count).map { line($0) + "\n" }.joined()
  }

  @Test func theSeparatorIsTheOneThatCutsAllLinesAlike() throws {
    for (text, separator) in [
      ("1,\t2,\tA\n3,\t4,\tB\n5,\t6,\tA\n", "comma"),
      ("length (cm; total),width,species\n1,2,A\n3,4,B\n", "comma"),
      ("length, in cm;width;species\n1;2;A\n3;4;B\n", "semicolon"),
      ("a|b\tc\tkind\n1\t2\tA\n3\t4\tB\n", "tab"),
      ("note,kind\nyes; it is,A\nno; never,B\n", "comma"),
      ("1,5;2,5;A\n3,5;4,5;B\n", "semicolon"), ("1;2;A,B\n3;4;C,D\n", "semicolon"),
      ("\"a;b\",2,A\n\"c;d\",4,B\n", "comma"), ("p;q;A\nr;s;B\n", "semicolon"),
      // Both cut equally well: a comma may be a decimal's.
      ("1,2;A\n3,4;B\n", "semicolon"),
    ] {
      #expect(try table(text).note.hasPrefix("read as \(separator)"), "\(text)")
    }
  }

  /// A line that does not fit does not change how the others are cut.
  @Test func oneLineOfManyDoesNotDecide() throws {
    let text = "a;b;kind\n" + lines(100) { "\($0),5;\($0 % 7),25;\($0 % 2 == 0 ? "x" : "y")" }
    let format = CSVFormat(decimalMark: .comma)
    #expect(try table(text, format).rowCount == 100)
    let error = #expect(throws: SoftmaxError.self) { try table(text + "1;2\n", format) }
    #expect(error?.message == "has 2 cells, but line 1 has 3")
  }

  @Test func aSeparatorLineIsNoRow() throws {
    let table = try table("sep=;\nx;y;c\n1;2;A\n3;4;B\n")
    #expect(table.note == "read as semicolon, header, 2 rows, classes in \"c\" (the last column)")
    // What a caller says comes first.
    let said = try self.table("sep=;\nx,y\n1,A\n", CSVFormat(separator: .comma))
    #expect(said.table.columnNames == ["x", "y"])
    // Then it does not matter that a table with colons could not be read.
    let other = try self.table("sep=:\nx,y\n1,A\n", CSVFormat(separator: .comma))
    #expect(other.table.columnNames == ["x", "y"])
    let wrong = #expect(throws: SoftmaxError.self) { try self.table("sep=;\n1;2;A\n3;B\n") }
    #expect(wrong?.location == .cell(path: "table.csv", line: 3, column: nil))
  }

  /// `header-of-numbers-becomes-a-row`: pandas' names 0, 1, 2 and the name of the classes.
  @Test func namesThatCountUpAreAHeaderWhereOneIsAWordAboveNumbers() throws {
    let rows = lines(12) { "\($0).5,\($0 % 3).25,0.75,\($0 % 3)" }
    let table = try table("0,1,2,label\n" + rows)
    #expect(table.table.columnNames == ["0", "1", "2", "label"])
    #expect(try table.dataset().classNames == ["0", "1", "2"])
    #expect(try self.table("0,1,2,3\n" + rows).note.contains("comma, header, 12 rows"))
  }

  @Test(arguments: [
    // The header, a row below it, whether it is one.
    ("1990,1991,region", "1.5,2.5,north", true), ("a,b,0", "1,2,3", true),
    ("country,1990,1991", "1.5,2,7", true), (",a,kind", "1,2,x", true),
    ("0,1,2,3,4", "7,8,9,7,8", false), ("3,5,4,25,7,1", "3,2,7,26,6,0", false),
    ("1,2,zebra", "5,7,horse", false), ("5.1,3.5,setosa", "4.9,3,setosa", false),
    ("L,1,1,1,1", "R,2,2,2,2", false), ("p,x,s", "e,x,t", false), ("1,?,x", "2,3,y", false),
  ])
  func theHeaderIsToldByTheLinesBelow(first: String, row: String, isHeader: Bool) throws {
    let text = first + "\n" + lines(12) { $0 % 2 == 0 ? row : row } + (isHeader ? "" : first + "\n")
    let table = try table(text)
    #expect(table.rowCount == (isHeader ? 12 : 14), "\(first)")
  }

  @Test func aNameThatIsAlsoAValueBelowIsAHeaderBesideNamesOfNumbers() throws {
    let rows = lines(12) { "\($0),\(2 * $0),\($0 % 2 == 0 ? "remote" : "office")" }
    #expect(try table("age,pay,remote\n" + rows).table.columnNames == ["age", "pay", "remote"])
    #expect(throws: SoftmaxError.self) { try table("1,pay,remote\n" + rows) }
  }

  @Test func theHeaderOfAFewLinesIsFoundOrGiven() throws {
    #expect(try table("a,b\n1,x\n2,y\n").table.columnNames == ["a", "b"])
    #expect(try table("1,x\n2,y\n").rowCount == 2)
    #expect(
      try table("1,2\n3,x\n", CSVFormat(hasHeader: true)).table.columnNames == ["1", "2"])
    #expect(try table("a,b\n1,x\n", CSVFormat(hasHeader: false)).rowCount == 2)
    // A column without a name is what programs write that number their rows.
    #expect(try table(",a,class\n0,1,x\n1,2,y\n").table.columnNames == ["", "a", "class"])
  }

  @Test func whatMayBeAHeaderOrARowIsAsked() throws {
    for text in ["5.1,oops,1\n4,3,2\n", "1,oops,x\n3,4,x\n5,6,y\n"] {
      let error = #expect(throws: SoftmaxError.self) { try table(text) }
      #expect(error?.message.contains("\"oops\"") == true)
      #expect(error?.remedy?.contains("(--header, --no-header)") == true)
      #expect(error?.location == .cell(path: "table.csv", line: 1, column: 2))
    }
  }

  /// `target-number-matches-cell-of-first-row`.
  @Test func aNumberIsAColumnWhereTheFirstLineIsARow() throws {
    let scale = "L,1,1,1,1\nB,2,4,3,1\nR,3,2,5,1\nL,4,5,2,2\nB,1,1,1,2\nR,2,2,2,2\n"
    let numbers = "3,5,4,25,7,1\n3,2,7,26,6,0\n2,7,24,8,4,1\n1,26,5,6,8,0\n"
    for (text, labels) in [
      (scale, ["L", "B", "R", "L", "B", "R"]), (numbers, ["3", "3", "2", "1"]),
    ] {
      #expect(try table(text, CSVFormat(target: .column("1"))).labels == labels)
    }
  }

  @Test func aNumberThatIsAlsoTheNameOfAnotherColumnIsAsked() throws {
    let text = "0,1,2,label\n" + lines(12) { "\($0).5,\($0 % 3),0.75,\($0 % 3)" }
    let error = #expect(throws: SoftmaxError.self) {
      try table(text, CSVFormat(target: .column("1")))
    }
    #expect(error?.code == .invalidArgument)
    #expect(error?.message == "\"1\" is the name of column 2 and the number of another")
    let named = try table(text, CSVFormat(target: .column("1"), hasHeader: true))
    #expect(named.schema.target?.name == "1")
    #expect(try table(text, CSVFormat(target: .column("4"))).schema.target?.name == "label")
  }

  /// `missing-marks-become-classes`.
  @Test func marksOfMissingCellsAreNoClasses() throws {
    let text = "x,y,c\n1,2,A\n3,4,NA\n5,6,B\n7,8,?\n9,1,nan\n"
    let table = try table(text)
    #expect(table.labels == ["A", nil, "B", nil, nil])
    let error = #expect(throws: SoftmaxError.self) { try table.dataset() }
    #expect(error?.location == .cell(path: "table.csv", line: 3, column: 3))
    // NA can be a name: where it is said, and where a model knows it.
    let said = try self.table(text, CSVFormat(missingMarks: []))
    #expect(try said.dataset().classNames == ["?", "A", "B", "NA", "nan"])
    let known = CSVFormat(knownClassNames: ["A", "B", "NA", "?", "nan"])
    #expect(try self.table(text, known).dataset().classNames == ["A", "B", "NA", "?", "nan"])
  }

  @Test func aMarkMayBeSaid() throws {
    let text = "x,y,c\n1,-999,A\n3,4,B\n"
    let table = try table(text, CSVFormat(missingMarks: ["-999"]))
    #expect(table.table.columns[1].missingCount == 1)
    #expect(table.schema.columns[1].type == .number)
  }

  @Test func columnsOfNumbersAndOfTextsAreTold() throws {
    let table = try table("n,gap,t,kind\n1,NA,red,x\n2,,blue,y\n3,7,NA,x\n")
    #expect(table.schema.columns.map(\.type) == [.number, .number, .category, .category])
    #expect(table.table.columns[1].missingCount == 2)
    #expect(table.table.columns[2].missingCount == 1)
    #expect(table.table.columns[2].text(inRow: 1) == "blue")
    #expect(try table.features().columnCount == 3)
    #expect(
      table.note
        == "read as comma, header, 3 rows, 1 column of categories, classes in \"kind\" (the last column)"
    )
  }

  @Test func aTextAmongNumbersIsAMistakeAndManyAreCategories() throws {
    let numbers = lines(60) { "\($0),\($0 % 2)" }
    #expect(throws: SoftmaxError.self) {
      try self.table("n,kind\n" + numbers + "oops,1\n").features()
    }
    let mixed = try table("n,kind\n" + numbers + lines(6) { "A\($0),1" })
    #expect(mixed.schema.columns[0].type == .category)
    #expect(mixed.table.columns[0].text(inRow: 7) == "7")
    let asNumbers = try table(
      "n,kind\n" + numbers + lines(6) { "A\($0),1" }, CSVFormat(columnTypes: ["n": .number]))
    let error = #expect(throws: SoftmaxError.self) { try asNumbers.features() }
    #expect(error?.location == .cell(path: "table.csv", line: 62, column: 1))
    #expect(error?.remedy?.contains("--category") == true)
  }

  @Test func categoriesBehindTheFirstLinesAreRead() throws {
    let text =
      "n,007,kind\n" + lines(300) { "\($0),007,\($0 % 2)" } + lines(40) { "A\($0 % 4),7,1" }
    let table = try table(text, CSVFormat(columnTypes: ["2": .category]))
    #expect(table.schema.columns.map(\.type) == [.category, .category, .category])
    // Of a few cells that are not missing many are texts.
    let sparse = try self.table(
      "n,m,kind\n" + lines(300) { "\($0 < 40 ? "5" : ""),1,\($0 % 2)" }
        + lines(8) { "A\($0 % 4),7,1" })
    #expect(sparse.schema.columns[0].type == .category)
    // They are the texts of the file, not those of numbers.
    #expect(table.table.columns[1].text(inRow: 0) == "007")
    #expect(table.table.columns[0].text(inRow: 300) == "A0")
  }

  @Test func decimalCommasAreNoCategories() throws {
    let commas = try table("a;kind\n" + lines(20) { "\($0),5;\($0 % 2)" })
    #expect(commas.table.columns[0].number(inRow: 3) == 3.5)
    #expect(commas.note.hasPrefix("read as semicolon, decimal comma, header, 20 rows"))
    // Three digits may be thousands, and a point elsewhere says that a comma is no mark.
    for line in ["1,500;2", "2,5;1.5"] {
      let text = "a;b;kind\n" + lines(20) { "\(line);\($0 % 2)" }
      let error = #expect(throws: SoftmaxError.self) { try self.table(text).features() }
      #expect(error?.remedy?.contains("--decimal comma") == true)
    }
    let thousands = try table(
      "a;kind\n" + lines(20) { "1,500;\($0 % 2)" }, CSVFormat(decimalMark: .comma))
    #expect(thousands.table.columns[0].number(inRow: 0) == 1.5)
  }

  @Test func aModelsTypesAreThoseOfItsTable() throws {
    let model = try table("code,size,kind\nA,1,x\nB,2,y\n")
    let known = CSVFormat(schema: model.schema)
    let later = try table("size,kind,code\n3,x,7\n4,y,8\n", known)
    #expect(later.schema.columns.map(\.type) == [.number, .category, .category])
    let error = #expect(throws: SoftmaxError.self) {
      try self.table("size,kind,code\nbig,x,7\nlittle,y,8\n", known).features()
    }
    #expect(error?.location == .cell(path: "table.csv", line: 2, column: 1))
  }

  /// `index-column-without-a-name`.
  @Test func aColumnThatCountsTheRowsAndMayBeAMeasureIsWarnedOf() throws {
    for first in [0, 1] {
      let text = "a,,kind\n" + lines(6) { "0.5,\($0 + first),\($0 % 2)" }
      #expect(try table(text).warnings.count == 1)
      #expect(try table(text).warnings[0].hasSuffix("leave it out with --ignore ''"))
      #expect(try table(text, CSVFormat(ignoredColumns: [""])).warnings.isEmpty)
    }
    #expect(try table("day,a,kind\n0,1,x\n1,2,y\n").warnings.isEmpty)
    #expect(try table(",a,kind\n0,1,x\n2,2,y\n").warnings.isEmpty)
    let named = "a,time of day,kind\n" + lines(12) { "0.5,\($0),\($0 % 2)" }
    #expect(
      try table(named).warnings == [
        "\"time of day\" counts the rows, which may tell the classes "
          + "of a sorted table; leave it out with --ignore 'time of day'"
      ])
  }

  /// What the advice says is what leaves the column out, also where names are numbers.
  @Test(arguments: [
    // The header, the place of the column that counts the rows, the name that is advised, and how.
    ("0,1,2,label", 0, "0", "--ignore 0"), ("0,1,2,label", 1, "1", "--header --ignore 1"),
    (",,a,label", 1, "2", "--ignore 2"), ("n,n,a,label", 0, "1", "--ignore 1"),
    ("-n,b,c,label", 0, "-n", "--ignore=-n"),
    ("it's,b,c,label", 0, "it's", "--ignore 'it'\\''s'"),
    ("\(String(repeating: "x", count: 41)),b,c,label", 0, "1", "--ignore 1"),
  ])
  func aColumnThatCountsTheRowsIsLeftOutAsAdvised(
    header: String, place: Int, column: String, advice: String
  ) throws {
    let rows = lines(12) { row in
      (0..<3).map { $0 == place ? "\(row)," : "0.\(row % 7)," }.joined()
        + (row % 2 == 0 ? "x" : "y")
    }
    let warnings = try table(header + "\n" + rows).warnings
    #expect(warnings.count == 1)
    #expect(warnings.first?.hasSuffix("leave it out with \(advice)") == true, "\(warnings)")
    let format = CSVFormat(
      hasHeader: advice.hasPrefix("--header") ? true : nil, ignoredColumns: [column])
    let without = try table(header + "\n" + rows, format)
    #expect(without.warnings.isEmpty)
    #expect(without.schema.columns[place].role == .ignored)
  }

  @Test func aColumnIsAdvisedByItsNameWhereAHeaderIsSaid() throws {
    let rows = lines(12) { "0.\($0 % 7),\($0),0.5,\($0 % 2)" }
    let table = try table("7,3,2,label\n" + rows, CSVFormat(hasHeader: true))
    #expect(table.warnings.count == 1)
    #expect(table.warnings.first?.hasSuffix("leave it out with --ignore 3") == true)
  }

  @Test func aTableWithoutAHeaderIsAdvisedByNumber() throws {
    let text = lines(12) { "0.\($0 % 7),\($0),\($0 % 2)" }
    #expect(try table(text).warnings.first?.hasSuffix("leave it out with --ignore 2") == true)
  }

  @Test func aTableThatAModelIsAskedAboutIsNotWarnedOf() throws {
    let text = "n,a,kind\n" + lines(12) { "\($0),0.5,\($0 % 2)" }
    #expect(try table(text).warnings.count == 1)
    let schema = try table(text).schema
    #expect(try table(text, CSVFormat(schema: schema)).warnings.isEmpty)
  }

  @Test func numbersBeyondFloatStayApart() throws {
    let table = try table("t,y\n16777216,a\n16777217,b\n1e39,a\n")
    #expect(table.table.columns[0].number(inRow: 0) == 16_777_216)
    #expect(table.table.columns[0].number(inRow: 1) == 16_777_217)
    #expect(table.table.columns[0].number(inRow: 2) == 1e39)
  }
}
