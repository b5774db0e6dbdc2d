// SPDX-License-Identifier: Apache-2.0

/// The user asked for an end with Control-C or by closing the terminal, or a scheduler with a signal.
struct Interrupted: Error {
  /// What has become of the work.
  let message: String
  let status: ExitStatus
}
