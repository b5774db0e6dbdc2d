// SPDX-License-Identifier: Apache-2.0

import Foundation
import SoftmaxTestSupport
import Testing

/// JSON lines are trained on, judged by and predicted as tables are.
@Suite struct JSONLinesCommandTests {
  let bench: Workbench

  init() throws {
    bench = try Workbench()
    let rows = (0..<40).map { row in
      // A gap in each seventh row, once as null and once as no key.
      let gap = row % 2 > 0 ? #","colour":null"# : ""
      let colour = row % 7 > 0 ? #","colour":"\#(["red", "blue"][row % 2])""# : gap
      return #"{"length":\#(row % 2 * 4 + row % 3)\#(colour),"kind":"\#(["a", "b"][row % 2])"}"#
    }
    try bench.write(rows.joined(separator: "\n"), to: "train.jsonl")
    try run("train", "train.jsonl", "--target", "kind", "--model", "linear", "--quiet")
  }

  @discardableResult
  private func run(_ arguments: String...) throws -> BuiltCommand.Outcome {
    let outcome = try bench.run(arguments)
    try #require(outcome.exitCode == 0, "\(outcome.errors)")
    return outcome
  }

  private func fails(_ arguments: String..., saying part: String) throws {
    let outcome = try bench.run(arguments)
    #expect(outcome.exitCode == 1)
    #expect(outcome.errors.contains(part), "\(outcome.errors)")
  }

  @Test func everyCommandOfDataReadsThem() throws {
    let judged = try run("evaluate", "model.safetensors", "train.jsonl", "--json")
    #expect(try judged.objects().first?["rows"] as? Int == 40)
    #expect(judged.errors.contains("train.jsonl: read as JSON lines, 40 rows"))
    let inspected = try run("inspect", "train.jsonl", "--target", "kind")
    #expect(inspected.output.contains("40"))
    let row = try run("predict", "model.safetensors", "train.jsonl:1")
    #expect(row.output.contains("row 1  b"))
  }

  @Test func theModelOfJSONLinesReadsTablesAndTheOtherWayRound() throws {
    try bench.write("colour,length\nblue,5\n", to: "new.csv")
    #expect(try run("predict", "model.safetensors", "new.csv").output.contains("row 0  b"))
    try bench.write(
      (["length,colour,kind"]
        + (0..<40).map { "\($0 % 2 * 4 + $0 % 3),\(["red", "blue"][$0 % 2]),\(["a", "b"][$0 % 2])" })
        .joined(separator: "\n"), to: "train.csv")
    try run(
      "train", "train.csv", "--target", "kind", "--model", "linear", "--quiet", "--output",
      "other.safetensors")
    let outcome = try run("predict", "other.safetensors", "train.jsonl:1")
    #expect(outcome.output.contains("row 1  b"))
  }

  @Test func objectsKeepTheirMembersAndPredictionsFollow() throws {
    try bench.write(
      #"{"id": "007", "colour": "red", "length": 0.50, "tags": ["x", {"y": 1}]}"# + "\n\n"
        + #"  {"length":5e0,"colour":"\u0062lue","prediction":null}"# + "\r\n"
        + #"{"length":1,"size":{"a": 1} }"#, to: "new.jsonl")
    let outcome = try run("predict", "model.safetensors", "new.jsonl", "-o", "out.jsonl")
    #expect(outcome.errors.contains("new.jsonl: read as JSON lines, 3 rows"), "\(outcome.errors)")
    let result = try bench.text(of: "out.jsonl").replacing(/0\.[0-9]+\}/, with: "P}")
    #expect(
      result
        == #"{"id": "007", "colour": "red", "length": 0.50, "tags": ["x", {"y": 1}],"#
        + #""prediction_2":"a","probability":P}"# + "\n"
        + #"{"length":5e0,"colour":"\u0062lue","prediction":null,"prediction_2":"b","probability":P}"#
        + "\n" + #"{"length":1,"size":{"a": 1} ,"prediction_2":"a","probability":P}"# + "\n")
    // Each line is JSON.
    for line in try bench.text(of: "out.jsonl").split(separator: "\n") {
      _ = try JSONSerialization.jsonObject(with: Data(line.utf8))
    }
    // The numbers are those of standard output.
    let printed = try run("predict", "model.safetensors", "new.jsonl", "--csv").lines.dropFirst()
    for line in printed {
      #expect(
        try bench.text(of: "out.jsonl").contains(
          #""probability":\#(line.split(separator: ",")[3])}"#))
    }
  }

  @Test func linesOfManyBlocksAreReadAndWrittenFromPipesToo() throws {
    let rows = (0..<9_000).map {
      #"{"length":\#($0 % 2 * 5),"colour":"\#(["red", "blue"][$0 % 2])","n":\#($0)"#
        + ($0 == 8_500 ? #","late":1}"# : "}")
    }
    try bench.write(rows.joined(separator: "\n"), to: "new.jsonl")
    try run("predict", "model.safetensors", "new.jsonl", "-o", "out.jsonl", "--probabilities")
    let lines = try bench.text(of: "out.jsonl").split(separator: "\n")
    #expect(lines.count == 9_000)
    for (row, line) in zip(rows, lines) where !line.hasPrefix(row.dropLast()) {
      Issue.record("\(line)")
    }
    #expect(lines[8_500].contains(#""late":1,"prediction":"a","probability":"#))
    #expect(lines[0].contains(#""probability_a":"#))
    try bench.write(
      rows.joined(separator: "\n").replacing("late", with: "prediction"), to: "taken.jsonl")
    try fails(
      "predict", "model.safetensors", "taken.jsonl", "-o", "none.jsonl",
      saying: "taken.jsonl: the key \"prediction\" appears late")
    #expect(!bench.exists("none.jsonl"))
  }

  @Test func aTableOfCommasIsNotMadeOfObjects() throws {
    try fails(
      "predict", "model.safetensors", "train.jsonl", "-o", "out.csv",
      saying: "write a .jsonl file")
    #expect(!bench.exists("out.csv"))
    try bench.write("length,colour\n1,red\n", to: "new.csv")
    try run("predict", "model.safetensors", "new.csv", "train.jsonl", "-o", "both.jsonl")
    #expect(try bench.text(of: "both.jsonl").split(separator: "\n").count == 41)
  }

  @Test func aKeyThatNeverWasMissingMustBeThere() throws {
    try bench.write(#"{"colour":"red"}"#, to: "new.jsonl")
    try fails(
      "predict", "model.safetensors", "new.jsonl",
      saying: "the feature \"length\", which was learnt from, has no column")
    // The colour was missing in training.
    try bench.write(#"{"length":5}"#, to: "new.jsonl")
    #expect(try run("predict", "model.safetensors", "new.jsonl").output.contains("row 0  b"))
  }

  @Test func damageNamesTheLineAndTheKey() throws {
    try bench.write(#"{"length":1}"# + "\n" + #"{"length":NaN}"#, to: "new.jsonl")
    try fails(
      "predict", "model.safetensors", "new.jsonl", "-o", "out.jsonl",
      saying: "JSON has no number NaN or Infinity in \"length\"")
    #expect(!bench.exists("out.jsonl"))
  }
}
