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
      to a folder of the data set's name in that of SOFTMAX_DATA, else to the user's cache.
      """)

  @Argument(help: "The name of the data set.")
  var name: String

  @Option(
    name: .customLong("data-dir"),
    help: ArgumentHelp("The folder for the files; made if it is missing.", valueName: "dir"))
  var directory: String?

  func run() throws {
    let console = Console()
    guard let remote = try NamedDataset.named(name).remote else {
      console.message("\(name) is in the library itself; there is nothing to fetch")
      return
    }
    let environment = CommandEnvironment()
    if directory == nil, let found = try Self.folder(of: remote, environment) {
      console.message("\(name) is here already")
      try console.result(PrintableText.line(found))
      return
    }
    var display = DownloadDisplay(console: console)
    defer { display.end() }
    // The files are written to the folder in which other commands will search for the data set.
    let folder = directory ?? environment.dataDirectory.map(remote.folder)
    let path = try remote.fetch(to: folder, cache: environment.cache) { file, received, total in
      display.show(file: file, receivedBytes: received, totalBytes: total)
    }
    try console.result(PrintableText.line(path))
  }

  // Returns the folder that holds the files; nil if there is none yet. If SOFTMAX_DATA is set, only its
  // folder is searched.
  private static func folder(
    of remote: RemoteDataset, _ environment: CommandEnvironment
  ) throws(SoftmaxError) -> String? {
    do throws(SoftmaxError) {
      return try remote.locate(directory: environment.dataDirectory, cache: environment.cache)
    } catch {
      guard error.code == .notFound else { throw error }
      return nil
    }
  }
}
