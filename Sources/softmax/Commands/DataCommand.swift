// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// The command `softmax data`.
struct DataCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "data",
    abstract: "Lists, fetches and finds the data sets with a name.",
    discussion: """
      Examples:

        softmax data list
        softmax data fetch fashion-mnist
        softmax data path fashion-mnist
      """,
    subcommands: [DataListCommand.self, DataFetchCommand.self, DataPathCommand.self])
}
