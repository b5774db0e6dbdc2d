// SPDX-License-Identifier: Apache-2.0
import SoftmaxCore
import SoftmaxTestSupport
import Testing

@testable import SoftmaxData

/// Damaged JSON lines are errors with their line, whatever is wrong with them.
@Suite struct JSONLinesDamageTests {
  private static let first = #"{"a":1,"c":"x"}"# + "\n\n"

  private func failure(
    _ bytes: [UInt8], _ format: CSVFormat = CSVFormat()
  ) throws -> SoftmaxError {
    try #require(
      error { () throws(SoftmaxError) in
        _ = try CSVTable.decode(bytes, name: "t.jsonl", as: format, maximumByteCount: 1 << 26)
          .dataset()
      }, "\(String(decoding: bytes.prefix(200), as: UTF8.self))")
  }

  /// The third line, and what the message says.
  static let lines = [
    (#"{"a":2,"c":"y""#, "expected a comma or the end of the object, but the line ends"),
    (#"{"a":2,"c":"y"#, "expected the end of a string, but the line ends in \"c\""),
    (#"{"a":2,"c":"y\"#, "expected the end of a string, but the line ends in \"c\""),
    (#"{"a":2,"c":"#, "expected a value, but the line ends in \"c\""),
    (#"{"a":2,"c""#, "expected a colon after \"c\", but the line ends"),
    (#"{"a":2,}"#, "expected a key in quotes, got '}'"),
    (#"{"a":2 "c":"y"}"#, "expected a comma or the end of the object, got '\"'"),
    (#"{"a":2,c:"y"}"#, "expected a key in quotes, got 'c'"),
    (#"{'a':2}"#, "expected a key in quotes, got '''"),
    (#"{"a":2,"c":"y"} {"a":3}"#, "expected the end of the line, got '{'"),
    (#"[1,"y"]"#, "expected an object on each line, got '['"),
    ("2,y", "expected an object on each line, got '2'"),
    (#"{"a":2,"a":3,"c":"y"}"#, "the key \"a\" appears twice"),
    (#"{"a":2,"\u0061":3}"#, "the key \"a\" appears twice"),
    (#"{"a":null,"a":3}"#, "the key \"a\" appears twice"),
    (#"{"b":{"d":1},"b.d":2}"#, "the key \"b.d\" appears twice"),
    (#"{"b":{"d":1},"b":{"e":2}}"#, "the key \"b\" appears twice"),
    (#"{"a":NaN,"c":"y"}"#, "JSON has no number NaN or Infinity in \"a\""),
    (#"{"a":-Infinity,"c":"y"}"#, "JSON has no number NaN or Infinity in \"a\""),
    (#"{"a":Infinity}"#, "JSON has no number NaN or Infinity in \"a\""),
    (#"{"a":nan}"#, "expected a value, got 'n' in \"a\""),
    (#"{"a":True}"#, "expected a value, got 'T' in \"a\""),
    (#"{"a":truer}"#, "expected a comma or the end of the object, got 'r'"),
    (#"{"a":01}"#, "a number begins with 0: 01 in \"a\""),
    (#"{"a":+1}"#, "expected a value, got '+' in \"a\""),
    (#"{"a":.5}"#, "expected a value, got '.' in \"a\""),
    (#"{"a":5.}"#, "expected a digit after the point, got '}' in \"a\""),
    (#"{"a":5e}"#, "expected a digit of an exponent, got '}' in \"a\""),
    (#"{"a":-}"#, "expected a digit, got '}' in \"a\""),
    (#"{"a":1_000}"#, "expected a comma or the end of the object, got '_'"),
    (#"{"c":"\x"}"#, "an unknown escape in \"c\""),
    (#"{"c":"\u12"}"#, "expected four hexadecimal digits, got '\"' in \"c\""),
    (#"{"c":"\ud83d"}"#, "half a surrogate pair in \"c\""),
    (#"{"c":"\ude00\ud83d"}"#, "half a surrogate pair in \"c\""),
    (#"{"\ud83d":1}"#, "half a surrogate pair"),
    ("{\"c\":\"a\tb\"}", "a string holds a control character in \"c\""),
    (#"{"tags":[1,}"#, "expected a value, got '}' in \"tags\""),
    (#"{"tags":[{"x" 1}]}"#, "expected a colon after a key, got '1' in \"tags\""),
  ]

  @Test(arguments: lines.indices)
  func whatIsWrongInALineHasItsNumberAndItsKey(index: Int) throws {
    let (line, message) = Self.lines[index]
    let error = try failure(Array((Self.first + line + "\n" + #"{"a":2,"c":"z"}"#).utf8))
    #expect(error.code == .invalidData)
    #expect(error.message == message)
    #expect(error.location == .cell(path: "t.jsonl", line: 3, column: nil))
    #expect(error.remedy != nil)
  }

  @Test func whatIsNoUTF8IsAnError() throws {
    for text in [#"{"a":2,"c":"#, "{\"a\":2,\""] {
      let bytes = Array((Self.first + text).utf8) + [0x22, 0xff, 0x22] + Array(":1}\n".utf8)
      let error = try failure(bytes)
      #expect(error.location == .cell(path: "t.jsonl", line: 3, column: nil), "\(error)")
    }
    let error = try failure(Array((Self.first + #"{"c":""#).utf8) + [0xe9] + Array("\"}\n".utf8))
    #expect(error.message == "a string is not UTF-8 in \"c\"")
  }

  @Test func valuesThatAreNoneOfTheirColumnAreErrorsOfCells() throws {
    let rows = (0..<60).map { #"{"a":\#($0),"b":\#($0),"c":"\#($0 % 2)"}"# }
    let bad = rows + [#"{"a":"oops","c":"x"}"#, #"{"a":1e999,"c":"x"}"#, #"{"a":[],"c":"x"}"#]
    let error = try failure(Array(bad.joined(separator: "\n").utf8))
    #expect(
      error.message
        == "expected a number in \"a\", got \"oops\" (and 2 more: line 62, \"a\", got \"1e999\"; "
        + "line 63, \"a\", got an array)")
    #expect(error.location == .cell(path: "t.jsonl", line: 61, column: nil))
    let classes = try failure(Array((rows + [#"{"a":1}"#]).joined(separator: "\n").utf8))
    #expect(classes.message == "the class is missing in \"c\"")
  }

  @Test func aColumnThatIsNotThereIsNamedWithTheKeys() throws {
    let error = try failure(Array(Self.first.utf8), CSVFormat(target: .column("kind")))
    #expect(
      error.message
        == "there is no column \"kind\" for the classes; the keys are \"a\", \"c\"")
    let one = try failure(Array(#"{"a":1}"#.utf8))
    #expect(one.remedy == "give each object a member for each column")
  }

  @Test func whatLinesOfJSONDoNotHaveCannotBeSaid() throws {
    for format in [CSVFormat(hasHeader: false), CSVFormat(separator: .comma)] {
      let error = try failure(Array(Self.first.utf8), format)
      #expect(error.code == .invalidArgument)
      #expect(error.message.hasPrefix("is of JSON lines"))
    }
  }

  @Test func anArrayOfObjectsAndAnObjectOnSeveralLinesAreToldFromLines() throws {
    let array = try failure(Array((" [\n" + #"{"a":1,"c":"x"}, {"a":2,"c":"y"}]"#).utf8))
    #expect(array.message == "is an array of JSON, expected an object on each line")
    let several = try failure(Array("{\n  \"a\": 1\n}\n".utf8))
    #expect(several.message == "expected a key in quotes, but the line ends")
    #expect(several.remedy?.contains("on a line of its own") == true)
  }

  /// A small file that ends anywhere is a table of its whole rows, or an error of its last line.
  @Test func aFileThatIsCutOffAnywhereIsAnErrorOfItsLastLineOrATable() throws {
    let text = #"{"a":-1.5e3,"b":{"c":"\u00e9\ud83d\ude00é"},"k":"x","t":[true,null]}"#
    let bytes = Array((text + "\r\n" + text.replacing("x", with: "y") + "\n").utf8)
    let format = CSVFormat(target: .column("k"), ignoredColumns: ["t"])
    #expect(try CSVTable.decode(bytes, name: "t.jsonl", as: format).dataset().count == 2)
    for count in 1..<bytes.count {
      let lines = bytes.prefix(count).split(separator: 0x0a)
      let isWhole = lines.last?.count { $0 != 0x0d } == text.utf8.count
      let outcome = Result { () throws(SoftmaxError) in
        try CSVTable.decode(Array(bytes.prefix(count)), name: "t.jsonl", as: format)
      }
      switch outcome {
      case .success(let table): #expect(isWhole && table.rowCount == lines.count, "\(count)")
      case .failure(let error):
        #expect(!isWhole && error.code == .invalidData, "\(count): \(error)")
        #expect(error.location?.line == lines.count, "\(error)")
      }
    }
  }

  @Test func hostileLinesEndInBoundedTimeAndMemory() throws {
    let deep = #"{"a":"# + String(repeating: "[", count: 100_000)
    #expect(try failure(Array(deep.utf8)).message.hasPrefix("values are more than 64 deep"))
    let objects = String(repeating: #"{"a":"#, count: 100_000)
    #expect(try failure(Array(objects.utf8)).message.hasPrefix("values are more than 64 deep"))
    let keys = (0...JSONColumns.Limit.columns).map { #"{"\#($0)":1}"# }.joined(separator: "\n")
    #expect(try failure(Array(keys.utf8)).message.hasPrefix("there are more than 65536"))
    let key = #"{""# + String(repeating: "k", count: 5_000) + #"":1}"#
    #expect(try failure(Array(key.utf8)).message.hasPrefix("a key has more than 4096 bytes"))
    let string = #"{"a":""# + String(repeating: "k", count: 4 << 20 | 1) + #""}"#
    #expect(try failure(Array(string.utf8)).message.hasPrefix("a string has more than"))
    let line = #"{"a":["# + String(repeating: "1,", count: 10 << 20)
    #expect(try failure(Array(line.utf8)).message.hasPrefix("the line has more than"))
    let category = #"{"a":""# + String(repeating: "k", count: 5_000) + #"","c":"x"}"# + "\n"
    let error = try failure(Array(category.utf8), CSVFormat(columnTypes: ["a": .category]))
    #expect(error.message == "the category in \"a\" has more than 4096 bytes")
  }
}
