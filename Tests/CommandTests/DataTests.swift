// SPDX-License-Identifier: Apache-2.0

import Foundation
import SoftmaxTestSupport
import Testing

@Suite struct DataTests {
  let bench: Workbench
  init() throws { bench = try Workbench() }

  @Test func theListNamesAllAndWhereTheyAre() throws {
    let outcome = try bench.run("data", "list")
    #expect(outcome.exitCode == 0)
    #expect(
      outcome.lines.map { $0.prefix { $0 != " " } }
        == ["digits", "iris", "breast-cancer", "fashion-mnist", "mnist"])
    for line in outcome.lines.prefix(3) { #expect(line.hasSuffix("in the library itself")) }
  }

  @Test func theListSaysWhatAFolderLacks() throws {
    try bench.writeImages(to: "fashion-mnist", classNames: ["a", "b"])
    let byVariable = try bench.run(
      "data", "list", environment: ["SOFTMAX_DATA": bench.folder.path])
    for outcome in [try bench.run("data", "list", "--data-dir", "."), byVariable] {
      #expect(outcome.exitCode == 0, "\(outcome.errors)")
      try #require(outcome.lines.count == 5)
      #expect(outcome.lines[3].hasSuffix("/fashion-mnist"))
      #expect(outcome.lines[4].hasPrefix("mnist "))
      #expect(outcome.lines[4].contains("not in "), "\(outcome.lines[4])")
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
