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
      lines.append(PrintableText.padded(name, to: width) + PrintableText.line(try place(of: name)))
    }
    try Console().results(lines)
  }

  private func place(of name: String) throws(SoftmaxError) -> String {
    do throws(SoftmaxError) {
      let place = try DatasetPlace(of: .builtIn(name), directory: source.folder)
      guard case .elsewhere = place else { return place.description }
      return "\(place.description), fetched when it is used or by: softmax data fetch \(name)"
    } catch {
      guard error.code == .notFound else { throw error }
      // The data set is not in the folder that the user named; the other data sets are still listed.
      return "not in \(source.folder ?? "")"
    }
  }
}
