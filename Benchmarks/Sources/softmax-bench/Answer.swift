// SPDX-License-Identifier: Apache-2.0

import Foundation

/// One line of JSON that answers a command.
struct Answer: ExpressibleByDictionaryLiteral {
  /// A number or a text.
  enum Value: Encodable, ExpressibleByStringLiteral {
    case number(Double)
    case text(String)

    init(stringLiteral value: String) {
      self = .text(value)
    }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.singleValueContainer()
      switch self {
      case .number(let value): try container.encode(value)
      case .text(let value): try container.encode(value)
      }
    }
  }

  private var values: [String: Value]

  init(_ values: [String: Value]) { self.values = values }

  init(dictionaryLiteral elements: (String, Value)...) {
    values = Dictionary(uniqueKeysWithValues: elements)
  }

  /// Writes the line to standard output.
  func send() throws {
    let line = try JSONEncoder().encode(values) + Data("\n".utf8)
    try FileHandle.standardOutput.write(contentsOf: line)
  }
}
