// SPDX-License-Identifier: Apache-2.0

public import SoftmaxCore

extension Calibration {
  /// Returns the calibration that is best on folds of held-out rows, which is none if no method lessens the log loss there.
  ///
  /// Each row is judged by a calibration that was fitted to the rows of the other folds. Folds have the same shares of the
  /// classes. A temperature is chosen if the log loss is less with it; a method of more parameters only if its log loss is
  /// less, by more than the standard error of the difference, than that of the method chosen so far. The calibration that
  /// is chosen is fitted to all rows.
  ///
  /// ```swift
  /// let calibration = try Calibration.fitted(to: heldOut, among: [.temperature, .vector])
  /// ```
  ///
  /// - Parameters:
  ///   - evaluation: judged rows that the classifier did not learn from, with the logits of a classifier without
  ///     calibration.
  ///   - methods: the methods to compare, from the fewest parameters to the most. A method is left out if a class has
  ///     fewer than 10 rows, except for a temperature, or if it has more than 512 parameters.
  ///   - isRequired: whether one of the methods is chosen even if the log loss is no less with it.
  ///   - foldCount: the number of folds, at least 2.
  ///   - seed: the seed of the folds.
  ///   - threads: the number of threads, which changes no bit; by default the number of processors.
  /// - Throws: `invalidArgument` if there are too few rows for the folds, or if a method is required and none has finite
  ///   parameters; `unsupported` for several sigmoids.
  /// - Complexity: folds + 1 fits of each method; a fit takes about 10 passes over the rows, and for m parameters O(m^2)
  ///   operations a row in each.
  public static func fitted(
    to evaluation: Evaluation, among methods: [CalibrationMethod] = CalibrationMethod.all,
    isRequired: Bool = false, foldCount: Int = 5, seed: UInt64 = 0, threads: Int? = nil
  ) throws(SoftmaxError) -> Calibration {
    try fitted(
      to: evaluation, among: methods, isRequired: isRequired, foldCount: foldCount, seed: seed,
      execution: Execution(threads: threads)
    ).calibration
  }

  /// Returns the calibration that is best on folds, with the log-probabilities that the others gave to each row.
  package static func fitted(
    to evaluation: Evaluation, among methods: [CalibrationMethod] = CalibrationMethod.all,
    isRequired: Bool = false, foldCount: Int = 5, seed: UInt64 = 0, execution: Execution
  ) throws(SoftmaxError) -> (calibration: Calibration, heldOut: Evaluation) {
    let search = try CalibrationSearch(
      evaluation, foldCount: foldCount, seed: seed, execution: execution)
    return try search.run(methods, isRequired: isRequired)
  }

  /// Returns the calibration of one method, fitted to all rows and compared with nothing.
  ///
  /// ```swift
  /// let temperature = try Calibration.fitted(to: heldOut, by: .temperature)
  /// ```
  ///
  /// - Throws: `invalidArgument` if no finite parameters are best, or if the method is left out for these rows;
  ///   `unsupported` for several sigmoids.
  public static func fitted(
    to evaluation: Evaluation, by method: CalibrationMethod
  ) throws(SoftmaxError) -> Calibration {
    try method.validate()
    try evaluation.validateCalibrating()
    if let reason = evaluation.reasonAgainst(method) {
      throw SoftmaxError(.invalidArgument, "\(method.name) calibration is left out: \(reason)")
    }
    guard
      let calibration = CalibrationFit(
        method, evaluation, rows: Array(evaluation.labels.indices)
      ).minimum()
    else { throw evaluation.noMinimum }
    return calibration.with(
      selection: nil, fittedRows: RowSketch(try evaluation.calibrated(by: calibration)))
  }
}

extension CalibrationMethod {
  /// Throws `invalidArgument` for a penalty that is negative or not finite.
  func validate() throws(SoftmaxError) {
    guard let penalty, !(penalty >= 0 && penalty.isFinite) else { return }
    throw SoftmaxError(
      .invalidArgument,
      "the penalty of a calibration must be finite and at least 0, got \(penalty)")
  }
}

extension Evaluation {
  /// Throws unless the probabilities can be calibrated.
  func validateCalibrating() throws(SoftmaxError) {
    try Calibration.identity.validate(
      classCount: classNames.count, outputCount: logits.columnCount, function: outputFunction)
  }

  /// Why a method is not fitted to these rows; nil if it is.
  func reasonAgainst(_ method: CalibrationMethod) -> String? {
    var counts = [Int](repeating: 0, count: classNames.count)
    for row in labels.indices where weight(ofRow: row) > 0 { counts[labels[row]] += 1 }
    return CalibrationFit.reasonAgainst(
      method, rowCount: rowCount, classCount: classNames.count,
      leastClassCount: counts.min() ?? 0)
  }

  /// The error of rows for which no finite temperature is best.
  var noMinimum: SoftmaxError {
    SoftmaxError(
      .invalidArgument,
      "all \(rowCount) rows are predicted rightly, so the more certain the probabilities are the better, and no finite "
        + "temperature is best", remedy: "calibrate on more rows")
  }
}
