// SPDX-License-Identifier: Apache-2.0
import Foundation
import SoftmaxCore
import SoftmaxTestSupport
import Testing

@testable import SoftmaxData

@Suite struct CSVTableTests {
  private func table(
    _ text: String, _ format: CSVFormat = CSVFormat()
  ) throws(SoftmaxError) -> CSVTable {
    try CSVTable.decode(Array(text.utf8), name: "table.csv", as: format)
  }

  @Test func aTableHasNamesNumbersAndClasses() throws {
    let table = try table("length,width,species\n1.5,2,rose\n-3,4e-1,iris\n5,.25,rose\n")
    #expect(table.featureNames == ["length", "width"])
    #expect(table.targetName == "species")
    #expect(table.classNames == ["iris", "rose"])
    #expect(table.labels == [1, 0, 1])
    #expect(table.features == (try Matrix([[1.5, 2], [-3, 0.4], [5, 0.25]])))
    let dataset = try table.dataset()
    #expect(dataset.count == 3)
    #expect(dataset.featureShape == [2])
  }

  @Test(arguments: [
    "1,2,a\n3,4,b\n", "1,2,a\n3,4,b", "1,2,a\r\n3,4,b\r\n", "1,2,a\r3,4,b\r", "1;2;a\n3;4;b\n",
    "1\t2\ta\n3\t4\tb\n", "\u{feff}1,2,a\n3,4,b\n", "\n\n1,2,a\n\r\n3,4,b\n\n\n",
    "\"1\",\"2\",\"a\"\n\"3\",\"4\",\"b\"\n", " 1 ,  2, a\n3 , 4,b \n", "+1,2.,a\n3e0,0.4E+1,b\n",
  ])
  func spellingsOfOneTableAreOne(text: String) throws {
    let table = try table(text)
    #expect(table.featureNames == nil)
    #expect(table.features.elements == [1, 2, 3, 4])
    #expect(table.labels == [0, 1])
    #expect(table.classNames == ["a", "b"])
  }

  @Test func quotesHoldSeparatorsLinesAndQuotes() throws {
    let table = try table(
      "\"a,b\",\"the \"\"class\"\"\"\n1,\"x, y\"\n2,\"first\nsecond\"\n3,\" x \"\n4,\"\"\"\"\n")
    #expect(table.featureNames == ["a,b"])
    #expect(table.targetName == "the \"class\"")
    #expect(Set(table.classNames) == ["x, y", "first\nsecond", " x ", "\""])
    // A line within quotes counts as one.
    let error = error { () throws(SoftmaxError) in
      _ = try self.table("1,\"first\nsecond\"\nbad,c\n")
    }
    #expect(error?.location == .cell(path: "table.csv", line: 3, column: 1))
  }

  @Test func theTargetIsAColumnByNameOrNumber() throws {
    let text = "kind,a,b\nx,1,2\ny,3,4\n"
    for target in [CSVFormat.Target.column("kind"), .index(0), .column("1")] {
      let table = try table(text, CSVFormat(target: target))
      #expect(table.classNames == ["x", "y"])
      #expect(table.featureNames == ["a", "b"])
      #expect(table.targetName == "kind")
    }
    // A name comes before a number.
    let numbered = try table("2,1\n7,8\n9,8\n", CSVFormat(target: .column("2"), hasHeader: true))
    #expect(numbered.classNames == ["7", "9"])
  }

  @Test func aTableWithoutClassesHasNone() throws {
    let all = try table("1,2\n3,4\n", CSVFormat(target: .none))
    #expect(all.labels == nil)
    #expect(all.features.columnCount == 2)
    for (count, columns) in [(2, 2), (1, 1), (5, 1)] {
      let table = try table("1,2\n3,4\n", CSVFormat(featureCount: count))
      #expect(table.features.columnCount == columns)
      #expect((table.labels == nil) == (count == 2))
    }
    #expect(error { () throws(SoftmaxError) in _ = try all.dataset() }?.code == .invalidData)
  }

  @Test func classesAreSorted() throws {
    func classes(_ labels: [String]) throws -> [String] {
      try table(labels.map { "0,\($0)\n" }.joined()).classNames
    }
    #expect(try classes(["10", "9", "-1", "1e1", "9.5"]) == ["-1", "9", "9.5", "10", "1e1"])
    #expect(try classes(["b", "10", "a", "B", "9"]) == ["10", "9", "B", "a", "b"])
    #expect(try classes(["Zürich", "zu", "Äpfel"]) == ["Zürich", "zu", "Äpfel"])
  }

