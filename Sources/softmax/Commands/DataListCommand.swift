// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import SoftmaxKit

/// The command `softmax data list`.
struct DataListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "Lists the data sets that have a name, and where each is.",
    discussion: """
      Example:

        softmax data list
      """)

  @OptionGroup
  var source: DataOptions

  func run() throws {
    let names = DatasetReference.builtInNames
    let width = (names.map(\.count).max() ?? 0) + 2
    var lines: [String] = []
    for name in names {
      let place = try DatasetPlace(of: .builtIn(name), directory: source.folder)
      let hint =
        if case .elsewhere = place {
          ", fetched when it is used or by: softmax data fetch \(name)"
        } else {
          ""
        }
      lines.append(
        PrintableText.padded(name, to: width) + PrintableText.line(place.description) + hint)
    }
    try Console().results(lines)
  }
}
