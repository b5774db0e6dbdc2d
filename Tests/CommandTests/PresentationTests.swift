// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore
import SoftmaxReports
import SoftmaxTestSupport
import Testing
import softmax

@Suite struct PresentationTests {
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

  @Test func csvCellsAreQuotedAndHarmless() {
    var line = CSVLine()
    line.append(number: -1.5)
    for text in [
      "plain", "a,b", "say \"x\"", "two\nlines", "=1", "+1", "-1", "@a", "\ta", "\r\na", "",
      "\u{1b}[31m", "\u{9b}\u{7f}\u{202a}\u{202e}\u{2066}\u{2069}\u{2028}\u{2029}",
    ] {
      line.append(text: text)
    }
    #expect(
      line.text == #"-1.5,plain,"a,b","say ""x""",two\u{a}lines,'=1,'+1,'-1,'@a,\u{9}a,"#
        + #"\u{d}\u{a}a,,\u{1b}[31m,"#
        + #"\u{9b}\u{7f}\u{202a}\u{202e}\u{2066}\u{2069}\u{2028}\u{2029}"#)
  }

  private func line(_ step: Int, of steps: Int = 1875, seconds: Double) -> ProgressLine {
    ProgressLine(
      epoch: 3, epochCount: 10, step: step, stepCount: steps, seconds: seconds, loss: 0.30124,
      accuracy: 0.89119)
  }

  @Test func progressHasKerasFields() {
    let done = line(1875, seconds: 0.18)
    #expect(done.title == "Epoch 3/10")
    #expect(done.plain == "Epoch 3/10 - 0.2s - 96us/step - loss: 0.3012 - accuracy: 0.8912")
    #expect(
      done.bar(columns: 80, isColored: false)
        == "1875/1875 ━━━━━━━━━━━━━━━━━━━━ 0.2s 96us/step - loss: 0.3012 - accuracy: 0.8912")
    // Half way, after a minute, a minute is left.
    #expect(
      line(900, of: 1800, seconds: 60).bar(columns: 100, isColored: false)
        == " 900/1800 ━━━━━━━━━━────────── 1:00 67ms/step - loss: 0.3012 - accuracy: 0.8912")
    #expect(
      line(1, of: 2, seconds: 2).bar(columns: 100, isColored: true)
        == "1/2 \u{1b}[32m━━━━━━━━━━\u{1b}[0m\u{1b}[90m━━━━━━━━━━\u{1b}[0m 2.0s 2s/step"
        + " - loss: 0.3012 - accuracy: 0.8912")
  }

  @Test(arguments: 0...120)
  func progressFitsItsColumns(_ columns: Int) {
    for step in [0, 1, 937, 1875] {
      let text = line(step, seconds: 1234).bar(columns: columns, isColored: false)
      #expect(text.count <= columns)
    }
  }

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

  @Test func namesCannotCommandATerminal() {
    #expect(
      PrintableText.line("a\u{1b}[31m\nb\u{9b}\u{202e}é") == "a\\u{1b}[31m\\u{a}b\\u{9b}\\u{202e}é")
    #expect(PrintableText.lines("a\r\nb\u{7}") == "a\\u{d}\nb\\u{7}")
    #expect(PrintableText.width("é漢e\u{301}") == 4)
    #expect(PrintableText.padded("漢", to: 4) == "漢  ")
    #expect(PrintableText.list(["one", "two", "three"], columns: 14) == "one, two, ...")
    #expect(PrintableText.list(["one", "two", "three"], columns: 15) == "one, two, three")
  }

  @Test func wordsAreQuotedForTheShell() {
    #expect(ShellWord.quoted("digits:test") == "digits:test")
    #expect(ShellWord.quoted("") == "''")
    #expect(ShellWord.quoted("it's $HOME") == "'it'\\''s $HOME'")
  }

  @Test func coloursAreAskedForByTheirConventions() {
    func color(_ environment: [String: String], isTerminal: Bool = true) -> Terminal.Color? {
      Terminal(
        isOutputTerminal: isTerminal, isErrorTerminal: isTerminal, environment: environment
      ).outputColor
    }
    #expect(color(["TERM": "xterm"]) == .indexed)
    #expect(color(["TERM": "xterm", "COLORTERM": "truecolor"]) == .full)
    #expect(color(["TERM": "xterm", "NO_COLOR": "1", "FORCE_COLOR": "1"]) == nil)
    #expect(color(["TERM": "xterm", "CLICOLOR": "0"]) == nil)
    #expect(color(["TERM": "dumb"]) == nil)
    #expect(color([:]) == nil)
    #expect(color(["TERM": "xterm"], isTerminal: false) == nil)
    #expect(color(["CLICOLOR_FORCE": "1"], isTerminal: false) == .indexed)
    #expect(color(["CLICOLOR_FORCE": "0"], isTerminal: false) == nil)
  }
}
