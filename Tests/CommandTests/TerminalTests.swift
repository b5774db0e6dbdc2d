// SPDX-License-Identifier: Apache-2.0

import Foundation
import SoftmaxTestSupport
import Testing

@Suite struct TerminalTests {
  let bench: Workbench
  init() throws { bench = try Workbench() }

  private func run(
    _ arguments: String..., columns: Int = 80, environment: [String: String] = [:]
  ) throws -> String {
    try bench.runInTerminal(arguments, columns: columns, environment: environment)
  }

  private func plain(_ text: Substring) -> String {
    String(text.replacing(/\u{1b}\[[0-9;]*m/, with: ""))
  }

  @Test func aTerminalGetsABarOverWhichItDraws() throws {
    let text = try run("train", "digits", "--epochs", "2", "--no-curves")
    let line = try #require(text.split(separator: "\n").first { $0.contains("45/45") })
    #expect(text.contains("Epoch 2/2\n\r"))
    #expect(line.contains("\u{1b}[32m━"))
    let shown = plain(line).split(separator: "\r").map(String.init)
    #expect(shown.allSatisfy { $0.count < 80 })
    let last = try #require(shown.last)
    let fields = /45\/45 ━{20} [\d.]+s \d+[um]?s\/step - loss: \d\.\d{4} - accuracy: 0\.\d{4}\s*/
    #expect(last.wholeMatch(of: fields) != nil)
  }

  @Test func aNarrowTerminalIsNotOverrun() throws {
    for columns in [2, 20, 40, 60] {
      let text = try run("train", "digits", "--epochs", "1", columns: columns)
      let drawn = text.split(separator: "\n").filter { $0.contains("\r") }
      #expect(!drawn.isEmpty)
      let lines = drawn.flatMap { $0.split(separator: "\r") }
      #expect(lines.allSatisfy { plain($0).count < columns })
    }
  }

  @Test func noColorIsHonoured() throws {
    let text = try run("train", "digits", "--epochs", "1", environment: ["NO_COLOR": "1"])
    #expect(text.contains("━") && text.contains("\r"))
    #expect(!text.contains("\u{1b}"))
  }

  @Test(arguments: ["dumb", ""])
  func aTerminalThatCanDoNothingGetsPlainLines(_ kind: String) throws {
    let text = try run("train", "digits", "--epochs", "1", environment: ["TERM": kind])
    #expect(text.contains("Epoch 1/1 - "))
    #expect(!hasControlCharacters(text))
  }

  @Test func picturesAreDrawnInGrey() throws {
    try bench.train("--quiet")
    let text = try run("predict", "model.safetensors", "digits:test:0", "--preview")
    #expect(text.contains("\u{1b}[38;5;") && text.contains("▀"))
    let full = try run(
      "predict", "model.safetensors", "digits:test:0", "--preview",
      environment: ["COLORTERM": "truecolor"])
    #expect(full.contains("\u{1b}[38;2;"))
    let plain = try run(
      "predict", "model.safetensors", "digits:test:0", "--preview", environment: ["NO_COLOR": "1"])
    #expect(plain.contains("@@") && !plain.contains("\u{1b}"))
  }
}
