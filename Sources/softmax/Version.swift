// SPDX-License-Identifier: Apache-2.0

import SoftmaxKit

/// The version of the command, which is the library's.
enum Version {
  static let number = Classifier.libraryVersion

  /// The line of `--version`: the version and the instruction set in use.
  static var line: String {
    // A wrong SOFTMAX_ISA ends the command before it comes here.
    "softmax \(number) (\((try? CommandEnvironment().execution())?.kernels.instructionSet ?? .scalar))"
  }
}
