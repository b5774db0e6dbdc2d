// SPDX-License-Identifier: Apache-2.0

import Foundation
import SoftmaxTestSupport
import Testing

@Suite struct ExplainTests {
  let bench: Workbench
  init() throws { bench = try Workbench() }

  private func explain(_ arguments: String...) throws -> BuiltCommand.Outcome {
    let outcome = try bench.run(["explain"] + arguments)
    #expect(outcome.exitCode == 0, "\(outcome.errors)")
    #expect(outcome.errors.isEmpty)
    return outcome
  }

  // The cells of the line that begins with a name, behind the heading of a row.
  private func cells(_ name: String, ofRow row: Int, in text: String) throws -> [String] {
    let parts = text.components(separatedBy: "row \(row), the true class")
    let line = try #require(
      parts.last?.split(separator: "\n").first { $0.hasPrefix(name + " ") })
    return line.split(separator: " ").dropFirst().map(String.init)
  }

  @Test func theWorkedExampleIsTheArticles() throws {
    let text = try explain().output
    // Recomputed here in double, rounded as the table has it.
    let z = [3.0, 1, -3]
    let raised = z.map(exp)
    let sum = raised.reduce(0, +)
    func rounded(_ value: Double) -> String { String(format: "%.4f", value) }
    for (index, name) in ["a", "b", "c"].enumerated() {
      let p = raised[index] / sum
      let row = try cells(name, ofRow: 0, in: text.components(separatedBy: "row 1,")[0])
      #expect(row[0] == String(format: "%.0f", z[index]))
      #expect(row[1] == String(format: "%.0f", z[index] - 3))
      #expect(row[2] == (index == 0 ? "1" : rounded(exp(z[index] - 3))))
      #expect(row[3] == rounded(p))
      #expect(row[4] == (index == 0 ? "1" : "0"))
      #expect(row[5] == rounded(index == 0 ? p - 1 : p))
      #expect(row[6] == "|")
      #expect(try abs(#require(Double(row[7])) - raised[index]) < 5e-4)
      #expect(row[8] == rounded(p))
    }
    #expect(text.contains("\nRounded: exp z is 20, 2.7, 0.05; p is 0.88, 0.12, 0.00; "))
    #expect(text.contains(rounded(log(sum) - 3)))
  }

  @Test func theNaiveWayFailsBesideTheRightOne() throws {
    let text = try explain().output
    let parts = text.components(separatedBy: "row 2,")
    for (name, p) in [("a", "0.0900"), ("b", "0.2447"), ("c", "0.6652")] {
      let row = try cells(name, ofRow: 1, in: parts[0])
      #expect(row[3] == p && row[7] == "inf" && row[8] == "nan")
    }
    #expect(try cells("loss", ofRow: 1, in: parts[0]) == ["0.4076", "|", "nan"])
    #expect(
      try cells("loss", ofRow: 2, in: text.components(separatedBy: "A logarithm")[0])
        == ["200.69", "|", "inf"])
  }

  @Test func digitsAreLostOnTheDetour() throws {
    let text = try explain().output
    #expect(text.contains("Float   0.000199999994947575   0.000200033187866211"))
    #expect(text.contains("Double  0.000200000000000000   0.000199999999999978"))
  }

  @Test func mistakesOfArticlesAreNamedWithNumbers() throws {
    let text = try explain().output
    #expect(text.contains("\"a_1 depends only on z_1\": it depends on all z"))
    // p_1 (1 - p_1), -p_1 p_2, -p_1 p_3.
    #expect(text.contains("da_1/dz is 0.1065, -0.1045, -0.0019: none is 0."))
    #expect(text.contains("a_1 is 0.27, not 0.88"))
    #expect(text.contains("\"softmax in some hidden layer\": it belongs to the output, and once."))
    #expect(text.contains("Twice it gives 0.53, 0.25, 0.22 where once gave 0.88, 0.12, 0.00."))
  }

  @Test func everythingFitsATerminalAndCommandsNone() throws {
    try bench.train("--quiet")
    for outcome in [
      try explain(), try explain("digits", "--rows", "2"),
      try explain("digits", "--model", "model.safetensors"),
    ] {
      #expect(outcome.lines.filter { $0.count > 80 } == [])
      #expect(!hasControlCharacters(outcome.output))
    }
  }

  @Test func rowsAreDrawnByTheSeed() throws {
    let once = try explain("digits", "--rows", "2", "--seed", "5").output
    #expect(once.matches(of: /row \d+, the true class is \d\n/).count == 2)
    #expect(once == (try explain("digits", "--rows", "2", "--seed", "5").output))
    #expect(once != (try explain("digits", "--rows", "2", "--seed", "6").output))
    #expect(try explain("digits:test:17").output.contains("\nrow 17, the true class is "))
    #expect(try explain("--rows", "1").output.contains("row 0,"))
    #expect(!(try explain("--rows", "1").output.contains("row 1,")))
  }

  @Test func jsonHasEveryStage() throws {
    let outcome = try explain("--json")
    #expect(outcome.lines.count == 4)
    let stages = [
      "event", "row", "label", "index", "logits", "maximum", "shifted", "exponentials", "sum",
      "probabilities", "loss", "gradient", "naive", "exponentials", "sum", "probabilities", "loss",
    ]
    #expect(keys(of: outcome.lines[0]) == stages)
    let objects = try outcome.objects()
    #expect(objects[1]["maximum"] as? Double == 1002)
    let naive = try #require(objects[1]["naive"] as? [String: Any])
    #expect(naive["sum"] is NSNull && naive["loss"] is NSNull)
    #expect(objects[3]["event"] as? String == "result")
    #expect(objects[3]["round_off"] != nil)
  }

  @Test func aModelsProbabilitiesAreThoseOfPredict() throws {
    try bench.train("--quiet")
    let model = ["--model", "model.safetensors", "--json"]
    let explained = try bench.run(["explain", "digits:test:3"] + model)
    let predicted = try bench.run("predict", "model.safetensors", "digits:test:3", "--json")
    func probabilities(_ text: String) -> Substring? {
      text.firstMatch(of: /"probabilities":(\[[^\]]*\])/)?.output.1
    }
    let ours = try #require(probabilities(explained.output))
    #expect(ours == probabilities(predicted.output))
  }

  @Test func theLossesAreDrawn() throws {
    let outcome = try bench.run("explain", "--json", "--figures", "losses")
    #expect(outcome.exitCode == 0)
    for name in ["squared-loss", "absolute-loss", "huber-loss", "cross-entropy"] {
      #expect(outcome.errors.contains("wrote losses/\(name).svg\n"))
      let url = bench.folder.url.appendingPathComponent("losses/\(name).svg")
      #expect(try String(contentsOf: url, encoding: .utf8).contains(">gradient</text>"))
    }
  }

  @Test func wrongUsageSaysSo() throws {
    #expect(try bench.run("explain", "--rows", "0").exitCode == 64)
    #expect(try bench.run("explain", "--model", "model.safetensors").exitCode == 64)
    let missing = try bench.run("explain", "nowhere")
    #expect(missing.exitCode == 1 && missing.output.isEmpty)
  }

  @Test func namesOfClassesAreOnlyNames() throws {
    try bench.writeImages(to: "hostile", classNames: ["\u{1b}[31mred", "\u{202e}back"])
    for flags in [[], ["--json"]] {
      let outcome = try bench.run(["explain", "hostile:test"] + flags)
      #expect(outcome.exitCode == 0, "\(outcome.errors)")
      #expect(!hasControlCharacters(outcome.output) && !outcome.output.contains("\u{202e}"))
    }
  }
}
