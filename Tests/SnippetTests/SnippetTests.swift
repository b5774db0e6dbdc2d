// SPDX-License-Identifier: Apache-2.0

import Foundation
import SoftmaxKit
import SoftmaxTestSupport
import Testing

@Suite struct SnippetTests {
  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  /// The lines of each block of Swift in a Markdown file.
  static func blocks(of file: String) throws -> [[String]] {
    let text = try String(contentsOf: root.appendingPathComponent(file), encoding: .utf8)
    var blocks: [[String]] = []
    var block: [String]?
    for line in text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) {
      if line == "```swift" {
        block = []
      } else if line == "```", let lines = block {
        blocks.append(lines)
        block = nil
      } else {
        block?.append(line)
      }
    }
    return blocks
  }

  @Test(arguments: ["README.md", "Sources/SoftmaxKit/Documentation.docc/SoftmaxKit.md"])
  func documentsShowWhatIsCompiledHere(document: String) throws {
    let compiled = try String(
      contentsOf: Self.root.appendingPathComponent("Tests/SnippetTests/Snippets.swift"),
      encoding: .utf8
    ).split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
    let blocks = try Self.blocks(of: document).filter { !$0.contains { $0.contains(".package(") } }
    #expect(!blocks.isEmpty)
    for block in blocks {
      let lines = block.map { $0.trimmingCharacters(in: .whitespaces) }
        .filter { !$0.isEmpty && !$0.hasPrefix("import ") }
      let isThere = compiled.indices.contains {
        compiled[$0...].starts(with: lines)
      }
      #expect(isThere, "\(document) shows what Snippets.swift does not compile:\n\(lines)")
    }
  }

  @Test func theEstimatorReachesWhatTheReadmeSays() throws {
    try Snippets.estimator()
    let digits = try Digits.load()
    let model = try SoftmaxRegression(epochs: 20).fitted(to: digits.training)
    let evaluation = try model.evaluation(on: #require(digits.test))
    let readme = try String(
      contentsOf: Self.root.appendingPathComponent("README.md"), encoding: .utf8)
    #expect(readme.contains("// \(evaluation)"), "the README should say: \(evaluation)")
  }

  @Test func theNetworkIsSavedAndRestored() throws {
    let folder = try TemporaryFolder()
    try Snippets.network(savedAs: folder.path("digits.safetensors"))
  }

  @Test func theFunctionGivesWhatTheReadmeSays() throws {
    try Snippets.function()
    #expect(softmax([1000, 1001, 1002]).map { ($0 * 100).rounded() / 100 } == [0.09, 0.24, 0.67])
    #expect(logSumExp([1000, 1000]) == 1000.6932)
  }

  @Test func theErrorReadsAsTheReadmeSays() throws {
    Snippets.error()
    let error = #expect(throws: SoftmaxError.self) {
      try Sequential(input: [28, 28]) { Dense(10) }
    }
    let readme = try String(
      contentsOf: Self.root.appendingPathComponent("README.md"), encoding: .utf8)
    #expect(readme.contains("// \(try #require(error))"))
  }
}
