// SPDX-License-Identifier: Apache-2.0

import Foundation
import SoftmaxTestSupport
import Testing

// What stands on a terminal of 80 columns and 24 rows when a training is done, and what was written to
// get there.
@Suite struct CurveDisplayTests {
  let bench: Workbench
  init() throws { bench = try Workbench() }

  private func run(
    _ arguments: String..., columns: Int = 80, environment: [String: String] = [:]
  ) throws -> String {
    try bench.runInTerminal(
      ["train", "digits", "--epochs", "6"] + arguments, columns: columns, environment: environment)
  }

  private func hasBraille(_ text: some StringProtocol) -> Bool {
    text.unicodeScalars.contains { (0x2801...0x28ff).contains($0.value) }
  }

  @Test func aTrainingLeavesItsEpochsAndItsCurvesBehind() throws {
    let written = try run("--validation", "0.2")
    let screen = Screen(written, columns: 80)
    #expect(screen.unknown.isEmpty && !screen.hasOverrun)
    let text = screen.text
    #expect(text.contains("288 more rows are held back to validate by"))
    // Each epoch once, one behind the other, and its validation in a line of its own.
    let titles = text.indices.filter { text[$0].hasPrefix("Epoch ") }
    #expect(titles.map { text[$0] } == (1...6).map { "Epoch \($0)/6" })
    for title in titles {
      #expect(
        text[title + 1].wholeMatch(
          of: /36\/36 ━{9,20} [\d.]+s \d+[um]?s\/step - loss: \d\.\d{4} - accuracy: 0\.\d{4}/)
          != nil, "\(text[title + 1])")
      #expect(
        text[title + 2].wholeMatch(of: /\s{6}val_loss: \d\.\d{4} - val_accuracy: 0\.\d{4}/) != nil,
        "\(text[title + 2])")
    }
    // Below them the curves, once: twelve lines, and then the results.
    let first = try #require(titles.last) + 3
    let curves = text[first..<first + 12]
    #expect(curves.first?.contains("loss ") == true && curves.first?.contains("accuracy ") == true)
    #expect(curves.dropFirst().prefix(9).allSatisfy { hasBraille($0) || $0.contains("•") })
    #expect(curves.last?.contains("⠒⠒ training  • validation") == true)
    #expect(text[first + 12].hasPrefix("test accuracy"))
    #expect(text.count { hasBraille($0) } <= 11)
    // In colours: the bar green, the training cyan, the validation yellow.
    for color in ["\u{1b}[32m━", "\u{1b}[36m", "\u{1b}[33m•"] { #expect(written.contains(color)) }
  }

  @Test func withoutColoursTheCurvesAreThere() throws {
    let written = try run("--validation", "0.2", environment: ["NO_COLOR": "1"])
    #expect(written.firstMatch(of: /\u{1b}\[[0-9;]*m/) == nil)
    let screen = Screen(written, columns: 80)
    #expect(screen.unknown.isEmpty)
    #expect(screen.text.contains { hasBraille($0) })
  }

  @Test(arguments: [40, 41, 63, 64, 100, 250])
  func noTerminalIsOverrun(columns: Int) throws {
    let screen = Screen(try run("--validation", "0.2", columns: columns), columns: columns)
    #expect(screen.unknown.isEmpty)
    // The results at the end may be longer.
    let progress = screen.text.prefix { !$0.hasPrefix("test accuracy") }
    #expect(progress.contains { hasBraille($0) })
    #expect(
      progress.drop { !$0.hasPrefix("Epoch") }.allSatisfy { $0.count < columns })
  }

  @Test func curvesCanBeLeftOut() throws {
    for written in [
      try run("--no-curves"), try run(environment: ["TERM": "dumb"]), try run(columns: 39),
      try run("--json"), try run("--quiet"),
    ] {
      #expect(!hasBraille(written))
    }
    let plain = try run(environment: ["TERM": "linux"])
    #expect(!hasBraille(plain) && plain.contains("***"))
  }

  @Test func inAFileThereAreNoControlCharacters() throws {
    for arguments in [[], ["--curves"], ["--validation", "0.2", "--curves"]] {
      let outcome = try bench.run(["train", "digits", "--epochs", "3"] + arguments)
      #expect(outcome.exitCode == 0)
      #expect(!hasControlCharacters(outcome.errors) && !hasControlCharacters(outcome.output))
      #expect(hasBraille(outcome.errors) == arguments.contains("--curves"))
    }
    let outcome = try bench.run("train", "digits", "--epochs", "2", "--validation", "0.2")
    let lines = outcome.errors.split(separator: "\n").filter { $0.hasPrefix("Epoch") }
    #expect(lines.count == 2)
    #expect(
      lines[1].wholeMatch(
        of:
          /Epoch 2\/2 - [\d.]+s - \d+[um]?s\/step - loss: [\d.]+ - accuracy: [\d.]+ - val_loss: [\d.]+ - val_accuracy: [\d.]+/
      ) != nil)
  }

  @Test func asJSONStandardOutputIsNothingElse() throws {
    for arguments in [[], ["--curves"]] {
      let outcome = try bench.run(
        ["train", "digits", "--epochs", "3", "--validation", "0.2", "--json"] + arguments)
      #expect(try outcome.objects().count == 4)
    }
  }
}
