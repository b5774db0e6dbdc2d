// SPDX-License-Identifier: Apache-2.0

import SoftmaxKit

/// The version of the command, which is that of the library.
enum Version {
  static let number = Classifier.libraryVersion

  /// The line of `--version`: the version and the instruction set in use.
  static var line: String {
    // An invalid SOFTMAX_ISA ends the command before this line runs.
    "softmax \(number) (\((try? CommandEnvironment().execution())?.kernels.instructionSet ?? .scalar))"
  }
}
