// SPDX-License-Identifier: Apache-2.0

package import SoftmaxCore
package import SoftmaxModels

extension ModelSelection {
  /// What the chosen model reached on the folds, beside the baseline, and all kinds that were tried.
  package var members: [(key: String, value: JSONValue)] {
    [
      ("cv_accuracy", .number(accuracy)), ("cv_accuracy_low", .number(accuracyLow)),
      ("cv_accuracy_high", .number(accuracyHigh)), ("cv_log_loss", .number(logLoss)),
      ("cv_log_loss_standard_error", .number(logLossStandardError)),
      ("cv_rows", .integer(rowCount)), ("folds", .integer(foldCount)),
      ("baseline_accuracy", .number(baselineAccuracy)),
      ("baseline_log_loss", .number(baselineLogLoss)),
      (
        "candidates",
        .array(candidates.map { .object($0.members + [("weight", .number($0.weight))]) })
      ),
    ] + (origins.map { [("origins", .string($0))] } ?? [])
      + (budget.map { [("budget_seconds", .number($0))] } ?? [])
      + (leftOut.map { [("left_out", .array($0.map { .string($0) }))] } ?? [])
  }
}

extension ModelSelection.Candidate {
  fileprivate var members: [(key: String, value: JSONValue)] {
    [
      ("name", .string(name)), ("log_loss", .number(logLoss)), ("accuracy", .number(accuracy)),
    ]
  }

  /// The event for a kind that was judged.
  package var event: JSONValue {
    .object([("event", .string("candidate"))] + members)
  }
}
