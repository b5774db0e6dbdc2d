// SPDX-License-Identifier: Apache-2.0

import SoftmaxKit

/// The exit status of the process.
enum ExitStatus: Int32 {
  case done = 0
  case error = 1
  case diverged = 3
  case usage = 64
  case hungUp = 129
  case interrupted = 130
  case terminated = 143

  /// The status for an error of the library.
  init(for error: SoftmaxError) {
    self = error.code == .diverged ? .diverged : .error
  }
}
