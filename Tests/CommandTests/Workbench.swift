// SPDX-License-Identifier: Apache-2.0

import Foundation
import SoftmaxTestSupport
import Testing

/// A folder to run the command in, empty but for what a test puts there.
struct Workbench {
  let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
  }

  /// Runs the command in the folder, under nothing that the caller's own environment might say.
  ///
  /// - Parameter replacesModels: whether a training replaces the model of an earlier one.
  func run(
    _ arguments: String..., environment: [String: String] = [:], replacesModels: Bool = true
  ) throws
    -> BuiltCommand.Outcome
  {
    try run(arguments, environment: environment, replacesModels: replacesModels)
  }

  func run(
    _ arguments: [String], environment: [String: String] = [:], replacesModels: Bool = true
  ) throws
    -> BuiltCommand.Outcome
  {
    let arguments = replacesModels ? replacing(arguments) : arguments
    let plain = ["SOFTMAX_ISA": "", "NO_COLOR": "", "CLICOLOR_FORCE": "", "FORCE_COLOR": ""]
    return try BuiltCommand.run(
      arguments, environment: plain.merging(environment) { $1 }, in: folder.url)
  }

  /// Runs a training in the folder, and kills it as soon as it is time to; whether that was before its end.
  func runAndKill(_ arguments: [String], when isTime: (Double) -> Bool) throws -> Bool {
    try BuiltCommand.runAndKill(replacing(arguments), in: folder.url, when: isTime)
  }

  private func replacing(_ arguments: [String]) -> [String] {
    arguments.first == "train" ? ["train", "--force"] + arguments.dropFirst() : arguments
  }

  /// Runs the command in the folder on a pseudo terminal with colours; what it wrote there.
  func runInTerminal(
    _ arguments: [String], columns: Int = 80, environment: [String: String] = [:]
  ) throws -> String {
    let usual = [
      "TERM": "xterm-256color", "NO_COLOR": "", "CLICOLOR_FORCE": "", "FORCE_COLOR": "",
      "CLICOLOR": "", "COLORTERM": "", "SOFTMAX_ISA": "",
    ]
    return try PseudoTerminal.run(
      replacing(arguments), columns: columns, environment: usual.merging(environment) { $1 },
      in: folder.url)
  }

  /// Trains on the built-in digits for one epoch; the model is `model.safetensors`.
  @discardableResult
  func train(
    _ arguments: String..., environment: [String: String] = [:]
  ) throws
    -> BuiltCommand.Outcome
  {
    let outcome = try run(
      ["train", "digits", "--epochs", "1"] + arguments, environment: environment)
    try #require(outcome.exitCode == 0, "\(outcome.errors)")
    return outcome
  }

  func contents(of name: String) throws -> Data {
    try Data(contentsOf: folder.url.appendingPathComponent(name))
  }

  func exists(_ name: String) -> Bool {
    FileManager.default.fileExists(atPath: folder.path(name))
  }

  /// Writes `sizes.csv`: sixty rows of three kinds that overlap.
  func writeSizes() throws {
    var lines = ["length,width,kind"]
    for row in 0..<60 {
      let (length, width) = (row * 7 % 20, row * row % 13)
      let kind = min(2, (length + 2 * width + 9 * (row % 3)) / 18)
      lines.append("\(length),\(width),\(["low", "middle", "top"][kind])")
    }
    try write(Array(lines.joined(separator: "\n").utf8), to: "sizes.csv")
  }

  func write(_ bytes: [UInt8], to name: String) throws {
    let url = folder.url.appendingPathComponent(name)
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: url)
  }

  func write(_ text: String, to name: String) throws { try write(Array(text.utf8), to: name) }

  func text(of name: String) throws -> String {
    String(decoding: try contents(of: name), as: UTF8.self)
  }

  /// A folder of IDX files: 12 images of 2 x 2 pixels in as many classes as there are names.
  func writeImages(to name: String, classNames: [String], hasTestPart: Bool = true) throws {
    func idx(_ extents: [UInt8], _ data: [UInt8]) -> [UInt8] {
      [0, 0, 8, UInt8(extents.count)] + extents.flatMap { [0, 0, 0, $0] } + data
    }
    let images = idx([12, 2, 2], (0..<48).map { UInt8(5 * $0) })
    let labels = idx([12], (0..<12).map { UInt8($0 % classNames.count) })
    for part in hasTestPart ? ["train", "t10k"] : ["train"] {
      try write(images, to: "\(name)/\(part)-images-idx3-ubyte")
      try write(labels, to: "\(name)/\(part)-labels-idx1-ubyte")
    }
    try write(Array(classNames.joined(separator: "\n").utf8), to: "\(name)/classes.txt")
  }
}

extension BuiltCommand.Outcome {
  var lines: [String] { output.split(separator: "\n").map(String.init) }
}

/// The keys of a line of JSON, in their order.
func keys(of line: String) -> [String] {
  line.matches(of: /"([a-z0-9_]+)":/).map { String($0.output.1) }
}

/// Whether a text has characters that a terminal obeys, line ends aside.
func hasControlCharacters(_ text: String) -> Bool {
  text.unicodeScalars.contains {
    $0 != "\n" && ($0.value < 0x20 || (0x7f..<0xa0).contains($0.value))
  }
}
