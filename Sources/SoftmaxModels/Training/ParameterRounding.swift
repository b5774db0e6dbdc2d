// SPDX-License-Identifier: Apache-2.0

/// The rounding of a solver's parameters to values that a checkpoint, which holds floats, can hold exactly.
enum ParameterRounding: Sendable {
  /// To a float, for objectives that are computed in single precision.
  case toFloat
  /// To the sum of three floats, which hold every double that is not very small.
  case toThreeFloats

  /// Returns the rounded parameter.
  func rounded(_ parameter: Double) -> Double {
    let parts = Self.parts(of: parameter)
    guard self == .toThreeFloats, parts.0.isFinite else { return Double(parts.0) }
    return Double(parts.0) + (Double(parts.1) + Double(parts.2))
  }

  /// Returns three floats whose sum is the rounded parameter, the greatest first.
  static func parts(of parameter: Double) -> (Float, Float, Float) {
    let first = Float(parameter)
    guard first.isFinite else { return (first, 0, 0) }
    let second = Float(parameter - Double(first))
    return (first, second, Float(parameter - Double(first) - Double(second)))
  }
}
