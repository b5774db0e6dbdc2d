// SPDX-License-Identifier: Apache-2.0

/// Writes strings as JSON has them (RFC 8259), the same text for the same string everywhere.
package enum JSONText {
  /// The string in quotes; what JSON demands is escaped, and what the caller wants besides.
  package static func quoted(
    _ string: String, escaping isEscaped: (Unicode.Scalar) -> Bool = { _ in false }
  ) -> String {
    var result = "\""
    for scalar in string.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      // Beyond four digits JSON would want two surrogates; no control character lies there.
      case _ where scalar.value < 0x20 || scalar.value <= 0xffff && isEscaped(scalar):
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
