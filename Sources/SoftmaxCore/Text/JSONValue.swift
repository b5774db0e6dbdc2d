// SPDX-License-Identifier: Apache-2.0

/// A JSON value for output, whose object keys keep the given order.
///
/// The same value gives the same text on every system. Foundation's encoder does not keep the order of
/// keys and rejects numbers that are not finite; here such numbers become `null`. This type does not parse
/// JSON, and it does not reject equal keys.
package indirect enum JSONValue: Sendable {
  case null
  case bool(Bool)
  case integer(Int)
  case unsigned(UInt64)
  case number(Double)
  /// A number in single precision, written with as few digits as are needed to read back the same number.
  case float(Float)
  case string(String)
  case array([JSONValue])
  case object([(key: String, value: JSONValue)])

  /// The JSON text on one line, as specified by RFC 8259.
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

  // Returns the string in quotes. The characters that JSON requires to be escaped (RFC 8259, section 7) and
  // all characters that control a terminal are escaped.
  private static func quoted(_ string: String) -> String {
    var result = "\""
    for scalar in string.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      // All control characters have at most four hexadecimal digits, so none needs a surrogate pair.
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
  /// Creates a number, or `null` if the value is nil.
  package init(_ value: Double?) {
    self = value.map { .number($0) } ?? .null
  }

  /// Creates a string, or `null` if the value is nil.
  package init(_ value: String?) {
    self = value.map { .string($0) } ?? .null
  }
}
