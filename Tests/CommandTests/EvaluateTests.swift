// SPDX-License-Identifier: Apache-2.0

import Foundation
import SoftmaxModels
import SoftmaxTestSupport
import Testing

@Suite struct EvaluateTests {
  let bench: Workbench
  init() throws { bench = try Workbench() }

  @Test func itRepeatsWhatTrainingSaid() throws {
    let trained = try #require(try bench.train("--json", "--quiet").objects().last)
    let outcome = try bench.run("evaluate", "model.safetensors", "digits", "--json")
    #expect(outcome.exitCode == 0)
    #expect(outcome.errors.isEmpty)
    #expect(outcome.lines.count == 1)
    var expected = ["event", "rows", "accuracy", "accuracy_low", "accuracy_high", "log_loss"]
    expected += ["log_loss_skill", "macro_f1", "weighted_f1", "roc_auc_macro", "top_3_accuracy"]
    expected += ["top_3_accuracy_low", "top_3_accuracy_high", "expected_calibration_error"]
    expected.append("per_class")
    for _ in 0..<10 {
      expected += ["label", "precision", "recall", "f1", "support", "roc_auc", "average_precision"]
    }
    expected.append("confusion_matrix")
    #expect(keys(of: outcome.output) == expected)
    let result = try #require(try outcome.objects().first)
    #expect(result["rows"] as? Int == 360)
    for key in ["accuracy", "accuracy_low", "accuracy_high", "log_loss"] {
      #expect(result[key] as? Double == trained[key] as? Double)
    }
  }

  @Test func theNumbersBelongTogether() throws {
    try bench.train("--quiet")
    let outcome = try bench.run("evaluate", "model.safetensors", "digits", "--json")
    let result = try #require(try outcome.objects().first)
    let matrix = try #require(result["confusion_matrix"] as? [[Int]])
    let classes = try #require(result["per_class"] as? [[String: Any]])
    #expect(matrix.count == 10 && matrix.allSatisfy { $0.count == 10 })
    let diagonal = matrix.indices.map { matrix[$0][$0] }
    let accuracy = try #require(result["accuracy"] as? Double)
    #expect(abs(accuracy - Double(diagonal.reduce(0, +)) / 360) < 1e-12)
    for (index, metrics) in classes.enumerated() {
      #expect(metrics["label"] as? String == "\(index)")
      #expect(metrics["support"] as? Int == matrix[index].reduce(0, +))
      let recall = try #require(metrics["recall"] as? Double)
      #expect(abs(recall - Double(diagonal[index]) / Double(matrix[index].reduce(0, +))) < 1e-12)
    }
    let f1 = try classes.map { try #require($0["f1"] as? Double) }
    let macro = try #require(result["macro_f1"] as? Double)
    #expect(abs(f1.reduce(0, +) / 10 - macro) < 1e-12)
    let areas = try classes.map { try #require($0["roc_auc"] as? Double) }
    let area = try #require(result["roc_auc_macro"] as? Double)
    #expect(abs(areas.reduce(0, +) / 10 - area) < 1e-12 && area > 0.5)
  }

  @Test func peopleGetTheWholeReport() throws {
    try bench.train()
    let outcome = try bench.run("evaluate", "model.safetensors", "digits:test", "--threads", "1")
    let text = outcome.output
    #expect(
      text.firstMatch(
        of:
          /^accuracy +0\.\d{4}, 95 % interval 0\.\d{4} to 0\.\d{4}, 360 rows\nlog loss +\d\.\d{4}\n/
      ) != nil)
    #expect(text.contains(#/\nROC AUC +0\.\d{4}, /#))
    #expect(text.contains(#/\ntop 3 +0\.\d{4} \[0\.\d{4}, [01]\.\d{4}\], the true class/#))
    #expect(text.contains("\n              precision    recall  f1-score   support\n\n"))
    #expect(text.contains(#/\n    accuracy {27}\d\.\d\d       360\n/#))
    #expect(text.contains(#/\ntrue \\ predicted\n +0 +1 +2 +3 +4 +5 +6 +7 +8 +9\n0 /#))
    #expect(text.contains(#/\nmost confused\n +\d+ times \d was taken for \d \(/#))
    #expect(!hasControlCharacters(text))
    #expect(outcome.lines.allSatisfy { $0.count <= 80 })
  }

  @Test func metricsAreChosenByName() throws {
    try bench.train("--quiet")
    let arguments = ["evaluate", "model.safetensors", "digits"]
    let chosen = try bench.run(
      arguments + ["--metrics", "cohen_kappa,brier_uncertainty", "--json"])
    var expected = ["event", "rows", "cohen_kappa", "cohen_kappa_low", "cohen_kappa_high"]
    expected += ["brier_uncertainty", "per_class", "label"]
    #expect(Array(keys(of: chosen.output).prefix(8)) == expected)
    let all = try bench.run(arguments + ["--metrics", "all"])
    #expect(all.exitCode == 0 && all.lines.allSatisfy { $0.count <= 80 })
    #expect(all.output.contains(#/\nkappa +0\.\d{4} \[0\.\d{4}, 0\.\d{4}\], /#))
    #expect(all.output.contains("\n[low, high] is a 95 % interval; 360 rows\n"))
    #expect(
      all.output == (try bench.run(arguments + ["--metrics", "all", "--threads", "1"])).output)
    let help = try bench.run("evaluate", "--help").output.filter { !$0.isWhitespace }
    #expect(Metric.all.allSatisfy { help.contains($0.name) })
  }

