// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import SoftmaxKit

/// The command `softmax data path`.
struct DataPathCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "path",
    abstract: "Prints the folder of a data set, if it is here.",
    discussion: """
      Example:

        softmax data path fashion-mnist
      """)

  @Argument(help: "The name of the data set.")
  var name: String

  @OptionGroup
  var source: DataOptions

  func run() throws {
    let dataset = try NamedDataset.named(name)
    let place = try DatasetPlace(of: .builtIn(dataset.name), directory: source.folder)
    switch place {
    case .folder(let path):
      try Console().result(PrintableText.line(path))
    case .library, .files:
      throw SoftmaxError(.notFound, "\(name) is in the library itself and has no folder")
    case .elsewhere:
      throw SoftmaxError(
        .notFound, "\(name) is not here", remedy: "fetch it with: softmax data fetch \(name)")
    }
  }
}
