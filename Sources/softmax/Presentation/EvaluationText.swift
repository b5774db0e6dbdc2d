// SPDX-License-Identifier: Apache-2.0

import SoftmaxKit

/// An evaluation, for people and for machines.
enum EvaluationText {
  /// Accuracy with its interval and log loss, under their JSON names.
  static func members(of evaluation: Evaluation) -> [(key: String, value: JSONValue)] {
    let interval = evaluation.accuracyInterval
    return [
      ("accuracy", .number(evaluation.accuracy)),
      ("accuracy_low", .number(interval.lowerBound)),
      ("accuracy_high", .number(interval.upperBound)),
      ("log_loss", .number(evaluation.logLoss)),
    ]
  }

  /// The same for people.
  static func lines(of evaluation: Evaluation, title: String) -> [String] {
    let interval = evaluation.accuracyInterval
    return [
      PrintableText.padded(title, to: 15)
        + "\(NumberText.fixed(evaluation.accuracy)), 95 % interval "
        + "\(NumberText.fixed(interval.lowerBound)) to \(NumberText.fixed(interval.upperBound)), "
        + "\(NumberText.grouped(evaluation.rowCount)) rows",
      "log loss       \(NumberText.metric(evaluation.logLoss))",
    ]
  }
}
