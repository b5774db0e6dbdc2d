// SPDX-License-Identifier: Apache-2.0

import SoftmaxKit

/// What a training came to, for people and for machines.
struct TrainingResult {
  let classifier: Classifier
  let history: TrainingHistory
  /// Of the training in all, without loading.
  let seconds: Double
  /// On the test rows, else on the validation rows, where there are such.
  let evaluation: Evaluation?
  /// Whether those rows were held back from the training ones.
  let isValidation: Bool
  let path: String
  let execution: Execution

  /// The event of the end.
  var json: JSONValue {
    var members: [(key: String, value: JSONValue)] = [("event", .string("result"))]
    if let evaluation { members += evaluation.members(of: Metric.summary) }
    members += [
      ("training_loss", JSONValue(history.epochs.last?.loss)),
      ("epochs", .integer(history.epochs.count)),
      ("seconds_per_epoch", JSONValue(medianSeconds)),
      ("seconds", .number(seconds)),
      ("weights_sha256", .string(classifier.weightsSHA256)),
      ("model", .string(path)),
    ]
    return .object(members)
  }

  /// Lines for people.
  var lines: [String] {
    let prefix = isValidation ? "val " : "test "
    var lines = evaluation?.lines(of: Metric.summary, prefix: prefix) ?? []
    if let loss = history.epochs.last?.loss {
      lines.append("training loss  \(NumberText.metric(loss))")
    }
    if let reason = history.stopReason { lines.append("stopped        \(reason)") }
    let size = FileProbe.byteCount(path).map { " (\(NumberText.bytes($0)))" } ?? ""
    let threads = execution.threadCount == 1 ? "1 thread" : "\(execution.threadCount) threads"
    var time = NumberText.seconds(seconds)
    if let medianSeconds { time += ", \(NumberText.seconds(medianSeconds)) an epoch" }
    lines += [
      "model          \(PrintableText.line(path))\(size)",
      "sha256         \(classifier.weightsSHA256)",
      "computed       in \(time), with \(execution.kernels.instructionSet) and \(threads)",
    ]
    return lines
  }

  private var medianSeconds: Double? {
    let sorted = history.epochs.map(\.seconds).sorted()
    guard !sorted.isEmpty else { return nil }
    let middle = sorted.count / 2
    return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
  }
}
