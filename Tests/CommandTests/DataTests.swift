// SPDX-License-Identifier: Apache-2.0

import Foundation
import SoftmaxData
import SoftmaxTestSupport
import Testing

@Suite struct DataTests {
  let bench: Workbench
  init() throws { bench = try Workbench() }

  @Test func theListNamesAllAndWhereTheyAre() throws {
    let outcome = try bench.run("data", "list")
    #expect(outcome.exitCode == 0)
    #expect(
      outcome.lines.map { $0.prefix { $0 != " " } } == NamedDataset.all.map { $0.name[...] })
    for (line, dataset) in zip(outcome.lines, NamedDataset.all) {
      #expect(line.hasSuffix("in the library itself") == (dataset.remote == nil))
    }
  }

  @Test func theListSaysWhatAFolderLacks() throws {
    try bench.writeImages(to: "fashion-mnist", classNames: ["a", "b"])
    let byVariable = try bench.run(
      "data", "list", environment: ["SOFTMAX_DATA": bench.folder.path])
    for outcome in [try bench.run("data", "list", "--data-dir", "."), byVariable] {
      #expect(outcome.exitCode == 0, "\(outcome.errors)")
      let found = try #require(outcome.lines.first { $0.hasPrefix("fashion-mnist ") })
      #expect(found.hasSuffix("/fashion-mnist"))
      let missing = try #require(outcome.lines.first { $0.hasPrefix("mnist ") })
      #expect(missing.contains("not in "), "\(missing)")
    }
    let nowhere = try bench.run("data", "list", "--data-dir", "nowhere")
    #expect(nowhere.exitCode == 0)
    #expect(nowhere.lines.suffix(2).allSatisfy { $0.contains("not in nowhere") })
  }

  @Test func aFolderThatIsNamedIsFound() throws {
    try bench.writeImages(to: "fashion-mnist", classNames: ["a", "b"])
    let environment = ["SOFTMAX_DATA": bench.folder.url.path]
    let path = try bench.run("data", "path", "fashion-mnist", environment: environment)
    #expect(path.exitCode == 0)
    #expect(path.output == bench.folder.path("fashion-mnist") + "\n")
    let fetched = try bench.run("data", "fetch", "fashion-mnist", environment: environment)
    #expect(fetched.exitCode == 0)
    #expect(fetched.output == path.output)
    #expect(fetched.errors.contains("here already"))
    let named = try bench.run("data", "path", "fashion-mnist", "--data-dir", "fashion-mnist")
    #expect(named.output == "fashion-mnist\n")
    #expect(try bench.run("data", "path", "fashion-mnist", "--data-dir", ".").exitCode == 0)
  }

  @Test func aDataSetIsFetchedToWhereItWillBeLookedFor() throws {
    // A file is in the way, so nothing is fetched; the error names the folder that it would go to.
    try bench.write([], to: "data/mnist")
    let environment = ["SOFTMAX_DATA": bench.folder.path("data")]
    let outcome = try bench.run("data", "fetch", "mnist", environment: environment)
    #expect(outcome.exitCode == 1)
    #expect(
      outcome.errors.contains(
        bench.folder.path("data/mnist") + ": the folder could not be made"),
      "\(outcome.errors)")
  }

  @Test func whatIsNotThereHasNoPath() throws {
    for arguments in [
      ["path", "digits"], ["path", "nonsense"], ["path", "fashion-mnist:test"], ["path", "/"],
      ["path", "fashion-mnist", "--data-dir", "nowhere"], ["fetch", "nonsense"],
    ] {
      let outcome = try bench.run(["data"] + arguments)
      #expect(outcome.exitCode == 1, "\(arguments)")
      #expect(outcome.output.isEmpty)
      #expect(outcome.errors.hasPrefix("error: "))
    }
    let missing = try bench.run("data", "path", "mnist", environment: ["HOME": bench.folder.path])
    #expect(missing.errors.contains("softmax data fetch mnist"))
    #expect(try bench.run("data", "fetch", "digits").exitCode == 0)
  }
}
