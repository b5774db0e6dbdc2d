// SPDX-License-Identifier: Apache-2.0

/// Formats numbers for people; output for programs is JSON.
///
/// All numbers that are rounded for people are formatted here. They are correctly rounded, as by C's
/// `printf`, and do not depend on the system's locale. Numbers that are not finite become `nan`, `inf` and
/// `-inf`, unless a function documents otherwise.
package enum NumberText {
  /// Returns a number with a fixed number of decimals, by default 4, such as `0.8912`: C's `%.4f`.
  package static func fixed(_ value: Double, _ decimals: Int = 4) -> String {
    guard value.isFinite else { return nonFinite(value) }
    let digits = DecimalDigits.rounded(value, places: decimals)
    return sign(of: value) + pointed(digits, decimals)
  }

  /// Returns a number in scientific notation, such as `1.4e-87`: C's `%.1e`.
  package static func exponent(_ value: Double, _ decimals: Int) -> String {
    guard value.isFinite else { return nonFinite(value) }
    let (digits, exponent) = DecimalDigits.significant(value, count: decimals + 1)
    return sign(of: value) + pointed(digits, decimals) + "e" + (exponent < 0 ? "-" : "+")
      + twoDigits(abs(exponent))
  }

  /// Returns `count` significant digits without trailing zeros, such as `0.0045` or `1.2e+06`: C's `%.2g`.
  package static func significant(_ value: Double, _ count: Int) -> String {
    guard value.isFinite else { return nonFinite(value) }
    let exponent = DecimalDigits.significant(value, count: count).exponent
    if exponent < -4 || exponent >= count {
      let parts = Self.exponent(value, count - 1).split(separator: "e", maxSplits: 1)
      return trimmed(String(parts[0])) + "e" + parts[1]
    }
    return trimmed(fixed(value, count - 1 - exponent))
  }

  /// Returns a number with at most `decimals` decimals, without trailing zeros, such as `12.5` or `-3`.
  package static func short(_ value: Double, _ decimals: Int) -> String {
    let text = trimmed(fixed(value, decimals))
    return text == "-0" ? "0" : text
  }

  /// Returns a number in at most seven characters and a sign, such as `0.1235`, `12.346` or `1.2e-4`.
  package static func narrow(_ value: Double) -> String {
    let size = abs(value)
    guard size.isFinite else { return nonFinite(value) }
    if size == 0 { return "0" }
    guard size < 1e4, size >= 1e-3 else {
      var (digits, exponent) = DecimalDigits.significant(value, count: 2)
      let isWide = abs(exponent) >= 100
      if isWide { (digits, exponent) = DecimalDigits.significant(value, count: 1) }
      return sign(of: value) + pointed(digits, isWide ? 0 : 1) + "e\(exponent)"
    }
    return fixed(value, size >= 1000 ? 1 : size >= 100 ? 2 : size >= 10 ? 3 : 4)
  }

  private static func nonFinite(_ value: Double) -> String {
    value.isNaN ? "nan" : value < 0 ? "-inf" : "inf"
  }

  private static func sign(of value: Double) -> String { value.sign == .minus ? "-" : "" }

  // Returns the digits with a decimal point before the last `decimals` digits.
  private static func pointed(_ digits: String, _ decimals: Int) -> String {
    guard decimals > 0 else { return digits }
    let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
    return padded.dropLast(decimals) + "." + padded.suffix(decimals)
  }

  private static func trimmed(_ text: String) -> String {
    guard text.contains(".") else { return text }
    let end = text.lastIndex { $0 != "0" } ?? text.startIndex
    return String(text[end] == "." ? text[..<end] : text[...end])
  }

  /// Returns a metric as Keras writes it: with four decimals, or in scientific notation if it is small.
  ///
  /// A value is small if it is not 0 and its magnitude is at most 1e-3.
  package static func metric(_ value: Double) -> String {
    value == 0 || abs(value) > 1e-3 ? fixed(value) : exponent(value, 4)
  }

  /// Returns the approximate size of a number, such as `0.0045`, `12` or `1,050`.
  ///
  /// Values below 99.5 have two significant digits. Larger values are rounded to integers, and values of
  /// at least 1e9 are in scientific notation.
  package static func size(_ value: Double) -> String {
    switch value {
    case ..<99.5: significant(value, 2)
    case ..<1e9: grouped(Int(value.rounded()))
    default: exponent(value, 1)
    }
  }

  /// Returns a fraction as a percentage, such as `98.2 %`.
  package static func percent(_ fraction: Double) -> String {
    fixed(100 * fraction, 1) + " %"
  }

  /// Returns an integer in groups of three digits, such as `60,000`.
  package static func grouped(_ number: Int) -> String {
    let digits = Array(String(number.magnitude))
    let groups = stride(from: digits.count, to: 0, by: -3).map { end in
      String(digits[max(0, end - 3)..<end])
    }
    return (number < 0 ? "-" : "") + groups.reversed().joined(separator: ",")
  }

  /// Returns the extents of a shape, such as `28 x 28`.
  package static func shape(_ shape: [Int]) -> String {
    shape.map(String.init).joined(separator: " x ")
  }

  /// Returns a number of bytes with a decimal unit, such as `26.4 MB`.
  package static func bytes(_ count: Int) -> String {
    switch count {
    case ..<1000: "\(count) bytes"
    case ..<1_000_000: fixed(Double(count) / 1e3, 1) + " kB"
    case ..<1_000_000_000: fixed(Double(count) / 1e6, 1) + " MB"
    default: fixed(Double(count) / 1e9, 1) + " GB"
    }
  }

  /// Returns a duration, such as `0.2s`, `34s`, `1:05` or `2:00:00`.
  ///
  /// The result is `?` if the duration is not finite or at least 1e9 seconds.
  package static func duration(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds < 1e9 else { return "?" }
    if seconds < 9.95 { return fixed(max(0, seconds), 1) + "s" }
    let whole = Int(seconds.rounded())
    if whole < 60 { return "\(whole)s" }
    let (minutes, rest) = whole.quotientAndRemainder(dividingBy: 60)
    if minutes < 60 { return "\(minutes):\(twoDigits(rest))" }
    return "\(minutes / 60):\(twoDigits(minutes % 60)):\(twoDigits(rest))"
  }

  /// Returns a short time with a suitable unit, such as `1.44 s`, `4.8 ms` or `18 us`.
  package static func seconds(_ seconds: Double) -> String {
    switch seconds {
    case ..<0.9995e-3: fixed(seconds * 1e6, 0) + " us"
    case ..<0.09995: fixed(seconds * 1e3, 1) + " ms"
    default: fixed(seconds, 2) + " s"
    }
  }

  /// Returns the time of a training step, such as `96us/step`.
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
