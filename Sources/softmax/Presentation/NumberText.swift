// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Numbers as people read them; machines get JSON.
package enum NumberText {
  /// Four decimals, such as `0.8912`.
  package static func fixed(_ value: Double, _ decimals: Int = 4) -> String {
    String(format: "%.\(decimals)f", value)
  }

  /// A metric as Keras writes it: four decimals, or an exponent where they would say nothing.
  package static func metric(_ value: Double) -> String {
    value == 0 || abs(value) > 1e-3 ? fixed(value) : String(format: "%.4e", value)
  }

  /// An exponent, such as `1.4e-87`.
  package static func exponent(_ value: Double, _ decimals: Int) -> String {
    String(format: "%.\(decimals)e", value)
  }

  /// About how large something is, such as `0.0045`, `12` or `1,050`.
  package static func size(_ value: Double) -> String {
    switch value {
    case ..<99.5: String(format: "%.2g", value)
    case ..<1e9: grouped(Int(value.rounded()))
    default: exponent(value, 1)
    }
  }

  /// A fraction as per cent, such as `98.2 %`.
  package static func percent(_ fraction: Double) -> String {
    fixed(100 * fraction, 1) + " %"
  }

  /// Groups of three digits, such as `60,000`.
  package static func grouped(_ number: Int) -> String {
    let digits = Array(String(number.magnitude))
    let groups = stride(from: digits.count, to: 0, by: -3).map { end in
      String(digits[max(0, end - 3)..<end])
    }
    return (number < 0 ? "-" : "") + groups.reversed().joined(separator: ",")
  }

  /// Extents, such as `28 x 28`.
  package static func shape(_ shape: [Int]) -> String {
    shape.map(String.init).joined(separator: " x ")
  }

  /// A number of bytes, such as `26.4 MB`.
  package static func bytes(_ count: Int) -> String {
    switch count {
    case ..<1000: "\(count) bytes"
    case ..<1_000_000: fixed(Double(count) / 1e3, 1) + " kB"
    case ..<1_000_000_000: fixed(Double(count) / 1e6, 1) + " MB"
    default: fixed(Double(count) / 1e9, 1) + " GB"
    }
  }

  /// A time, such as `0.2s`, `34s`, `1:05` or `2:00:00`.
  package static func duration(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds < 1e9 else { return "?" }
    if seconds < 9.95 { return fixed(max(0, seconds), 1) + "s" }
    let whole = Int(seconds.rounded())
    if whole < 60 { return "\(whole)s" }
    let (minutes, rest) = whole.quotientAndRemainder(dividingBy: 60)
    if minutes < 60 { return "\(minutes):\(twoDigits(rest))" }
    return "\(minutes / 60):\(twoDigits(minutes % 60)):\(twoDigits(rest))"
  }

  /// A time to two digits and more, such as `1.44 s`, `4.8 ms` or `18 us`.
  package static func seconds(_ seconds: Double) -> String {
    switch seconds {
    case ..<0.9995e-3: fixed(seconds * 1e6, 0) + " us"
    case ..<0.09995: fixed(seconds * 1e3, 1) + " ms"
    default: fixed(seconds, 2) + " s"
    }
  }

  /// The time of a step, such as `96us/step`.
  package static func perStep(_ seconds: Double) -> String {
    switch seconds {
    case ..<0.9995e-3: fixed(seconds * 1e6, 0) + "us/step"
    case ..<0.9995: fixed(seconds * 1e3, 0) + "ms/step"
    default: fixed(seconds, 0) + "s/step"
    }
  }

  private static func twoDigits(_ number: Int) -> String {
    (number < 10 ? "0" : "") + String(number)
  }
}
