// SPDX-License-Identifier: Apache-2.0
import SoftmaxCore
import Testing

@testable import SoftmaxData

/// A column of prices holds no classes, and one of numbered classes no quantity.
@Suite struct CSVQuantityTests {
  private func table(
    _ rowCount: Int, _ format: CSVFormat = CSVFormat(), _ target: (Int) -> String
  ) throws(SoftmaxError) -> CSVTable {
    let text = "a;price\n" + (0..<rowCount).map { "\($0 % 7);\(target($0))\n" }.joined()
    return try CSVTable.decode(Array(text.utf8), name: "table.csv", as: format)
  }

  private func isRefused(_ rowCount: Int, _ target: (Int) -> String) throws -> Bool {
    let table = try table(rowCount, CSVFormat(), target)
    do throws(SoftmaxError) {
      _ = try table.dataset()
      return false
    } catch {
      #expect(error.code == .invalidData && error.message.contains("looks like a quantity"))
      return true
    }
  }

  @Test func numbersWithFractionsAreAQuantityIfThereAreMany() throws {
    // 20 different numbers, and 21 of any number of rows.
    #expect(try !isRefused(20) { "\($0).5" })
    #expect(try !isRefused(3_000) { "\($0 % 20).5" })
    #expect(try isRefused(21) { "\($0).5" })
    #expect(try isRefused(3_000) { "\($0 % 21).5" })
    // One fraction among whole numbers, a decimal comma, an exponent, an infinite one.
    #expect(try isRefused(60) { $0 == 9 ? "9.5" : "\($0 % 30)" })
    #expect(try isRefused(60) { "\($0 % 30),5" })
    #expect(try isRefused(60) { "\($0 % 30)5e-1" })
    #expect(try isRefused(60) { $0 == 9 ? "inf" : "\($0 % 30).5" })
  }

  @Test func wholeNumbersAreAQuantityIfManyOfThemHaveASingleRow() throws {
    #expect(try isRefused(50) { "\($0 * $0)" })
    #expect(try isRefused(50) { "\($0 * $0).0" })
    // 40 values, of which 10 or 9 have a single row.
    #expect(try isRefused(70) { "\($0 < 60 ? $0 % 30 : $0 - 30)" })
    #expect(try !isRefused(71) { "\($0 < 62 ? $0 % 31 : $0 - 31)" })
    // More than 100 values of many rows, such as minutes, of which 30 have a single row.
    #expect(try isRefused(3_000) { "\($0 < 30 ? 500 + $0 : 60 + $0 % 75)" })
    #expect(try !isRefused(3_000) { "\($0 < 30 ? 500 + $0 : 60 + $0 % 70)" })
  }

  @Test func numberedClassesAreClasses() throws {
    // Persons with two pictures each, letters, hundreds of kinds with ten rows each, hashes.
    #expect(try !isRefused(80) { "\($0 % 40)" })
    #expect(try !isRefused(520) { "\($0 % 26)" })
    #expect(try !isRefused(3_000) { "\($0 % 300)" })
    #expect(try !isRefused(3_000) { "\(($0 % 300) * 834_719 % 1_000_003)" })
    // One cell that is no number says that the others are names too.
    #expect(try !isRefused(60) { $0 == 9 ? "none of them" : "\($0).5" })
  }

  @Test func textsOfWhichHardlyTwoAreEqualAreNoClasses() throws {
    #expect(try !isRefused(100) { "name \($0)" })
    #expect(try !isRefused(300) { "name \($0 % 150)" })
    let error = #expect(throws: SoftmaxError.self) {
      try self.table(300) { "name \($0 % 151)" }.dataset()
    }
    #expect(
      error?.message
        == "\"price\" has 151 different texts in 300 rows, and nothing can be learnt of a class with one row"
    )
    #expect(error?.remedy?.contains("--category price") == true)
  }

  @Test func theErrorSaysWhatToDo() throws {
    let error = #expect(throws: SoftmaxError.self) {
      try self.table(30) { "\($0).25" }.dataset()
    }
    #expect(
      error?.message
        == "\"price\" looks like a quantity, not like classes: it has 30 different numbers in 30 rows"
    )
    #expect(error?.location == .cell(path: "table.csv", line: 1, column: 2))
    #expect(error?.remedy?.contains("--target") == true)
    #expect(
      error?.remedy?.hasSuffix("if they are the names of classes, say so (--category price)")
        == true)
  }

  @Test func aQuantityIsTakenForClassesWhereThatIsSaid() throws {
    let said = CSVFormat(columnTypes: ["price": .category])
    #expect(try table(30, said) { "\($0).25" }.dataset().classCount == 30)
    // A model says so too.
    let names = (0..<30).map { "\($0).25" }
    let known = CSVFormat(knownClassNames: names)
    #expect(try table(30, known) { "\($0).25" }.dataset().classNames == names)
    // Rows without a use of their classes have none that could be wrong.
    #expect(try table(30) { "\($0).25" }.features().columnCount == 1)
  }

  @Test func tooManyClassesAreAQuantityIfTheyAreNumbers() throws {
    let error = #expect(throws: SoftmaxError.self) { try self.table(65_537) { "\($0).25" } }
    #expect(error?.message.contains("looks like a quantity") == true)
    #expect(error?.remedy?.contains("--category") == false)
    let texts = #expect(throws: SoftmaxError.self) { try self.table(65_537) { "c\($0)" } }
    #expect(texts?.message == "there are more than 65536 classes")
  }
}
