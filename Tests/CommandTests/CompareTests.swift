// SPDX-License-Identifier: Apache-2.0

import Foundation
import SoftmaxTestSupport
import Testing

@Suite struct CompareTests {
  let bench: Workbench
  init() throws { bench = try Workbench() }

  // Two models of `sizes.csv`, one of which hardly learns.
  private func trainTwo() throws {
    try bench.writeSizes()
    for (name, penalty) in [("good", "0.001"), ("poor", "3")] {
      let trained = try bench.run(
        "train", "sizes.csv", "--model", "linear", "--l2", penalty, "--quiet", "--output",
        name + ".st")
      try #require(trained.exitCode == 0, "\(trained.errors)")
    }
  }

  private func result(_ arguments: String...) throws -> [String: Any] {
    let outcome = try bench.run(["compare"] + arguments + ["--json"])
    try #require(outcome.exitCode == 0, "\(outcome.errors)")
    return try #require(try outcome.objects().first)
  }

  @Test func twoModelsAreComparedOnTheSameRows() throws {
    try trainTwo()
    let outcome = try bench.run("compare", "poor.st", "good.st", "sizes.csv")
    #expect(outcome.exitCode == 0, "\(outcome.errors)")
    let text = outcome.output
    #expect(text.hasPrefix("A  poor.st\nB  good.st\n60 rows, the best by log loss first; "))
    #expect(text.contains(#/difference to B\nlog loss +B +0\.\d{4} \[0\.\d{4}, 0\.\d{4}\]\n +A /#))
    #expect(text.contains(#/\naccuracy +B +0\.\d{4} \[0\.\d{4}, [01]\.\d{4}\]\n +A /#))
    #expect(text.contains(#/\nright: both \d+, B alone \d+, A alone \d+, neither \d+; McNemar's/#))
    #expect(text.contains("\nB is better in log loss by "))
    #expect(text.contains(#/\npredictions differ in \d+ rows/#))
    #expect(outcome.lines.allSatisfy { $0.count <= 80 }, "\(text)")
    #expect(!hasControlCharacters(text))
    #expect(
      text == (try bench.run("compare", "poor.st", "good.st", "sizes.csv", "--threads", "1")).output
    )
  }

  @Test func theNumbersBelongTogether() throws {
    try trainTwo()
    let outcome = try bench.run("compare", "good.st", "poor.st", "sizes.csv", "--json")
    var expected = ["event", "rows", "models"]
    for _ in 0..<2 {
      expected += ["name", "rank", "log_loss", "log_loss_low", "log_loss_high"]
      expected += ["accuracy", "accuracy_low", "accuracy_high"]
    }
    expected += ["pairs", "first", "second"]
    for name in ["log_loss_difference", "accuracy_difference"] {
      expected += [name, name + "_low", name + "_high"]
    }
    expected += ["both_right", "only_first_right", "only_second_right", "both_wrong"]
    expected += ["mcnemar_p_value", "disagreements"]
    #expect(keys(of: outcome.output) == expected)
    let result = try #require(try outcome.objects().first)
    let models = try #require(result["models"] as? [[String: Any]])
    #expect(models.map { $0["rank"] as? Int } == [1, 2])
    for model in models {
      let name = try #require(model["name"] as? String)
      let alone = try bench.run(
        "evaluate", name, "sizes.csv", "--metrics", "log_loss,accuracy", "--json")
      let own = try #require(try alone.objects().first)
      for key in ["log_loss", "log_loss_low", "accuracy", "accuracy_high"] {
        #expect(own[key] as? Double == model[key] as? Double, "\(name), \(key)")
      }
    }
    let pair = try #require((result["pairs"] as? [[String: Any]])?.first)
    let losses = try models.map { try #require($0["log_loss"] as? Double) }
    let lossDifference = try #require(pair["log_loss_difference"] as? Double)
    #expect(abs(lossDifference - (losses[1] - losses[0])) < 1e-12)
    let counts = try ["both_right", "only_first_right", "only_second_right", "both_wrong"].map {
      try #require(pair[$0] as? Int)
    }
    #expect(counts.reduce(0, +) == 60)
    let difference = try #require(pair["accuracy_difference"] as? Double)
    #expect(abs(difference - Double(counts[2] - counts[1]) / 60) < 1e-12)
  }

  @Test func aModelIsJudgedAlikeByItsPredictions() throws {
    try trainTwo()
    // As predict writes them, and as another tool would.
    let written = try bench.run(
      "predict", "good.st", "sizes.csv", "-o", "good.csv", "--probabilities")
    try #require(written.exitCode == 0, "\(written.errors)")
    _ = try bench.run("predict", "poor.st", "sizes.csv", "-o", "poor.tsv", "--probabilities")
    _ = try bench.run("predict", "poor.st", "sizes.csv", "-o", "poor.jsonl", "--probabilities")
    try bench.write(try bench.run("predict", "good.st", "sizes.csv", "--csv").output, to: "g.csv")
    let models = try result("good.st", "poor.st", "sizes.csv")
    let pair = try #require((models["pairs"] as? [[String: Any]])?.first)
    for (first, second) in [
      ("good.csv", "poor.tsv"), ("good.st", "poor.jsonl"), ("g.csv", "poor.st"),
      ("g.csv", "poor.tsv"),
    ] {
      let other = try result(first, second, "sizes.csv")
      let own = try #require((other["pairs"] as? [[String: Any]])?.first)
      for (key, value) in pair {
        guard let value = value as? Double, let theirs = own[key] as? Double else { continue }
        #expect(abs(value - theirs) < 1e-6, "\(first), \(second): \(key)")
      }
    }
    // The true classes in the files themselves.
    let alone = try result("good.csv", "poor.tsv", "--target", "kind")
    #expect(
      (alone["pairs"] as? [[String: Any]])?.first?["both_right"] as? Int == pair["both_right"]
        as? Int)
    let evaluated = try bench.run("evaluate", "good.csv", "--target", "kind", "--json")
    let judged = try bench.run("evaluate", "good.st", "sizes.csv", "--json")
    let (ours, theirs) = (
      try #require(try evaluated.objects().first), try #require(try judged.objects().first)
    )
    for key in ["rows", "accuracy", "log_loss", "macro_f1", "roc_auc_macro"] {
      let (one, other) = (ours[key] as? Double ?? .nan, theirs[key] as? Double ?? .infinity)
      #expect(abs(one - other) < 1e-6, "\(key)")
    }
    let guessed = try bench.run("evaluate", "g.csv", "sizes.csv")
    #expect(guessed.exitCode == 0)
    #expect(guessed.errors.contains(#"60 rows, classes in "kind" (the last column)"#))
  }

  @Test func predictedClassesAloneAreCompared() throws {
    try bench.write("kind,prediction\na,a\nb,b\na,b\nb,a\n", to: "one.csv")
    try bench.write("y_pred\na\nb\nb\nb\n", to: "two.csv")
    let result = try result("one.csv", "two.csv", "one.csv", "--target", "kind")
    let models = try #require(result["models"] as? [[String: Any]])
    #expect(models.map { $0["rank"] as? Int } == [2, 1])
    #expect(models.allSatisfy { $0["log_loss"] is NSNull })
    let text = try bench.run("compare", "one.csv", "two.csv", "one.csv", "--target", "kind")
    #expect(
      text.output.contains("log loss       B undefined: only the predicted classes are known"))
    #expect(
      text.output.contains("No difference of B and A can be seen in 4 rows: chance explains it."))
    let evaluated = try bench.run("evaluate", "one.csv", "--target", "kind")
    #expect(evaluated.exitCode == 0 && evaluated.output.contains("accuracy       0.5000"))
  }

  @Test func equalModelsPredictTheSame() throws {
    try trainTwo()
    let outcome = try bench.run("compare", "good.st", "good.st", "sizes.csv")
    #expect(outcome.output.contains("A and B predict the same."))
    #expect(outcome.output.contains("McNemar's exact test: p = 1\n"))
    #expect(!outcome.output.contains("predictions differ"))
  }

  @Test func severalModelsAreRanked() throws {
    try trainTwo()
    try bench.write(try bench.run("predict", "good.st", "sizes.csv", "--csv").output, to: "g.csv")
    let outcome = try bench.run(
      "compare", "poor.st", "good.st", "g.csv", "sizes.csv", "--metrics", "macro_f1,brier_score")
    #expect(outcome.exitCode == 0, "\(outcome.errors)")
    #expect(outcome.output.contains("the best by macro F1 first"))
    #expect(outcome.output.matches(of: /McNemar's exact test/).count == 2)
    #expect(outcome.output.contains("B and C predict the same."))
    #expect(outcome.lines.allSatisfy { $0.count <= 80 })
    let result = try result("poor.st", "good.st", "g.csv", "sizes.csv", "--metrics", "all")
    #expect((result["pairs"] as? [Any])?.count == 3)
  }

  @Test func rowsOfDisagreementAreWritten() throws {
    try trainTwo()
    let arguments = [
      "compare", "good.st", "poor.st", "sizes.csv", "--json", "--disagreements", "d.csv",
    ]
    let outcome = try bench.run(arguments)
    #expect(outcome.exitCode == 0 && outcome.errors.hasSuffix("wrote d.csv\n"))
    let lines = try bench.text(of: "d.csv").split(separator: "\n")
    #expect(lines[0] == "row,true,good.st,probability_good.st,poor.st,probability_poor.st")
    let pair = try #require((try outcome.objects().first?["pairs"] as? [[String: Any]])?.first)
    #expect(lines.count - 1 == pair["disagreements"] as? Int)
    for line in lines.dropFirst() {
      let cells = line.split(separator: ",")
      #expect(cells[2] != cells[4])
    }
    #expect(try bench.run(arguments).errors.contains("d.csv: is there already"))
    #expect(try bench.run(arguments + ["--force"]).exitCode == 0)
  }

  @Test func namesAreOnlyNames() throws {
    let names = ["\u{1b}[31mred", "\u{202e}abc", String(repeating: "x", count: 500)]
    let header = names.map { "\"probability_\($0)\"" }.joined(separator: ",")
    func rows(_ probabilities: [String]) -> String {
      "kind," + header + "\n"
        + zip(names, probabilities).map { "\"\($0)\",\($1)\n" }.joined()
    }
    let (one, two) = ("\u{1b}[1m.csv", "\u{202e}\(String(repeating: "y", count: 200)).csv")
    try bench.write(rows(["0.9,0.05,0.05", "0.1,0.8,0.1", "0,0.1,0.9"]), to: one)
    try bench.write(rows(["0.1,0.8,0.1", "0.1,0.8,0.1", "0.5,0.1,0.4"]), to: two)
    let arguments = ["compare", one, two, "--target", "kind"]
    let text = try bench.run(arguments + ["--disagreements", "d.csv"])
    #expect(text.exitCode == 0, "\(text.errors)")
    for shown in [text.output, text.errors] {
      #expect(!hasControlCharacters(shown) && !shown.contains("\u{202e}"))
    }
    #expect(text.lines.allSatisfy { $0.count <= 80 }, "\(text.output)")
    let json = try bench.run(arguments + ["--json"])
    #expect(!hasControlCharacters(json.output) && !json.output.contains("\u{202e}"))
    let models = try #require(try json.objects().first?["models"] as? [[String: Any]])
    #expect(models.map { $0["name"] as? String } == [one, two])
    // A file for programs has the names as they are.
    #expect(
      try bench.text(of: "d.csv").contains("\n0,\(names[0]),\(names[0]),0.9,\(names[1]),0.8\n"))
  }

  @Test func whatCannotBeComparedIsSaid() throws {
    try trainTwo()
    func said(_ arguments: String...) throws -> String {
      let outcome = try bench.run(["compare"] + arguments)
      #expect(outcome.exitCode != 0 && outcome.output.isEmpty)
      return outcome.errors
    }
    #expect(try said("good.st").contains("name at least two models and the data"))
    #expect(try said("good.st", "sizes.csv").contains("a comparison needs two models"))
    #expect(try said("good.st", "none.st", "sizes.csv").contains("none.st"))
    #expect(try said("good.st", "poor.st", "--target", "kind").contains("name the data after"))
    try bench.write("y_pred\nlow\ntop\n", to: "short.csv")
    #expect(
      try said("good.st", "short.csv", "sizes.csv").contains(
        "short.csv: has predictions of 2 rows, but there are 60 rows"))
    try bench.write("low,top\n" + String(repeating: "0.5,0.5\n", count: 60), to: "two.csv")
    let unknown = try said("good.st", "two.csv", "sizes.csv")
    #expect(unknown.contains(#"there are rows of the class "middle", which has no column"#))
    #expect(
      try said("good.st", "poor.st", "sizes.csv", "--metrics", "acuracy").contains("accuracy?"))
    #expect(try said("good.st", "poor.st", "sizes.csv", "--force").contains("--disagreements"))
    #expect(try said("sizes.csv", "good.st", "sizes.csv").contains("has neither probabilities"))
  }
}
