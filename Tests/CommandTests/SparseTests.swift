// SPDX-License-Identifier: Apache-2.0

import Foundation
import SoftmaxTestSupport
import Testing

/// Files of svmlight, whose rows are mostly 0.
@Suite struct SparseTests {
  let bench: Workbench

  init() throws { bench = try Workbench() }

  /// Rows of three topics, each with words of its own among 40, and a word in column `first` in some.
  private func write(_ name: String, rows: Range<Int>, first: Int, words: Int = 40) throws {
    let lines = rows.map { row -> String in
      let topic = row % 3
      var columns = Set((1...4).map { (topic * 13 + row * $0 * 7 % 13) % words })
      columns.insert(row * row % words)
      let entries = columns.sorted().map { "\($0 + first):\(1 + row % 2)" }
      return (["arts", "money", "sport"][topic] + " " + entries.joined(separator: " "))
    }
    try bench.write(Array((lines.joined(separator: "\n") + "\n").utf8), to: name)
  }

  private func objects(_ arguments: String...) throws -> [[String: Any]] {
    let outcome = try bench.run(arguments)
    try #require(outcome.exitCode == 0, "\(outcome.errors)")
    return try outcome.objects()
  }

  @Test func aSparseFileIsLearntFromJudgedAndPredicted() throws {
    try write("train.svm", rows: 0..<120, first: 1)
    try write("test.svm", rows: 120..<160, first: 1)
    let result = try #require(
      objects(
        "train", "train.svm", "--test", "test.svm", "--model", "linear", "--json"
      ).last)
    #expect(result["converged"] as? Bool == true)
    let judged = try #require(
      objects("evaluate", "model.safetensors", "test.svm", "--json").last)
    #expect(judged["rows"] as? Int == 40)
    #expect(judged["accuracy"] as? Double == result["accuracy"] as? Double)
    let predicted = try objects("predict", "model.safetensors", "test.svm", "--json")
    #expect(predicted.count == 40)
    let outcome = try bench.run("inspect", "train.svm")
    #expect(outcome.output.contains("120 rows, values 0.0 to 2.0"), "\(outcome.output)")
  }

  @Test func aFileToJudgeHasTheColumnsOfTheTrainingFile() throws {
    try write("train.svm", rows: 0..<120, first: 0)
    _ = try bench.run("train", "train.svm", "--model", "linear")
    // Its first column has no entry, and its last ones neither; they are numbered from 0 all the same.
    try bench.write(Array("money 1:1 14:1\narts 3:2\n".utf8), to: "few.svm")
    let outcome = try bench.run("predict", "model.safetensors", "few.svm", "--json")
    #expect(outcome.exitCode == 0)
    #expect(outcome.errors.contains("39 columns from number 0"), "\(outcome.errors)")
    let shifted = try bench.run(
      "predict", "model.safetensors", "few.svm", "--json", "--first-index", "1")
    #expect(shifted.exitCode == 0 && shifted.output != outcome.output)

    try bench.write(Array("money 1:1 39:1\n".utf8), to: "many.svm")
    let beyond = try bench.run("evaluate", "model.safetensors", "many.svm")
    #expect(beyond.exitCode == 1)
    #expect(
      beyond.errors.contains("the entry 39 lies beyond the 39 columns that are known"),
      "\(beyond.errors)")
  }

  @Test func columnsWithoutEntriesInTheTrainingFileCanBeSaid() throws {
    try write("train.svm", rows: 0..<120, first: 1)
    _ = try bench.run("train", "train.svm", "--model", "linear", "--columns", "50")
    try bench.write(Array("money 1:1 50:1\n".utf8), to: "wide.svm")
    #expect(try bench.run("predict", "model.safetensors", "wide.svm").exitCode == 0)
  }

  @Test func whatIsWrongInAFileIsToldWithItsLine() throws {
    try bench.write(Array("a 1:1\nb 2:1 1:1\n".utf8), to: "wrong.svm")
    let outcome = try bench.run("train", "wrong.svm")
    #expect(outcome.exitCode == 1)
    #expect(outcome.errors.contains("line 2"), "\(outcome.errors)")
    #expect(outcome.errors.contains("the index 1 comes after 2"), "\(outcome.errors)")
  }
}
