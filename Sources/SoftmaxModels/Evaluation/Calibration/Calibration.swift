// SPDX-License-Identifier: Apache-2.0

public import SoftmaxCore

/// An affine map of a classifier's log-probabilities, after which its probabilities say how often it is right.
///
/// Of the log-probabilities x of a row the logits are z = A x + b and the probabilities softmax(z). A is a multiple of the
/// identity (temperature scaling, A = I / T, b = 0), a diagonal (vector scaling) or a whole matrix (Dirichlet
/// calibration). Log-probabilities, not logits, are mapped: they mean the same for one network, for several whose
/// probabilities are averaged, and for each output function.
///
/// It is fitted to rows that the classifier did not learn from, and judged on rows that it was not fitted to:
///
/// ```swift
/// let heldOut = try model.evaluation(on: validation)
/// let calibration = try Calibration.fitted(to: heldOut)
/// let calibrated = try model.calibrated(by: calibration)
/// print(calibration, try calibrated.evaluation(on: test).logLoss)
/// ```
///
/// Source: Guo, Pleiss, Sun and Weinberger, "On calibration of modern neural networks", ICML 2017; Kull et al., "Beyond
/// temperature scaling: obtaining well-calibrated multiclass probabilities with Dirichlet calibration", NeurIPS 2019.
public struct Calibration: Hashable, Sendable {
  /// A: one number for a multiple of the identity, a number for each class for a diagonal, or the rows of the matrix.
  package let scales: [Double]
  /// b; empty for 0.
  package let intercepts: [Double]
  /// What was compared on the folds before this calibration was chosen; nil if nothing was.
  public let selection: CalibrationSelection?
  /// The rows that it was fitted to; nil if it was not fitted.
  package let fittedRows: RowSketch?

  /// The calibration that changes nothing.
  public static let identity = Calibration(unchecked: [1], intercepts: [])

  /// Creates a calibration that divides log-probabilities by a temperature.
  ///
  /// - Throws: `invalidArgument` unless the temperature is finite and greater than 0.
  public init(temperature: Double) throws(SoftmaxError) {
    guard temperature > 0, temperature.isFinite, (1 / temperature).isFinite else {
      throw SoftmaxError(
        .invalidArgument, "a temperature must be finite and greater than 0, got \(temperature)")
    }
    self.init(unchecked: [1 / temperature], intercepts: [])
  }

  /// Creates a calibration from its numbers.
  ///
  /// - Throws: `invalidArgument` for numbers that are not finite, a temperature that is not greater than 0, or a count
  ///   that is none of those of a calibration of so many classes.
  package init(
    scales: [Double], intercepts: [Double], selection: CalibrationSelection? = nil,
    fittedRows: RowSketch? = nil
  ) throws(SoftmaxError) {
    guard scales.allSatisfy(\.isFinite), intercepts.allSatisfy(\.isFinite) else {
      throw SoftmaxError(.invalidArgument, "a calibration has a number that is not finite")
    }
    let count = intercepts.count
    let isTemperature = scales.count == 1 && count == 0 && scales[0] > 0
    guard
      isTemperature || count >= 2 && (scales.count == count || scales.count == count * count)
    else {
      throw SoftmaxError(
        .invalidArgument,
        "\(scales.count) scales and \(count) intercepts are no calibration: it has one scale greater than 0, or an "
          + "intercept for each class and as many scales, or their square")
    }
    guard selection.map({ $0.attempts.indices.contains($0.chosen) }) ?? true else {
      throw SoftmaxError(.invalidArgument, "a calibration was chosen that was not tried")
    }
    self.init(
      unchecked: scales, intercepts: intercepts, selection: selection, fittedRows: fittedRows)
  }

  init(
    unchecked scales: [Double], intercepts: [Double], selection: CalibrationSelection? = nil,
    fittedRows: RowSketch? = nil
  ) {
    self.scales = scales
    self.intercepts = intercepts
    self.selection = selection
    self.fittedRows = fittedRows
  }

  /// Returns the calibration with what it was chosen from and fitted to.
  func with(selection: CalibrationSelection?, fittedRows: RowSketch?) -> Calibration {
    Calibration(
      unchecked: scales, intercepts: intercepts, selection: selection, fittedRows: fittedRows)
  }

  /// Whether it changes nothing.
  public var isIdentity: Bool { scales == [1] }

  /// The number by which log-probabilities are divided; nil for vector scaling and Dirichlet calibration.
  public var temperature: Double? { scales.count == 1 ? 1 / scales[0] : nil }

  /// The name: "none", "temperature", "vector" or "dirichlet".
  public var name: String {
    if isIdentity { return "none" }
    if scales.count == 1 { return CalibrationMethod.temperature.name }
    return (scales.count == intercepts.count ? CalibrationMethod.vector : .dirichlet()).name
  }

  /// Throws unless the calibration is one of classifiers with so many classes and this output function.
  func validate(
    classCount: Int, outputCount: Int, function: OutputFunction
  ) throws(SoftmaxError) {
    guard function != .sigmoid || outputCount == 1 else {
      throw SoftmaxError(
        .unsupported, "the sigmoids of several outputs are no distribution that can be calibrated",
        remedy: "calibrate a classifier whose classes exclude each other")
    }
    guard intercepts.isEmpty || intercepts.count == classCount else {
      throw SoftmaxError(
        .shapeMismatch,
        "a calibration of \(intercepts.count) classes does not fit a classifier of \(classCount)")
    }
  }
}

extension Calibration: CustomStringConvertible {
  /// The name, and the temperature if it has one.
  public var description: String {
    guard !isIdentity, let temperature else { return name }
    return "\(name) \(NumberText.fixed(temperature))"
  }
}
