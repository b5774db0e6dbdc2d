// SPDX-License-Identifier: Apache-2.0

import SoftmaxKit

/// What a calibration reached, as text and as JSON.
struct CalibrationReport {
  let calibration: Calibration
  /// The held-out rows without calibration.
  let before: Evaluation
  /// The same rows, each calibrated by the rows of the other folds.
  let after: Evaluation
  let path: String

  /// The lines for people.
  var lines: [String] {
    var lines = calibration.selection?.lines ?? []
    lines += [
      "rows           \(NumberText.grouped(before.rowCount))",
      line("log loss", before.logLoss, after.logLoss),
      line("calibration", before.reliability().error, after.reliability().error)
        + ", \(NumberText.metric(after.calibrationTest.expectedError)) by chance",
      line("accuracy", before.accuracy, after.accuracy), "",
    ]
    lines += ReliabilityDiagram(before: before.reliability(), after: after.reliability()).lines
    lines.append("")
    if calibration.isIdentity {
      lines.append("calibrated     not at all: no method lessens the log loss")
    } else {
      lines.append("calibrated     by \(calibration)")
    }
    return lines + ["model          \(PrintableText.line(path))"]
  }

  private func line(_ title: String, _ before: Double, _ after: Double) -> String {
    PrintableText.padded(title, to: 15)
      + "\(NumberText.metric(before)) before, \(NumberText.metric(after)) after"
  }

  /// The event for the end.
  var json: JSONValue {
    let members: [(key: String, value: JSONValue)] = [
      ("event", .string("result")), ("rows", .integer(before.rowCount)),
    ]
    return .object(
      members + calibration.members + [
        ("log_loss", .number(after.logLoss)), ("log_loss_before", .number(before.logLoss)),
        ("expected_calibration_error", .number(after.reliability().error)),
        ("expected_calibration_error_before", .number(before.reliability().error)),
        (
          "expected_calibration_error_by_chance", .number(after.calibrationTest.expectedError)
        ),
        ("accuracy", .number(after.accuracy)), ("accuracy_before", .number(before.accuracy)),
        ("reliability", after.reliability().json),
        ("reliability_before", before.reliability().json), ("model", .string(path)),
      ])
  }
}
