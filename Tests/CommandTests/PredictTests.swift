// SPDX-License-Identifier: Apache-2.0

import Foundation
import SoftmaxTestSupport
import Testing

@Suite struct PredictTests {
  let bench: Workbench
  init() throws {
    bench = try Workbench()
    try bench.train("--quiet")
  }

  private func predict(
    _ arguments: String..., environment: [String: String] = [:]
  ) throws -> BuiltCommand.Outcome {
    let outcome = try bench.run(
      ["predict", "model.safetensors"] + arguments, environment: environment)
    #expect(outcome.exitCode == 0, "\(outcome.errors)")
    return outcome
  }

  @Test func jsonHasThePromisedKeysInTheirOrder() throws {
    let outcome = try predict("digits:test:3", "digits:train:1", "--json")
    #expect(outcome.errors.isEmpty)
    for line in outcome.lines {
      #expect(
        keys(of: line) == ["event", "row", "label", "index", "probability", "probabilities"])
    }
    let objects = try outcome.objects()
    #expect(objects.map { $0["event"] as? String } == ["prediction", "prediction"])
    #expect(objects.map { $0["row"] as? Int } == [3, 1])
    for object in objects {
      let probabilities = try #require(object["probabilities"] as? [Double])
      let index = try #require(object["index"] as? Int)
      #expect(probabilities.count == 10)
      #expect(probabilities.max() == probabilities[index])
      #expect(object["probability"] as? Double == probabilities[index])
      #expect(object["label"] as? String == "\(index)")
      #expect(abs(probabilities.reduce(0, +) - 1) < 1e-5)
    }
  }

  @Test func csvIsATableWithAHeader() throws {
    let lines = try predict("digits", "--csv").lines
    #expect(lines.count == 361)
    #expect(lines[0] == "row,label,index,probability,0,1,2,3,4,5,6,7,8,9")
    for (row, line) in lines.dropFirst().enumerated() {
      let cells = line.split(separator: ",")
      #expect(cells.count == 14)
      #expect(cells[0] == "\(row)" && cells[1] == cells[2])
    }
  }

  @Test func labelsThatAreNumbersWithASignStayWhatTheyAre() throws {
    var lines = ["x,y"]
    for row in 0..<40 { lines.append("\(row),\(row < 20 ? "-1" : "+1")") }
    try bench.write(Array(lines.joined(separator: "\n").utf8), to: "signs.csv")
    let trained = try bench.run(
      "train", "signs.csv", "--model", "linear", "--quiet", "--output", "signs.st")
    #expect(trained.exitCode == 0, "\(trained.errors)")
    let csv = try bench.run("predict", "signs.st", "signs.csv", "--csv").lines
    #expect(csv[0] == "row,label,index,probability,-1,+1")
    let json = try bench.run("predict", "signs.st", "signs.csv", "--json").objects()
    #expect(
      csv.dropFirst().map { String($0.split(separator: ",")[1]) }
        == json.map { $0["label"] as? String })
  }

  @Test func picturesOfAnotherShapeAreNotTakenForRowsOfNumbers() throws {
    // As many pixels as the digits have, 8 x 8, in other rows.
    let header: [UInt8] = [0, 0, 8, 3, 0, 0, 0, 1]
    let pixels = [UInt8](repeating: 0, count: 64)
    try bench.write(header + [0, 0, 0, 4, 0, 0, 0, 16] + pixels, to: "wide")
    try bench.write(header + [0, 0, 0, 8, 0, 0, 0, 8] + pixels, to: "square")
    let outcome = try bench.run("predict", "model.safetensors", "square", "wide", "--json")
    #expect(outcome.exitCode == 1)
    #expect(outcome.output.isEmpty)
    #expect(outcome.errors.contains("wide: its rows are 4 x 16, the model takes 8 x 8; "))
    #expect(try predict("square", "--json").lines.count == 1)
  }

  @Test func peopleGetALineARow() throws {
    let one = try predict("digits:test:0")
    #expect(one.output.wholeMatch(of: /row 0  [0-9] +[0-9.]+ %\n/) != nil)
    let three = try predict("digits:test:0", "--top", "3")
    #expect(three.output.matches(of: /[0-9.]+ %/).count == 3)
    let all = try predict("digits:test:0", "--top", "99")
    #expect(all.output.matches(of: /[0-9.]+ %/).count == 10)
  }

  @Test func picturesWithoutColoursAreCharacters() throws {
    let outcome = try predict("digits:test:0", "--preview")
    #expect(!hasControlCharacters(outcome.output))
    let lines = outcome.output.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines[1...8].allSatisfy { $0.allSatisfy(" .:-=+*#%@".contains) && $0.count <= 16 })
    #expect(lines[9].wholeMatch(of: /true [0-9] \/ predicted [0-9]/) != nil)
  }

  @Test func picturesWithColoursAreHalfBlocks() throws {
    let indexed = try predict(
      "digits:test:0", "--preview", environment: ["CLICOLOR_FORCE": "1", "COLORTERM": ""])
    #expect(indexed.output.contains("\u{1b}[38;5;16;48;5;16m▀"))
    #expect(indexed.output.count { $0 == "▀" } == 16 * 8)
    let full = try predict(
      "digits:test:0", "--preview", environment: ["FORCE_COLOR": "1", "COLORTERM": "truecolor"])
    #expect(full.output.contains("\u{1b}[38;2;0;0;0;48;2;0;0;0m▀"))
    let none = try predict(
      "digits:test:0", "--preview", environment: ["FORCE_COLOR": "1", "NO_COLOR": "1"])
    #expect(!hasControlCharacters(none.output))
  }

  @Test func onlyTheFirstPicturesOfManyAreDrawn() throws {
    let outcome = try predict("digits", "--preview")
    #expect(outcome.output.matches(of: /true\s/).count == 10)
    #expect(outcome.output.matches(of: /row +[0-9]+\s/).count == 360)
    #expect(outcome.errors.contains("first 10 rows"))
  }

  @Test func filesOfImagesAreClassified() throws {
    try bench.writeImages(to: "small", classNames: ["a", "b", "c"])
    let trained = try bench.run("train", "small", "--epochs", "1", "--output", "small.safetensors")
    #expect(trained.exitCode == 0, "\(trained.errors)")
    let file = "small/t10k-images-idx3-ubyte"
    let images = try bench.run("predict", "small.safetensors", file, "--json")
    let rows = try bench.run("predict", "small.safetensors", "small:test", "--json")
    #expect(images.exitCode == 0, "\(images.errors)")
    #expect(images.lines.count == 12)
    #expect(images.output == rows.output)
    let one = try bench.run("predict", "small.safetensors", file + ":5", "--json")
    #expect(one.lines == [images.lines[5]])
    let picture = try bench.run("predict", "small.safetensors", file + ":5", "--preview")
    #expect(picture.output.contains("\npredicted "))
    #expect(try bench.run("predict", "small.safetensors", file + ":12").exitCode == 1)
    #expect(try bench.run("predict", "small.safetensors", file + ":test").exitCode == 1)
    let both = try bench.run("predict", "small.safetensors", file, "small:train:0")
    #expect(both.output.contains("small:train row  0  "))
  }

  @Test func aReaderThatLeavesEndsItQuietly() throws {
    let command = "'\(BuiltCommand.url.path)' predict model.safetensors digits digits digits --json"
    let outcome = try BuiltCommand.run(
      URL(fileURLWithPath: "/bin/sh"), ["-c", command + " | head -n 1"], in: bench.folder.url)
    #expect(outcome.lines.count == 1)
    #expect(outcome.errors.isEmpty)
  }

  @Test(.enabled(if: FileManager.default.fileExists(atPath: "/dev/full"), "needs /dev/full"))
  func aFullDiskIsAnError() throws {
    let command = "'\(BuiltCommand.url.path)' predict model.safetensors digits > /dev/full"
    let outcome = try BuiltCommand.run(
      URL(fileURLWithPath: "/bin/sh"), ["-c", command], in: bench.folder.url)
    #expect(outcome.exitCode == 1)
    #expect(outcome.errors.hasPrefix("error: cannot write to standard output"))
  }
}