  @Test func aMetricThatIsNotThereIsAnError() throws {
    func said(_ metrics: String) throws -> String {
      let outcome = try bench.run("evaluate", "model.safetensors", "digits", "--metrics", metrics)
      #expect(outcome.exitCode == 64 && outcome.output.isEmpty)
      #expect(!hasControlCharacters(outcome.errors))
      return outcome.errors
    }
    #expect(try said("acuracy").contains("did you mean accuracy?"))
    #expect(
      try said("accuracy,\u{1b}[31m").contains(Metric.all.map(\.name).joined(separator: ", ")))
    #expect(try said("accuracy,accuracy").contains("accuracy is given twice"))
    #expect(try said("").contains("there is no metric"))
  }

  @Test func aTrainingStopsByTheMetricOfMonitor() throws {
    let arguments = [
      "train", "digits", "--hidden", "8", "--epochs", "30", "--validation", "0.2",
      "--early-stopping",
      "2", "--learning-rate", "0.05", "--output", "m.st", "--monitor",
    ]
    let stopped = try bench.run(arguments + ["cohen_kappa"])
    #expect(stopped.exitCode == 0, "\(stopped.errors)")
    #expect(stopped.output.contains("stopped        val_cohen_kappa has not improved for 2 epochs"))
    #expect(try bench.run(arguments + ["brier_uncertainty"]).exitCode == 64)
    #expect(
      try bench.run("train", "digits", "--monitor", "cohen_kappa", "--output", "n.st").exitCode
        == 64)
  }

  @Test func aRowAloneHasNoROCCurve() throws {
    try bench.train("--quiet")
    let text = try bench.run("evaluate", "model.safetensors", "digits:test:0").output
    #expect(text.contains("ROC AUC        undefined: the data hold no sample of "))
    #expect(text.contains("neither in the data nor predicted: "))
    let json = try bench.run("evaluate", "model.safetensors", "digits:test:0", "--json")
    #expect(json.output.contains(#""roc_auc_macro":null"#))
  }

  @Test func ranksAreTakenFromScoresThatProbabilitiesHide() throws {
    // Numbers in the thousands, so that a class has a probability of 1 and the others of 0.
    var lines = ["length,width,size"]
    for row in 0..<60 {
      lines.append(
        "\(3000 + 97 * (row * 7 % 60)),\(5 * (row % 11)),\(["S", "M", "L", "XL", "XXL"][row % 5])")
    }
    try bench.write(Array(lines.joined(separator: "\n").utf8), to: "sizes.csv")
    let trained = try bench.run(
      "train", "sizes.csv", "--model", "linear", "--epochs", "30", "--quiet", "--output", "s.st")
    #expect(trained.exitCode == 0, "\(trained.errors)")
    let rows = try bench.run("predict", "s.st", "sizes.csv", "--top", "5").lines
    let orders = Set(rows.map { $0.matches(of: /([A-Z]+) +[0-9.]+ %/).map { String($0.output.1) } })
    // Ranked by rounded probabilities, all but the first would stand in the order of the classes.
    let model = try #require(try bench.run("inspect", "s.st", "--json").objects().first)
    let order = try #require(model["classes"] as? [String])
    #expect(
      orders.contains { ranks in ranks.dropFirst() != order.filter { $0 != ranks.first }[...] })
  }

  @Test func aClassPerRowIsSaidAndJudgedInLittleMemory() throws {
    let lines = ["x,y,id"] + (0..<1500).map { "\($0),0.5,c\($0)" }
    try bench.write(Array(lines.joined(separator: "\n").utf8), to: "ids.csv")
    let trained = try bench.run(
      "train", "ids.csv", "--category", "id", "--model", "linear", "--epochs", "1", "--output",
      "ids.st")
    #expect(trained.exitCode == 0, "\(trained.errors)")
    #expect(
      trained.errors.contains("warning: 1,500 classes for 1,500 rows, so hardly two rows share one")
    )
    let json = try bench.run("evaluate", "ids.st", "ids.csv", "--json")
    let result = try #require(try json.objects().first)
    #expect(result["confusion_matrix"] is NSNull)
    #expect((result["confusions"] as? [[Int]])?.allSatisfy { $0.count == 3 } == true)
    #expect(result["roc_auc_macro"] is Double)
  }

  @Test func theGalleryShowsMistakesFirst() throws {
    try bench.train("--quiet")
    let outcome = try bench.run("evaluate", "model.safetensors", "digits", "--gallery", "5")
    #expect(outcome.exitCode == 0, "\(outcome.errors)")
    let gallery = try #require(
      outcome.output.components(separatedBy: "\ntrue / predicted: 5 pictures, ").last)
    #expect(gallery.matches(of: /x \d \/ \d/).count == 5)
    #expect(!hasControlCharacters(gallery))
    #expect(gallery.split(separator: "\n").allSatisfy { $0.count <= 80 })
    let colored = try bench.run(
      ["evaluate", "model.safetensors", "digits", "--gallery", "5"],
      environment: ["FORCE_COLOR": "1"])
    #expect(colored.output.contains("▀") && colored.output.contains("✗ "))
    let plain = try bench.run(
      ["evaluate", "model.safetensors", "digits", "--gallery", "5"],
      environment: ["FORCE_COLOR": "1", "NO_COLOR": "1"])
    #expect(plain.output == outcome.output)
    #expect(
      try bench.run("evaluate", "model.safetensors", "digits", "--gallery", "0").exitCode == 64)
  }

  @Test func aTerminalGetsColoursUnlessTheyAreUnwanted() throws {
    try bench.train("--quiet")
    func shown(_ environment: [String: String]) throws -> String {
      let usual = [
        "TERM": "xterm-256color", "NO_COLOR": "", "CLICOLOR_FORCE": "", "FORCE_COLOR": "",
        "CLICOLOR": "", "COLORTERM": "",
      ]
      return try PseudoTerminal.run(
        ["evaluate", "model.safetensors", "digits", "--gallery", "3"], columns: 80,
        environment: usual.merging(environment) { $1 }, in: bench.folder.url)
    }
    let colored = try shown([:])
    #expect(colored.contains("\u{1b}[38;5;231;48;5;") && colored.contains("▀"))
    let plain = try shown(["NO_COLOR": "1"])
    #expect(plain.contains("true \\ predicted") && !hasControlCharacters(plain))
    for text in [colored, plain] {
      let lines = text.replacing(#/\u{1b}\[[0-9;]*m/#, with: "").split(separator: "\n")
      #expect(lines.filter { $0.count >= 80 } == [])
    }
  }

  @Test func aReportIsWrittenAndReplacedOnlyIfAskedFor() throws {
    try bench.train("--quiet")
    let arguments = ["evaluate", "model.safetensors", "digits", "--report", "digits.html"]
    let outcome = try bench.run(arguments)
    #expect(outcome.exitCode == 0 && outcome.errors == "wrote digits.html\n")
    let file = bench.folder.url.appendingPathComponent("digits.html")
    let page = try String(contentsOf: file, encoding: .utf8)
    // Titled by the model, with its pictures, its training and the command.
    #expect(page.contains("<h1>How good is model.safetensors?</h1>") && page.contains("<image "))
    #expect(page.contains("<dd>1,437 rows of digits</dd>"))
    #expect(page.contains("evaluate model.safetensors digits --report digits.html</pre>"))
    let again = try bench.run(arguments)
    #expect(again.exitCode == 1 && again.output.isEmpty)
    #expect(
      again.errors
        == "error: digits.html: is there already; choose another name, or replace it (--force)\n")
    #expect(try bench.run(arguments + ["--force"]).exitCode == 0)
    #expect(
      try String(contentsOf: file, encoding: .utf8)
        == page.replacing("digits.html</pre>", with: "digits.html --force</pre>"))
    #expect(try bench.run(Array(arguments[..<3]) + ["--force"]).exitCode == 64)
    let nowhere = try bench.run(Array(arguments[..<4]) + ["no/folder.html"])
    #expect(nowhere.exitCode == 1 && nowhere.errors.contains("make its folder first"))
  }

  @Test func figuresAreWritten() throws {
    try bench.train("--quiet")
    let outcome = try bench.run(
      "evaluate", "model.safetensors", "digits", "--json", "--figures", "new/figures")
    #expect(outcome.exitCode == 0)
    #expect(outcome.lines.count == 1)
    #expect(outcome.errors == "wrote new/figures/confusion.svg\nwrote new/figures/gallery.svg\n")
    for name in ["confusion", "gallery"] {
      let file = bench.folder.url.appendingPathComponent("new/figures/\(name).svg")
      #expect(try String(contentsOf: file, encoding: .utf8).hasPrefix("<svg "))
    }
    try bench.write([1], to: "file")
    let wrong = try bench.run("evaluate", "model.safetensors", "digits", "--figures", "file")
    #expect(wrong.exitCode == 1 && wrong.output.isEmpty)
    #expect(wrong.errors.hasPrefix("error: file: the folder for figures cannot be made; "))
  }

  @Test func namesOfClassesAreOnlyNames() throws {
    try bench.writeImages(
      to: "hostile", classNames: ["<script>alert(1)</script>", "\u{1b}[31mred", "\u{202e}\"'&"])
    let trained = try bench.run(
      "train", "hostile", "--epochs", "1", "--output", "hostile.safetensors", "--quiet")
    #expect(trained.exitCode == 0, "\(trained.errors)")
    let arguments = ["evaluate", "hostile.safetensors", "hostile:test", "--gallery", "3"]
    let text = try bench.run(arguments + ["--figures", "."])
    #expect(text.exitCode == 0, "\(text.errors)")
    #expect(!hasControlCharacters(text.output) && !text.output.contains("\u{202e}"))
    #expect(text.lines.allSatisfy { $0.count <= 80 })
    let json = try bench.run("evaluate", "hostile.safetensors", "hostile:test", "--json")
    #expect(!hasControlCharacters(json.output) && !json.output.contains("\u{202e}"))
    #expect(try json.objects().count == 1)
    for name in ["confusion.svg", "gallery.svg"] {
      let figure = try String(
        contentsOf: bench.folder.url.appendingPathComponent(name), encoding: .utf8)
      #expect(!hasControlCharacters(figure) && !figure.contains("\u{202e}"))
      #expect(!figure.contains("<script") && figure.contains("&lt;script&gt;"))
    }
  }
}
