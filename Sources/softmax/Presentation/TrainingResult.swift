// SPDX-License-Identifier: Apache-2.0

import SoftmaxKit

/// The result of a training, as text and as JSON.
struct TrainingResult {
  let classifier: Classifier
  let history: TrainingHistory
  /// The time of the whole training in seconds, without loading data.
  let seconds: Double
  /// The evaluation on the test rows, or else on the validation rows; nil if there are neither.
  let evaluation: Evaluation?
  /// Whether the evaluation is on validation rows, which were split from the training rows.
  let isValidation: Bool
  let path: String
  let execution: Execution

  /// The event for the end of the training.
  var json: JSONValue {
    var members: [(key: String, value: JSONValue)] = [("event", .string("result"))]
    if let evaluation { members += evaluation.members(of: Metric.summary) }
    if let selection {
      members += selection.members
    } else if let chosen = penaltyPath?.chosen {
      members += [
        ("cv_accuracy", .number(chosen.accuracy)), ("cv_log_loss", .number(chosen.logLoss)),
      ]
    }
    members.append(("training_loss", JSONValue(history.epochs.last?.loss)))
    members +=
      solve?.members ?? [
        ("epochs", .integer(history.epochs.count)),
        ("seconds_per_epoch", JSONValue(medianSeconds)),
      ]
    members += [
      ("seconds", .number(seconds)),
      ("weights_sha256", .string(classifier.weightsSHA256)),
      ("model", .string(path)),
    ]
    return .object(members)
  }

  /// The lines for people.
  var lines: [String] {
    let prefix = isValidation ? "val " : "test "
    var lines = selection?.lines ?? []
    lines += evaluation?.lines(of: Metric.summary, prefix: prefix) ?? []
    if selection == nil, let path = penaltyPath, let chosen = path.chosen {
      lines += [
        "cv accuracy    \(NumberText.metric(chosen.accuracy)), by "
          + "\(path.foldCount == 1 ? "one fold" : "\(path.foldCount) folds") of the rows to learn from",
        "cv log loss    \(NumberText.metric(chosen.logLoss))",
      ]
    }
    if let loss = history.epochs.last?.loss {
      lines.append("training loss  \(NumberText.metric(loss))")
    }
    if let solve, selection == nil {
      lines += solve.lines
    } else if let reason = history.stopReason {
      lines.append("stopped        \(reason)")
    }
    let size = FileProbe.byteCount(path).map { " (\(NumberText.bytes($0)))" } ?? ""
    let threads = execution.threadCount == 1 ? "1 thread" : "\(execution.threadCount) threads"
    var time = NumberText.seconds(seconds)
    if let medianSeconds {
      time += ", \(NumberText.seconds(medianSeconds)) an \(history.unit.rawValue)"
    }
    lines += [
      "model          \(PrintableText.line(path))\(size)",
      "sha256         \(classifier.weightsSHA256)",
      "computed       in \(time), with \(execution.kernels.instructionSet) and \(threads)",
    ]
    return lines
  }

  /// The penalties that a cross-validation compared.
  private var penaltyPath: PenaltyPath? { classifier.trainingRecord?.penaltyPath }

  private var selection: ModelSelection? { classifier.trainingRecord?.selection }

  private var solve: SolveResult? { SolveResult(classifier, history: history) }

  private var medianSeconds: Double? {
    let sorted = history.epochs.map(\.seconds).sorted()
    guard !sorted.isEmpty else { return nil }
    let middle = sorted.count / 2
    return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
  }
}
