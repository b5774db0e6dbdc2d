// SPDX-License-Identifier: Apache-2.0

import SoftmaxKit

/// The certificate of a linear model that was solved, as text and as JSON.
struct SolveResult {
  private let record: TrainingRecord
  private let objective: Double
  private let history: TrainingHistory
  private let reason: String

  /// Takes the certificate from the training record; nil for a training by batches.
  init?(_ classifier: Classifier, history: TrainingHistory) {
    guard let record = classifier.trainingRecord, let objective = record.objective else {
      return nil
    }
    self.record = record
    self.objective = objective
    self.history = history
    reason =
      SolverChoice(
        parameterCount: classifier.network.parameterCount, l1Penalty: record.l1Penalty ?? 0,
        isSparse: record.optimizer == NewtonCG().name
      ).reason
  }

  private var isConverged: Bool { record.isConverged == true }
  private var evaluations: Int { record.evaluations ?? 0 }

  /// The members of the JSON object.
  var members: [(key: String, value: JSONValue)] {
    let seconds = history.epochs.reduce(0) { $0 + $1.seconds }
    let penalty = record.penaltyPath.map { [(key: "penalty", value: $0.json)] } ?? []
    return penalty + [
      ("solver", .string(record.optimizer)),
      ("solver_reason", .string(reason)),
      ("objective", .number(objective)),
      ("objective_gap", JSONValue(record.objectiveGap)),
      ("gradient_norm", JSONValue(record.gradientNorm)),
      ("converged", .bool(isConverged)),
      ("separable", .bool(record.isSeparable == true)),
      ("iterations", .integer(history.epochs.count)),
      ("evaluations", .integer(evaluations)),
      ("seconds_per_evaluation", JSONValue(evaluations > 0 ? seconds / Double(evaluations) : nil)),
    ]
  }

  /// The lines for people.
  var lines: [String] {
    var lines = ["solver         \(record.optimizer): \(reason)"]
    if let choice = record.penaltyPath?.choiceText {
      lines.insert("penalty        l2 \(choice)", at: 0)
    }
    if let certificate = record.certificate { lines.append("objective      \(certificate)") }
    if let norm = record.gradientNorm {
      lines.append("gradient norm  \(NumberText.exponent(norm, 1))")
    }
    let count = history.epochs.count
    let work =
      "after \(count) iteration\(count == 1 ? "" : "s"), \(NumberText.grouped(evaluations)) passes"
    if isConverged {
      lines.append("converged      \(work)")
    } else {
      lines.append(
        "not converged  \(work): \(history.stopReason ?? "more are possible with --iterations")")
    }
    return lines
  }
}

extension TrainingRecord {
  /// The objective with the bound on its distance to the optimum; nil for a training by batches.
  var certificate: String? {
    objective.map { objective in
      NumberText.significant(objective, 8)
        + (objectiveGap.map { ", at most \(NumberText.exponent($0, 1)) above the optimum" } ?? "")
    }
  }
}
