// SPDX-License-Identifier: Apache-2.0

import SoftmaxReports
import SoftmaxTestSupport
import Testing
import softmax

@Suite struct PresentationTests {
  @Test func csvCellsHoldTheirTexts() {
    var line = CSVLine()
    line.append(number: -1.5)
    for text in [
      "plain", "a,b", "say \"x\"", "two\nlines", "=1", "+1", "-1", "@a", "\ta", "\r\na", "\ra", "",
      "\u{1b}[31m", "\u{9b}\u{7f}\u{202a}\u{202e}\u{2066}\u{2069}\u{2028}\u{2029}",
    ] {
      line.append(text: text)
    }
    #expect(
      line.text
        == "-1.5,plain,\"a,b\",\"say \"\"x\"\"\",\"two\nlines\",=1,+1,-1,@a,\ta,\"\r\na\",\"\ra\",,"
        + "\u{1b}[31m,\u{9b}\u{7f}\u{202a}\u{202e}\u{2066}\u{2069}\u{2028}\u{2029}")
    var accented = CSVLine()
    accented.append(text: "\"\u{301},")
    #expect(accented.text.unicodeScalars.elementsEqual("\"\"\"\u{301},\"".unicodeScalars))
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
