// SPDX-License-Identifier: Apache-2.0

import Foundation
import SoftmaxTestSupport
import Testing

@Suite struct HelpTests {
  let bench: Workbench
  init() throws { bench = try Workbench() }

  // The real data make this slow in debug, and a fetch needs the network.
  private func isForHere(_ example: [String]) -> Bool {
    !example.contains("fashion-mnist") || example.starts(with: ["data", "list"])
  }

  @Test(arguments: [
    [], ["train"], ["evaluate"], ["compare"], ["calibrate"], ["predict"], ["inspect"],
    ["explain"], ["data"], ["data", "list"], ["data", "fetch"], ["data", "path"],
  ])
  func theExamplesRun(_ command: [String]) throws {
    let help = try bench.run(command + ["--help"])
    #expect(help.exitCode == 0)
    #expect(help.errors.isEmpty)
    let examples = help.lines.filter { $0.hasPrefix("  softmax ") }
      .map { $0.split(separator: " ").dropFirst().map(String.init) }
    #expect(!examples.isEmpty)
    try bench.train("--quiet")
    try bench.write(Array("length,species\n1,rose\n2,iris\n".utf8), to: "flowers.csv")
    for (month, price) in [("january", 3), ("february", 5), ("march", 4)] {
      let lines = (0..<8).map { "\($0 + price),\($0 % 2 == 0 ? "yes" : "no")\n" }
      try bench.write("price,churned\n" + lines.joined(), to: month + ".csv")
    }
    let model = Array(try bench.contents(of: "model.safetensors"))
    for name in ["first", "second"] { try bench.write(model, to: name + ".safetensors") }
    let forest = try bench.run("predict", "model.safetensors", "digits", "--csv")
    try bench.write(forest.output, to: "forest.csv")
    for name in ["rules", "first", "second"] {
      try bench.write("species,prediction\nrose,rose\niris,rose\n", to: name + ".csv")
    }
    // Rows of as many numbers as a digit has pixels.
    let pixels = Array(repeating: "1", count: 64).joined(separator: ",")
    try bench.write(Array("\(pixels)\n\(pixels)\n".utf8), to: "new.csv")
    try bench.writeArrays(features: "embeddings", labels: "folder", to: "mails.npz")
    for example in examples where isForHere(example) {
      let outcome = try bench.run(example)
      #expect(outcome.exitCode == 0, "\(example): \(outcome.errors)")
    }
  }

  @Test func theVersionNamesTheInstructions() throws {
    let outcome = try bench.run("--version")
    #expect(outcome.exitCode == 0)
    #expect(
      outcome.output.wholeMatch(of: /softmax 0\.1\.0 \((scalar|avx2|avx512|neon)\)\n/) != nil)
  }

  @Test func aCommandAloneShowsItsHelp() throws {
    for command in [[], ["data"]] {
      let outcome = try bench.run(command)
      #expect(outcome.exitCode == 0)
      #expect(outcome.output.contains("SUBCOMMANDS:"))
    }
  }
}
