// SPDX-License-Identifier: Apache-2.0

/// The error after a requested stop: Control-C, a closed terminal or a scheduler's signal.
struct Interrupted: Error {
  /// The message, which says whether the progress was saved.
  let message: String
  let status: ExitStatus
}
