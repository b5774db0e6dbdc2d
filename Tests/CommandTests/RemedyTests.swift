// SPDX-License-Identifier: Apache-2.0

import Foundation
import SoftmaxTestSupport
import Testing

/// What messages advise must be there.
@Suite struct RemedyTests {
  let bench: Workbench
  init() throws { bench = try Workbench() }

  private static let sources = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Sources")

  // The options that the code of a folder names in its texts, without comments.
  private func options(namedIn folder: String) throws -> Set<String> {
    let root = Self.sources.appendingPathComponent(folder)
    let files = try #require(FileManager.default.enumerator(atPath: root.path))
    var options: Set<String> = []
    for case let file as String in files where file.hasSuffix(".swift") {
      let code = try String(contentsOf: root.appendingPathComponent(file), encoding: .utf8)
      for line in code.split(separator: "\n") where line.firstMatch(of: /^\s*\/\//) == nil {
        options.formUnion(line.matches(of: /--[a-z][a-z-]*[a-z0-9]/).map { String($0.output) })
      }
    }
    return options
  }

  private func options(of command: String) throws -> Set<String> {
    let help = try bench.run("help", command)
    #expect(help.exitCode == 0)
    return Set(help.output.matches(of: /--[a-z][a-z-]*[a-z0-9]/).map { String($0.output) })
  }

  @Test func everyOptionThatACommandNamesIsOneOfIts() throws {
    let commands = ["train", "evaluate", "compare", "calibrate", "predict", "inspect", "explain"]
    var all: Set<String> = []
    for command in commands { all.formUnion(try options(of: command)) }
    let named = try options(namedIn: "softmax")
    #expect(named.count > 30)
    #expect(named.subtracting(all) == [])
  }

  @Test func everyOptionThatTheLibraryNamesIsOneOfEachCommandThatReadsData() throws {
    var named: Set<String> = []
    for folder in ["SoftmaxCore", "SoftmaxModels", "SoftmaxData", "SoftmaxReports"] {
      named.formUnion(try options(namedIn: folder))
    }
    #expect(!named.isEmpty)
    for command in ["train", "evaluate", "compare", "calibrate", "predict", "inspect", "explain"] {
      // A report is drawn by these two alone.
      let missing = named.subtracting(try options(of: command)).subtracting(["--figures", "--json"])
      #expect(missing == [], "\(command)")
    }
  }
}