  @Test func knownClassesKeepTheirOrder() throws {
    let known = CSVFormat(knownClassNames: ["z", "y", "x"])
    let some = try table("1,x\n2,x\n", known)
    #expect(some.classNames == ["z", "y", "x"])
    #expect(some.labels == [2, 2])
    #expect(try some.dataset().classCount == 3)
    #expect(try table("1,x\n2,w\n", known).classNames == ["w", "x"])
  }

  @Test func theHeaderIsFoundOrGiven() throws {
    #expect(try table("a,b\n1,x\n2,y\n").featureNames == ["a"])
    #expect(try table("1,x\n2,y\n").rowCount == 2)
    #expect(try table("1,2\n3,x\n", CSVFormat(hasHeader: true)).featureNames == ["1"])
    // A column without a name is what programs write that number their rows.
    #expect(try table(",a,class\n0,1,x\n1,2,y\n").featureNames == ["", "a"])
    let mixed = error { () throws(SoftmaxError) in _ = try table("1,?,x\n1,2,y\n") }
    #expect(mixed?.code == .invalidData)
    #expect(mixed?.message.contains("\"?\"") == true)
    #expect(mixed?.remedy?.contains("header") == true)
  }

  @Test func aPackedTableIsUnpacked() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(
      try Fixtures.gzip(Array("a,b\n1,x\n2,y\n".utf8)), to: "table.csv.gz")
    #expect(try LabeledDataset(csv: path).features.row(1) == [2])
  }

  /// Where a piece of the file ends must not matter.
  @Test func piecesOfAnySizeGiveTheSameTable() throws {
    let text = "\u{feff}\"a\"\"\",b\r\n1.25,\"x\ny\"\r\n\r\n-7e2,\"\"\"\"\r\n3,z"
    let whole = try table(text)
    #expect(whole.rowCount == 3)
    for count in 1...text.utf8.count {
      // The mark at the beginning is looked for in the first piece.
      guard count >= 3 else { continue }
      let reader = try UnpackingReader(ByteSource(bytes: Array(text.utf8), name: "table.csv"))
      let table = try CSVTable.read(
        reader, as: CSVFormat(), maximumByteCount: 1_000, chunkByteCount: count)
      #expect(table == whole, "\(count)")
    }
  }

  @Test func numbersAreReadAsTheNearestFloat() throws {
    var generator = CounterBasedGenerator(seed: 11)
    var texts = [
      "0", "-0", "16777217", "16777219", "33554435", "0.1", "1e-45", "7.006492321624085e-46",
      "7.006492321624086e-46", "3.4028235e38", "3.40282356779733661637539395458142568447e38",
      "1.00000005960464477539062", "1.00000005960464477539063", "1.00000005960464477539064",
      "9007199254740993", "123456789012345678901234567890", "0.000000000000000000000000000000012",
      "1e22", "1e23", "8388608.5", "8388609.5", "00000000000000000000001.5", "1e-400", "1.e1", ".5",
      "5e-324", "17179869184.00000000000000000001",
    ]
    for _ in 0..<3_000 {
      let value = Float(bitPattern: UInt32(truncatingIfNeeded: generator.next()))
      guard value.isFinite else { continue }
      // The number itself, what lies between it and the next, and something nearby.
      texts += ["\(value)", "\((Double(value) + Double(value.nextUp)) / 2)"]
      texts.append("\(generator.next() >> 40).\(generator.next() >> 20)")
    }
    for text in texts {
      let expected = try #require(Float(text))
      guard expected.isFinite else { continue }
      let read = unsafe Array(text.utf8).withUnsafeBufferPointer { unsafe CSVNumber.read($0) }
      #expect(read == .number(expected), "\(text)")
    }
  }

  @Test func onlyDecimalsAreNumbers() {
    for text in [
      "", "+", "-", ".", "e5", "1e", "1e+", "1,5", "0x10", "1_000", "1 2", "--1", "1.2.3", "nan",
      "inf", "infinity", "1f", "١", "1e5.0", "+-1", "\0",
    ] {
      let read = unsafe Array(text.utf8).withUnsafeBufferPointer { unsafe CSVNumber.read($0) }
      #expect(read == .none, "\(text)")
    }
    for text in ["1e39", "3.5e38", "1e400", "1e99999999999999999999", "-1e39"] {
      let read = unsafe Array(text.utf8).withUnsafeBufferPointer { unsafe CSVNumber.read($0) }
      #expect(read == .tooGreat, "\(text)")
    }
  }
}
