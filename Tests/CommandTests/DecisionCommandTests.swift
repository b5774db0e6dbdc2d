// SPDX-License-Identifier: Apache-2.0

import Foundation
import SoftmaxTestSupport
import Testing

/// Sets of classes, abstention and decisions by costs.
@Suite struct DecisionCommandTests {
  let bench: Workbench
  init() throws { bench = try Workbench() }

  private func prepare() throws {
    try bench.writeSizes()
    try bench.train("--quiet")
    let outcome = try bench.run(
      "calibrate", "model.safetensors", "digits", "--coverage", "0.9", "--method", "temperature",
      "-o", "sets.safetensors")
    try #require(outcome.exitCode == 0, "\(outcome.errors)")
  }

  @Test func setsAreStoredAndAddedToPredictions() throws {
    try prepare()
    let judged = try #require(
      try bench.run("evaluate", "sets.safetensors", "digits", "--json").objects().first)
    let coverage = try #require(judged["sets_coverage"] as? Double)
    #expect(abs(coverage - 0.9) < 0.02 && judged["sets"] as? String == "plain")
    let text = try bench.run("evaluate", "sets.safetensors", "digits")
    #expect(text.output.contains(#/\nsets +plain: 0\.\d{4} hold the true class, 0.9 were to\n/#))
    #expect(text.lines.allSatisfy { $0.count <= 80 })
    #expect(try bench.run("inspect", "sets.safetensors").output.contains(#/\nsets +plain, /#))
    let rows = try bench.run("predict", "sets.safetensors", "digits", "--json", "--sets").objects()
    let sets = try rows.map { try #require($0["set"] as? [String]) }
    let mean = Double(sets.reduce(0) { $0 + $1.count }) / Double(sets.count)
    #expect(try abs(mean - #require(judged["sets_mean_size"] as? Double)) < 1e-9)
    for (row, set) in zip(rows, sets) where !set.isEmpty {
      #expect(row["label"] as? String == set[0])
    }
    let csv = try bench.run("predict", "sets.safetensors", "digits", "--csv", "--sets").lines
    #expect(csv[0].hasSuffix(",9,set"))
    #expect(csv[1].hasSuffix("," + sets[0].joined(separator: "|")))
    let line = try bench.run("predict", "sets.safetensors", "digits:test:0", "--sets").output
    #expect(line.contains("{" + sets[0].joined(separator: ", ") + "}"))
    let without = try bench.run("predict", "model.safetensors", "digits", "--sets")
    #expect(without.exitCode == 1 && without.errors.contains("calibrate --coverage"))
  }

  @Test func eachKindOfSetsCanBeAskedFor() throws {
    try prepare()
    for kind in ["adaptive", "class-wise"] {
      let outcome = try bench.run(
        "calibrate", "model.safetensors", "digits", "--coverage", "0.8", "--kind", kind, "-o",
        "\(kind).st", "--method", "temperature")
      #expect(outcome.exitCode == 0, "\(outcome.errors)")
      let judged = try #require(
        try bench.run("evaluate", "\(kind).st", "digits", "--json").objects().first)
      #expect(judged["sets"] as? String == kind)
      #expect(try #require(judged["sets_coverage"] as? Double) > 0.77)
    }
    for arguments in [["--coverage", "1"], ["--coverage", "0.9", "--kind", "odd"]] {
      let outcome = try bench.run(
        ["calibrate", "model.safetensors", "digits", "-o", "x.st"] + arguments)
      #expect(outcome.exitCode == 64)
    }
  }

  @Test func rowsThatAreNotSureAreMarkedAndCostsDecide() throws {
    try bench.writeSizes()
    let trained = try bench.run(
      "train", "sizes.csv", "--model", "linear", "--quiet", "--output", "sizes.st")
    try #require(trained.exitCode == 0, "\(trained.errors)")
    try bench.write(
      "class,take,\"ask, first\"\ntop,0,1\nlow,100,1\nmiddle,100,1\n", to: "costs.csv")
    let options = ["--abstain-below", "0.6", "--costs", "costs.csv"]
    let rows = try bench.run(["predict", "sizes.st", "sizes.csv", "--json"] + options).objects()
    #expect(rows.count == 60)
    for row in rows {
      let probability = try #require(row["probability"] as? Double)
      #expect(row["abstains"] as? Bool == (probability < Double(Float(0.6))))
      let shares = try #require(row["probabilities"] as? [Double])
      let cost = try #require(row["expected_cost"] as? Double)
      // low, middle, top in the order of the classes.
      let ofTaking = 100 * (shares[0] + shares[1])
      #expect(row["decision"] as? String == (ofTaking <= 1 ? "take" : "ask, first"))
      #expect(abs(cost - min(ofTaking, 1)) < 1e-5)
    }
    #expect(Set(rows.compactMap { $0["abstains"] as? Bool }).count == 2)
    let written = try bench.run(["predict", "sizes.st", "sizes.csv", "-o", "out.csv"] + options)
    #expect(written.exitCode == 0, "\(written.errors)")
    let lines = try bench.text(of: "out.csv").split(separator: "\n")
    #expect(lines[0].hasSuffix(",prediction,probability,abstains,decision,expected_cost"))
    #expect(lines.dropFirst().contains { $0.contains(",\"ask, first\",") })
    let objects = try bench.run(["predict", "sizes.st", "sizes.csv", "-o", "out.jsonl"] + options)
    #expect(objects.exitCode == 0)
    #expect(try bench.text(of: "out.jsonl").contains(#""decision":"ask, first","expected_cost":"#))
    let people = try bench.run(["predict", "sizes.st", "sizes.csv"] + options)
    #expect(people.output.contains("abstains") && people.output.contains("decision ask, first"))
  }

  @Test func mistakesInCostsAreErrorsThatNameTheFile() throws {
    try bench.writeSizes()
    let trained = try bench.run(
      "train", "sizes.csv", "--model", "linear", "--quiet", "--output", "sizes.st")
    try #require(trained.exitCode == 0, "\(trained.errors)")
    for (name, text) in [
      ("missing", "class,a,b\nlow,0,1\ntop,1,0\n"),
      ("twice", "class,a,b\nlow,0,1\nlow,0,1\nmiddle,1,1\ntop,1,0\n"),
      ("strange", "class,a,b\nlow,0,1\nmiddle,1,1\ntop,1,0\nhuge,1,1\n"),
      ("text", "class,a,b\nlow,0,1\nmiddle,much,1\ntop,1,0\n"), ("empty", ""),
    ] {
      try bench.write(text, to: "\(name).csv")
      let outcome = try bench.run("predict", "sizes.st", "sizes.csv", "--costs", "\(name).csv")
      #expect(outcome.exitCode == 1 && outcome.output.isEmpty, "\(name): \(outcome.errors)")
      #expect(outcome.errors.contains("\(name).csv"), "\(outcome.errors)")
    }
    for text in ["1.5", "-1", "nan"] {
      let outcome = try bench.run("predict", "sizes.st", "sizes.csv", "--abstain-below", text)
      #expect(outcome.exitCode == 64)
    }
  }
}
