// SPDX-License-Identifier: Apache-2.0

import SoftmaxKit

/// What there is to say about a file or data.
protocol Inspection {
  /// For people.
  var lines: [String] { get }
  /// For machines, one object.
  var json: JSONValue { get }
}

extension Inspection {
  /// A line of a name and what it stands for.
  func line(_ name: String, _ text: String) -> String {
    PrintableText.padded(name, to: 15) + text
  }
}
