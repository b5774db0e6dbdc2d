// SPDX-License-Identifier: Apache-2.0

import Foundation
import SoftmaxCore
import Testing

@Suite struct TextTests {
  // MARK: JSON

  @Test func jsonKeepsTheOrderOfItsKeysAndEveryBit() {
    let value = JSONValue.object([
      ("z", .number(0.1 + 0.2)), ("a", .float(0.1)), ("n", .number(.nan)), ("i", .float(.infinity)),
      ("s", .array([.integer(-1), .unsigned(.max), .bool(true), .null])),
    ])
    #expect(
      value.text == #"{"z":0.30000000000000004,"a":0.1,"n":null,"i":null,"#
        + #""s":[-1,18446744073709551615,true,null]}"#)
    #expect(JSONValue.number(.leastNonzeroMagnitude).text == "5e-324")
    #expect(JSONValue.number(1e300).text == "1e+300")
  }

  @Test func jsonStringsAreEscaped() {
    #expect(
      JSONValue.string("a\"b\\c\n\r\t\u{0}\u{1b}\u{7f}\u{9b}é").text
        == #""a\"b\\c\n\r\t\u0000\u001b\u007f\u009bé""#)
    #expect(
      JSONValue.string("\u{2028}\u{2029}\u{202a}\u{202e}\u{2066}\u{2069}").text
        == #""\u2028\u2029\u202a\u202e\u2066\u2069""#)
  }

  // MARK: Numbers

  @Test func numbersReadWell() {
    #expect(NumberText.metric(0) == "0.0000")
    #expect(NumberText.metric(0.00012345) == "1.2345e-04")
    #expect(NumberText.metric(.nan) == "nan")
    #expect(NumberText.grouped(1_234_567) == "1,234,567")
    #expect(NumberText.grouped(-999) == "-999")
    #expect(
      [0, 9.94, 9.96, 59.4, 59.6, 3599, 7200].map(NumberText.duration)
        == ["0.0s", "9.9s", "10s", "59s", "1:00", "59:59", "2:00:00"])
    #expect(NumberText.duration(.infinity) == "?")
    #expect([5e-6, 0.02, 3].map(NumberText.perStep) == ["5us/step", "20ms/step", "3s/step"])
    #expect(
      [0, 1.8e-5, 0.0048, 0.0994, 0.1, 75].map(NumberText.seconds)
        == ["0 us", "18 us", "4.8 ms", "99.4 ms", "0.10 s", "75.00 s"])
    #expect(
      [0.00456, 1.04, 12.4, 1065, 2e9].map(NumberText.size) == [
        "0.0046", "1", "12", "1,065", "2.0e+09",
      ])
    #expect(NumberText.bytes(26_421_880) == "26.4 MB")
  }

  @Test func numbersAreRoundedAsByPrintf() {
    let generator = CounterBasedGenerator(seed: 3)
    let chosen: [Double] = [
      0, -0.0, 0.5, 1.5, 2.5, 0.125, 0.375, 9.5, 99.5, 999_999.5, 0.05, 1e15, 1e22, 123_456_789,
      .leastNonzeroMagnitude, .leastNormalMagnitude, .greatestFiniteMagnitude, -1.0 / 3, 9.996,
    ]
    let drawn = (0..<2000).map { index -> Double in
      let value = Double(bitPattern: generator.bits(at: UInt64(index)))
      return value.isFinite ? value : 1
    }
    let near = (0..<2000).map { Double(generator.bits(at: UInt64(5000 + $0)) >> 44) / 1024 }
    for value in chosen + drawn + near {
      for decimals in [0, 1, 2, 4, 18] {
        #expect(NumberText.fixed(value, decimals) == String(format: "%.\(decimals)f", value))
        #expect(NumberText.exponent(value, decimals) == String(format: "%.\(decimals)e", value))
      }
      for count in [1, 2, 6] {
        #expect(NumberText.significant(value, count) == String(format: "%.\(count)g", value))
      }
    }
    #expect([.nan, .infinity, -.infinity].map { NumberText.fixed($0) } == ["nan", "inf", "-inf"])
  }

  @Test func numbersAreShortWhereThereIsLittleRoom() {
    #expect(
      [12.5, 3, -0.001, -2.25].map { NumberText.short($0, 2) } == ["12.5", "3", "0", "-2.25"])
    #expect(
      [0, 0.12345, 12.3456, 9999.96, 12_345, 0.00012, 9.96e30, 1e300, -1.26e-5, 9.96e99]
        .map(NumberText.narrow)
        == [
          "0", "0.1235", "12.346", "10000.0", "1.2e4", "1.2e-4", "1.0e31", "1e300", "-1.3e-5",
          "1e100",
        ])
  }

  // MARK: Names

  @Test func namesCannotCommandATerminal() {
    #expect(
      PrintableText.line("a\u{1b}[31m\nb\u{9b}\u{202e}é") == "a\\u{1b}[31m\\u{a}b\\u{9b}\\u{202e}é")
    #expect(PrintableText.lines("a\r\nb\u{7}") == "a\\u{d}\nb\\u{7}")
    #expect(PrintableText.width("é漢e\u{301}") == 4)
    #expect(PrintableText.padded("漢", to: 4) == "漢  ")
    #expect(PrintableText.list(["one", "two", "three"], columns: 14) == "one, two, ...")
    #expect(PrintableText.list(["one", "two", "three"], columns: 15) == "one, two, three")
    #expect(PrintableText.list(["a=b", "c,d"], columns: 80) == "a=b, \"c,d\"")
  }

  @Test func wordsAreQuotedForTheShell() {
    #expect(ShellWord.quoted("digits:test") == "digits:test")
    #expect(ShellWord.quoted("") == "''")
    #expect(ShellWord.quoted("it's $HOME") == "'it'\\''s $HOME'")
  }
}
