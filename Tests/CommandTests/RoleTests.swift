// SPDX-License-Identifier: Apache-2.0

import Foundation
import SoftmaxTestSupport
import Testing

/// Columns of weights, groups and times: `--weight`, `--group`, `--time-column`.
@Suite struct RoleTests {
  let bench: Workbench
  init() throws {
    bench = try Workbench()
    // Ten patients with six visits each, whose class their name tells, and hardly their pulse.
    let visits = (0..<60).map { row in
      let patient = row % 10
      return "p\(patient),2024-0\(row / 12 + 1)-\(row % 12 + 10),\(60 + row * 7 % 23),"
        + "\(patient < 5 ? "yes" : "no"),\(row % 3)"
    }
    try write(["patient,day,pulse,ill,w"] + visits, to: "visits.csv")
  }

  private func write(_ lines: [String], to name: String) throws {
    try bench.write(Array((lines.joined(separator: "\n") + "\n").utf8), to: name)
  }

  private func run(_ arguments: String...) throws -> BuiltCommand.Outcome {
    let outcome = try bench.run(arguments)
    try #require(outcome.exitCode == 0, "\(outcome.errors)")
    return outcome
  }

  @Test func theFirstRowToJudgeByMayHaveTheWeightZeroButNotAll() throws {
    let rows = ["pulse,ill,w", "61,yes,0", "70,no,1", "65,yes,2"]
    try write(rows, to: "judged.csv")
    _ = try run(
      "train", "visits.csv", "--target", "ill", "--weight", "w", "--ignore", "day", "--ignore",
      "patient", "--model", "linear", "--test", "judged.csv")
    try write(["pulse,ill,w", "61,yes,0", "70,no,0"], to: "nothing.csv")
    let nothing = try bench.run(
      "train", "visits.csv", "--target", "ill", "--weight", "w", "--ignore", "day", "--ignore",
      "patient", "--model", "linear", "--test", "nothing.csv")
    #expect(nothing.exitCode == 1)
    #expect(nothing.errors.contains("all weights in \"w\" are 0"))
  }

  @Test func groupsThatAreNamedReplaceTheTimesOfTheModel() throws {
    _ = try run(
      "train", "visits.csv", "--target", "ill", "--time-column", "day", "--model", "linear")
    let judged = try bench.run(
      "evaluate", "model.safetensors", "visits.csv", "--group", "patient", "--json")
    #expect(judged.exitCode == 0, "\(judged.errors)")
  }

  @Test func weightsAreTrainedAndJudgedByAndNotNeededToPredict() throws {
    let trained = try run(
      "train", "visits.csv", "--target", "ill", "--weight", "w", "--ignore", "day", "--model",
      "linear", "--standardize")
    #expect(trained.errors.contains("weights in \"w\""))
    let weighted = try run("evaluate", "model.safetensors", "visits.csv", "--json").objects()[0]
    #expect(weighted["rows"] as? Int == 60)
    // Rows of weight 0 are left out, of weight 2 there twice.
    let lines = (0..<60).flatMap { row in
      let patient = row % 10
      let line = "p\(patient),\(60 + row * 7 % 23),\(patient < 5 ? "yes" : "no")"
      return Array(repeating: line, count: row % 3)
    }
    try write(["patient,pulse,ill"] + lines, to: "repeated.csv")
    let repeated = try run("evaluate", "model.safetensors", "repeated.csv", "--json").objects()[0]
    for key in ["accuracy", "log_loss", "macro_f1", "roc_auc_macro"] {
      let (a, b) = try (
        #require(weighted[key] as? Double), #require(repeated[key] as? Double)
      )
      #expect(abs(a - b) < 1e-12, "\(key)")
    }
    try write(["pulse,patient", "70,p1"], to: "new.csv")
    let predicted = try run("predict", "model.safetensors", "new.csv", "--json")
    #expect(try predicted.objects().first?["label"] as? String == "yes")
    let file = try run("predict", "model.safetensors", "visits.csv", "-o", "out.csv")
    #expect(file.exitCode == 0)
    // The same weights, other names.
    try write(["patient,pulse,ill,count", "p1,70,no,3", "p7,65,no,1"], to: "other.csv")
    let named = try run(
      "evaluate", "model.safetensors", "other.csv", "--weight", "count", "--json")
    #expect(try named.objects().first?["accuracy"] as? Double == 0.25)
  }

