// SPDX-License-Identifier: Apache-2.0

import SoftmaxKit

/// A summary of a file or of data, as text and as JSON.
protocol Inspection {
  /// The lines for people.
  var lines: [String] { get }
  /// The JSON object.
  var json: JSONValue { get }
}

extension Inspection {
  /// Returns a line with a name and its value.
  func line(_ name: String, _ text: String) -> String {
    PrintableText.padded(name, to: 15) + text
  }
}
