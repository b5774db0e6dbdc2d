// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import SoftmaxKit

/// The command `softmax data fetch`.
struct DataFetchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fetch",
    abstract: "Fetches a data set, checks it, and prints the folder.",
    discussion: """
      Examples:

        softmax data fetch fashion-mnist
        softmax data fetch fashion-mnist --data-dir fashion

      What is here already is not fetched again. With --data-dir the files go to that folder, else \
      to the user's cache.
      """)

  @Argument(help: "The name of the data set.")
  var name: String

  @Option(
    name: .customLong("data-dir"),
    help: ArgumentHelp("The folder for the files; made if it is missing.", valueName: "dir"))
  var directory: String?

  func run() throws {
    let console = Console()
    let source = try DatasetName.source(of: name)
    let environment = CommandEnvironment()
    let known =
      directory == nil
      ? try DatasetPlace(of: source, directory: environment.dataDirectory) : .elsewhere
    switch (source, known) {
    case (_, .folder(let path)):
      console.message("\(name) is here already")
      try console.result(PrintableText.line(path))
    case (.builtIn(FashionMNIST.name), _):
      try show(console) { progress throws(SoftmaxError) in
        try FashionMNIST.fetch(to: directory, cache: environment.cache, progress: progress)
      }
    case (.builtIn(MNIST.name), _):
      try show(console) { progress throws(SoftmaxError) in
        try MNIST.fetch(to: directory, cache: environment.cache, progress: progress)
      }
    default:
      console.message("\(name) is in the library itself; there is nothing to fetch")
    }
  }

  // Fetches, and says how far it is and where the files went.
  private func show(
    _ console: Console, _ fetch: (@escaping DownloadProgress) throws(SoftmaxError) -> String
  ) throws {
    var display = DownloadDisplay(console: console)
    defer { display.end() }
    let path = try fetch { file, received, total in
      display.show(file: file, receivedBytes: received, totalBytes: total)
    }
    try console.result(PrintableText.line(path))
  }
}
