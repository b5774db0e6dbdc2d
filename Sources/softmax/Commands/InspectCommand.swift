// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import SoftmaxKit

/// The command `softmax inspect`.
struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Shows what is in a model file or in data.",
    discussion: """
      Examples:

        softmax inspect digits
        softmax inspect model.safetensors
        softmax inspect model.safetensors --json

      Of a model: its layers, classes, preprocessing, how it was trained, the digest of its \
      weights. Of data: rows, shape, classes with their counts, the range of the values.
      """)

  @Argument(help: "A model file, a data set's name, a folder of IDX files, an IDX file or a table.")
  var subject: String

  @OptionGroup
  var source: DataOptions

  @OptionGroup
  var table: TableOptions

  @Flag(help: "Write JSON.")
  var json = false

  func run() throws {
    let console = Console()
    let inspection = try inspection(console: console)
    if json {
      try console.result(inspection.json.text)
    } else {
      try console.results(inspection.lines)
    }
  }

  private func inspection(console: Console) throws(SoftmaxError) -> any Inspection {
    // A name of a data set is one whatever lies in the current folder.
    if FileProbe.isFile(subject), !DatasetReference.builtInNames.contains(subject) {
      switch FileFormat(subject) {
      case .idx: return try IDXInspection(path: subject)
      case .model: return try ModelInspection(path: subject)
      case .table: break
      }
    }
    let reference = try DatasetReference(subject)
    var loader = DatasetLoader(console: console, directory: source.directory, table: table.format)
    return try DataInspection(reference, loader: &loader, directory: source.directory)
  }
}
