// SPDX-License-Identifier: Apache-2.0

import Foundation
import SoftmaxTestSupport
import Testing

/// Tables with a column of texts.
@Suite struct TextTests {
  let bench: Workbench
  init() throws {
    bench = try Workbench()
    let lines = (0..<60).map { row in
      let words = row % 2 == 0 ? ["good", "hot", "fine"] : ["bad", "cold", "poor"]
      return
        "\"the \(words[row % 3]) tea,\nnumber \(row) of \(words[(row + 1) % 3]) teas\",\(row % 7),"
        + (row % 2 == 0 ? "yes" : "no")
    }
    try bench.write(
      Array((["review,stars,again"] + lines).joined(separator: "\n").utf8), to: "teas.csv")
  }

  @Test func aTableOfTextsIsLearntWithoutAnOption() throws {
    let trained = try bench.run("train", "teas.csv", "--target", "again", "--test", "teas.csv")
    try #require(trained.exitCode == 0, "\(trained.errors)")
    #expect(trained.errors.contains("1 column of texts") && trained.output.contains("1.0000"))
    let model = try bench.run("inspect", "model.safetensors")
    #expect(model.output.contains("words of 1 column of texts"))
    let json = try bench.run("inspect", "model.safetensors", "--json").objects()
    #expect(json.first?["feature_types"] as? [String] == ["text", "number"])
    try bench.write(
      Array("stars,review\n3,a good hot tea\n3,\"bad, cold tea\"\n1,\n".utf8), to: "new.csv")
    let predicted = try bench.run("predict", "model.safetensors", "new.csv", "--csv")
    try #require(predicted.exitCode == 0, "\(predicted.errors)")
    let lines = predicted.output.split(separator: "\n")
    #expect(lines.count == 4 && lines[1].contains("yes") && lines[2].contains("no"))
  }

  @Test func inspectShowsTheTexts() throws {
    let outcome = try bench.run("inspect", "teas.csv")
    #expect(outcome.output.contains("texts") && outcome.output.contains("mean bytes"))
    let features = try bench.run("inspect", "teas.csv", "--json").objects().first?["train"]
    let review = ((features as? [String: Any])?["features"] as? [[String: Any]])?.first
    #expect(review?["texts"] as? Int == 60 && review?["greatest_bytes"] as? Int ?? 0 > 20)
  }

  @Test func aColumnIsSaidToHoldTextsOrCategories() throws {
    let text = try bench.run("inspect", "teas.csv", "--category", "review", "--text", "stars")
    #expect(text.errors.contains("1 column of categories, 1 column of texts"))
    for options in [["--category", "review"], ["--number", "review"]] {
      let outcome = try bench.run(["inspect", "teas.csv", "--text", "review"] + options)
      #expect(outcome.exitCode == 64)
      #expect(outcome.errors.contains("\(options[0]) and --text both name \"review\""))
    }
  }
}