  @Test func aPatientIsJudgedByModelsOfOtherPatients() throws {
    let arguments = ["--target", "ill", "--ignore", "day", "--ignore", "w"]
    let mixed = try bench.run(
      ["train", "visits.csv", "--json"] + arguments + ["--category", "patient"])
    let apart = try bench.run(
      ["train", "visits.csv", "--json"] + arguments + ["--group", "patient"])
    let results = try [mixed, apart].map { try #require($0.objects().last) }
    #expect(results[0]["cv_accuracy"] as? Double == 1)
    #expect((results[1]["cv_accuracy"] as? Double ?? 1) < 0.8)
    #expect(results[1]["origins"] as? String == "groups")
    #expect(
      apart.errors.contains("the rows have 10 groups: none is learned from and judged by at once"))
    let linear = try run(
      "train", "visits.csv", "--target", "ill", "--group", "patient", "--model", "linear", "--l2",
      "auto", "--validation", "0.2", "--standardize", "--json")
    #expect((try linear.objects().last?["cv_accuracy"] as? Double ?? 1) < 0.9)
    // Two patients of ten.
    #expect(linear.errors.contains("12 more rows are held back"))
    let unused = try run(
      "train", "visits.csv", "--target", "ill", "--group", "patient", "--model", "mlp",
      "--epochs", "1")
    #expect(unused.errors.contains("the groups of the rows change nothing"))
  }

  @Test func rowsAreJudgedByModelsOfEarlierOnes() throws {
    let outcome = try run(
      "train", "visits.csv", "--target", "ill", "--time-column", "day", "--ignore", "patient")
    #expect(outcome.errors.contains("times in \"day\""))
    #expect(
      outcome.errors.contains(
        "60 times, which are no feature: rows are judged by models of earlier"))
    #expect(outcome.output.contains("the model itself has learned from all rows"))
    let model = try run("inspect", "model.safetensors")
    #expect(!model.output.contains("date parts"))
    // Without times the dates are features, and who knows that rows to come are later ones can say it.
    let shuffled = try run(
      "train", "visits.csv", "--target", "ill", "--ignore", "patient", "--force")
    #expect(shuffled.errors.contains("\"day\" holds dates: if rows to come are later ones"))
    #expect(!outcome.errors.contains("holds dates"))
  }

  @Test func dataAreShownWithTheirWeightsGroupsAndTimes() throws {
    let groups = try run(
      "inspect", "visits.csv", "--target", "ill", "--weight", "w", "--group", "patient")
    #expect(groups.output.contains("\"w\": 0 to 2, 60 in all"))
    #expect(groups.output.contains("\"patient\": 10, of 6 to 6 rows"))
    let times = try run(
      "inspect", "visits.csv", "--target", "ill", "--time-column", "day", "--json")
    let object = try #require(times.objects().first?["times"] as? [String: Any])
    #expect(object["earliest"] as? String == "2024-01-10" && object["count"] as? Int == 60)
  }

  @Test func aBudgetSaysWhatItLeavesOut() throws {
    let outcome = try run(
      "train", "visits.csv", "--target", "ill", "--ignore", "day", "--time", "0.001s", "--threads",
      "1")
    #expect(
      outcome.output.contains(
        "left out       for the budget of about 0.001 s: softmax regression: "))
    let results = try ["1", "2"].map {
      try run(
        "train", "visits.csv", "--target", "ill", "--time", "1m", "--threads", $0, "--json"
      ).objects()
    }
    let digests = results.map { $0.last?["weights_sha256"] as? String }
    #expect(digests[0] != nil && digests[0] == digests[1])
    #expect(results[0].last?["budget_seconds"] as? Double == 60)
    for (time, options) in [
      ("soon", []), ("0", []), ("-1s", []), ("1m", ["--model", "linear"]),
      ("1m", ["--standardize"]),
    ] {
      let wrong = try bench.run(
        ["train", "visits.csv", "--target", "ill", "--time=\(time)"] + options)
      #expect(wrong.exitCode == 64, "\(time) \(options)")
    }
  }

  @Test func whatContradictsItselfIsAnErrorOfUsage() throws {
    for options in [
      ["--group", "patient", "--time-column", "day"], ["--weight", "w", "--ignore", "w"],
      ["--weight", "w", "--group", "w"], ["--group", "ill"],
    ] {
      let outcome = try bench.run(["train", "visits.csv", "--target", "ill"] + options)
      #expect(outcome.exitCode == 64, "\(options)")
    }
    try write(["a,w,kind", "1,2,x", "2,-3,y"], to: "wrong.csv")
    let wrong = try bench.run("train", "wrong.csv", "--weight", "w")
    #expect(wrong.exitCode == 1)
    #expect(wrong.errors.contains("wrong.csv: line 3, column 2: a weight must be at least 0"))
  }

  @Test func theTableToJudgeByMayLackTheColumns() throws {
    try write(["day,pulse,ill", "2024-03-01,70,yes", "2024-03-02,80,no"], to: "test.csv")
    let outcome = try run(
      "train", "visits.csv", "--target", "ill", "--weight", "w", "--group", "patient",
      "--model", "linear", "--test", "test.csv", "--json")
    #expect(try outcome.objects().last?["accuracy"] != nil)
  }
}
