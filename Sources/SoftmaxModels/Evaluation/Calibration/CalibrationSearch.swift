// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// The comparison of calibrations on folds of judged rows.
struct CalibrationSearch {
  private typealias Attempt = CalibrationSelection.Attempt

  // A method that was fitted: what it says of the rows of each fold, and the calibration of all rows.
  private struct Result {
    let place: Int
    let heldOut: Evaluation
    let calibration: Calibration
  }

  private let evaluation: Evaluation
  private let folds: [Fold]
  private let judged: [Int]
  private let foldCount: Int
  private let seed: UInt64
  private let execution: Execution

  init(
    _ evaluation: Evaluation, foldCount: Int, seed: UInt64, execution: Execution
  ) throws(SoftmaxError) {
    try evaluation.validateCalibrating()
    let rows = try LabeledDataset(
      features: .floats(evaluation.logits), labels: evaluation.labels,
      classNames: evaluation.classNames, sampleWeights: evaluation.sampleWeights)
    do {
      folds = try rows.folds(foldCount, seed: seed)
    } catch {
      throw SoftmaxError(
        .invalidArgument,
        "\(evaluation.rowCount) rows are too few to choose a calibration on \(foldCount) folds",
        remedy: "calibrate on more rows")
    }
    judged = folds.flatMap(\.judged).sorted()
    self.evaluation = evaluation
    self.foldCount = foldCount
    self.seed = seed
    self.execution = execution
  }

  /// Fits each method and returns the calibration that is chosen, with what the calibrations of the other folds say of each
  /// row.
  func run(
    _ methods: [CalibrationMethod], isRequired: Bool
  ) throws(SoftmaxError) -> (calibration: Calibration, heldOut: Evaluation) {
    var attempts = [
      Attempt(method: "none", penalty: nil, logLoss: logLoss(of: evaluation), leftOut: nil)
    ]
    var chosen = Result(
      place: 0, heldOut: try evaluation.calibrated(by: .identity), calibration: .identity)
    for method in methods {
      try method.validate()
      var reason = evaluation.reasonAgainst(method)
      var loss: Double?
      if reason == nil {
        if let fitted = try fitted(method, place: attempts.count) {
          loss = logLoss(of: fitted.heldOut)
          let isFirst = isRequired && chosen.place == 0
          if isFirst || isBetter(fitted, than: chosen, method) { chosen = fitted }
        } else {
          reason = "all rows of some folds are right"
        }
      }
      attempts.append(
        Attempt(method: method.name, penalty: method.penalty, logLoss: loss, leftOut: reason))
    }
    if isRequired, chosen.place == 0 {
      let reasons = attempts.compactMap(\.leftOut)
      throw SoftmaxError(
        .invalidArgument, "no calibration can be fitted: \(reasons.first ?? "there is no method")",
        remedy: "calibrate on more rows")
    }
    let selection = CalibrationSelection(
      attempts: attempts, chosen: chosen.place, foldCount: foldCount, seed: seed,
      rowCount: evaluation.rowCount)
    let calibrated = try evaluation.calibrated(by: chosen.calibration)
    return (
      chosen.calibration.with(selection: selection, fittedRows: RowSketch(calibrated)),
      chosen.heldOut
    )
  }

  // Returns the calibrations of the folds and of all rows; nil if one of them has no finite parameters.
  private func fitted(_ method: CalibrationMethod, place: Int) throws(SoftmaxError) -> Result? {
    let (evaluation, folds) = (evaluation, folds)
    let team = WorkerTeam(threadCount: min(execution.threadCount, folds.count + 1))
    let calibrations = team.results(ofTasks: folds.count + 1) { index -> Calibration? in
      let rows =
        index < folds.count
        ? folds[index].learned(ofRows: evaluation.rowCount) : Array(evaluation.labels.indices)
      return CalibrationFit(method, evaluation, rows: rows).minimum()
    }
    let known = calibrations.compactMap(\.self)
    guard known.count == calibrations.count, let last = known.last else { return nil }
    // Rows of no fold are not judged, and keep the calibration of all rows.
    var logits = try last.logits(of: evaluation.logits, evaluation.outputFunction)
    let width = logits.columnCount
    for (fold, calibration) in zip(folds, known) {
      let own = try calibration.logits(
        of: evaluation.logits.selecting(rows: fold.judged), evaluation.outputFunction)
      for (place, row) in fold.judged.enumerated() {
        for column in 0..<width {
          logits.elements[row * width + column] = own.elements[place * width + column]
        }
      }
    }
    let heldOut = try Evaluation(
      checkedLabels: evaluation.labels, logits: logits, outputFunction: .softmax,
      classNames: evaluation.classNames, sampleWeights: evaluation.sampleWeights)
    return Result(place: place, heldOut: heldOut, calibration: last)
  }

  private func logLoss(of rows: Evaluation) -> Double {
    let total = judged.reduce(0) { $0 + evaluation.weight(ofRow: $1) }
    return judged.reduce(0) { $0 + evaluation.weight(ofRow: $1) * rows.losses[$1] } / total
  }

  // A temperature has to be better, another method better by a standard error of the difference.
  private func isBetter(
    _ result: Result, than other: Result, _ method: CalibrationMethod
  ) -> Bool {
    let gains = judged.map { other.heldOut.losses[$0] - result.heldOut.losses[$0] }
    let weights = judged.map { evaluation.weight(ofRow: $0) }
    let total = weights.reduce(0, +)
    let mean = zip(gains, weights).reduce(0) { $0 + $1.0 * $1.1 } / total
    // Rounding of the logits to floats is no gain.
    guard mean > 1e-9 else { return false }
    guard method.form != .scale else { return true }
    let squares = zip(gains, weights).reduce(0) {
      $0 + $1.1 * $1.1 * ($1.0 - mean) * ($1.0 - mean)
    }
    return mean > squares.squareRoot() / total
  }
}
