// SPDX-License-Identifier: Apache-2.0

/// JSON to be written, its keys in the order given: the same text for the same value everywhere.
///
/// Foundation's encoder orders keys as it likes and refuses numbers that are
/// not finite; here they become `null`.
package indirect enum JSONValue: Sendable {
  case null
  case bool(Bool)
  case integer(Int)
  case unsigned(UInt64)
  case number(Double)
  /// A number that was computed in single precision: as few digits as give its bits again.
  case float(Float)
  case string(String)
  case array([JSONValue])
  case object([(key: String, value: JSONValue)])

  /// The value on one line, by RFC 8259.
  package var text: String {
    switch self {
    case .null: "null"
    case .bool(let value): value ? "true" : "false"
    case .integer(let value): String(value)
    case .unsigned(let value): String(value)
    case .number(let value): value.isFinite ? "\(value)" : "null"
    case .float(let value): value.isFinite ? "\(value)" : "null"
    case .string(let value): JSONValue.quoted(value)
    case .array(let values): "[" + values.map(\.text).joined(separator: ",") + "]"
    case .object(let members):
      "{"
        + members.map { JSONValue.quoted($0.key) + ":" + $0.value.text }.joined(separator: ",")
        + "}"
    }
  }

  // What JSON demands is escaped (RFC 8259, section 7), and what a terminal would obey.
  private static func quoted(_ string: String) -> String {
    var result = "\""
    for scalar in string.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      // Every character that is written so has at most four digits; more would be two surrogates.
      case _ where PrintableText.isControl(scalar):
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}

extension JSONValue {
  /// A number, or `null` for none.
  package init(_ value: Double?) {
    self = value.map { .number($0) } ?? .null
  }

  /// A string, or `null` for none.
  package init(_ value: String?) {
    self = value.map { .string($0) } ?? .null
  }
}
