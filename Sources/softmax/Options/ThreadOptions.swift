// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import SoftmaxKit

/// The option for the number of threads.
struct ThreadOptions: ParsableArguments {
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "The number of threads (default: the machine's processors). The numbers do not depend on it.",
      valueName: "n"))
  var threads: Int?

  /// The execution settings, including those of environment variables.
  var execution: Execution {
    get throws(SoftmaxError) { try CommandEnvironment().execution(threads: threads) }
  }

  func validate() throws {
    guard let threads, !(1...1024).contains(threads) else { return }
    throw ValidationError("--threads must be 1 to 1024, got \(threads)")
  }
}
