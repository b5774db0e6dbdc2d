// SPDX-License-Identifier: Apache-2.0

import SoftmaxKit

/// What a training came to, for people and for machines.
struct TrainingResult {
  let classifier: Classifier
  let history: TrainingHistory
  /// Of the training in all, without loading.
  let seconds: Double
  /// On the test rows, where there are such.
  let evaluation: Evaluation?
  let path: String
  let threadCount: Int

  /// The event of an epoch's end.
  static func json(of progress: TrainingProgress) -> JSONValue {
    .object([
      ("event", .string("epoch")),
      ("epoch", .integer(progress.epoch)),
      ("loss", .number(progress.loss)),
      ("accuracy", .number(progress.accuracy)),
      ("seconds", .number(progress.seconds)),
    ])
  }

  /// The event of the end.
  var json: JSONValue {
    var members: [(key: String, value: JSONValue)] = [("event", .string("result"))]
    if let evaluation { members += EvaluationText.members(of: evaluation) }
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
    var lines = evaluation.map { EvaluationText.lines(of: $0, title: "test accuracy") } ?? []
    if let loss = history.epochs.last?.loss {
      lines.append("training loss  \(NumberText.metric(loss))")
    }
    let size = FileProbe.byteCount(path).map { " (\(NumberText.bytes($0)))" } ?? ""
    let threads = threadCount == 1 ? "1 thread" : "\(threadCount) threads"
    let instructions = ((try? InstructionSet.requested()) ?? .scalar).description
    var time = NumberText.fixed(seconds, 2) + " s"
    if let medianSeconds { time += ", \(NumberText.fixed(medianSeconds, 2)) s an epoch" }
    lines += [
      "model          \(PrintableText.line(path))\(size)",
      "sha256         \(classifier.weightsSHA256)",
      "computed       in \(time), with \(instructions) and \(threads)",
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
