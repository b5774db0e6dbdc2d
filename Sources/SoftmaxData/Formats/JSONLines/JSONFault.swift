// SPDX-License-Identifier: Apache-2.0

/// What is wrong with a line of JSON.
struct JSONFault: Error {
  let message: String
  let remedy: String

  /// Returns the fault with the name of the column in whose value it is.
  func located(in name: String) -> JSONFault {
    JSONFault(message: "\(message) in \(CSVTable.quoted(name))", remedy: remedy)
  }
}
