// SPDX-License-Identifier: Apache-2.0

import SoftmaxKit

/// All metrics that `softmax evaluate` shows, from the logits of many rows; a command computes them once.
///
/// `metrics rows=1000000 classes=10 names=accuracy,log_loss`; `agree folder=...` leaves labels and logits for the
/// peer.
enum MetricsMode {
  static func run(_ settings: Settings) throws {
    let rows: Int = try settings.number("rows")
    let classes: Int = try settings.number("classes")
    let metrics = try settings.text("names").split(separator: ",").map {
      try Metric.named(String($0))
    }
    let labels = (0..<rows).map { $0 * 7919 % classes }
    var elements = uniformNumbers(count: rows * classes, in: -3...3)
    for (row, label) in labels.enumerated() { elements[row * classes + label] += 2 }
    let logits = try Matrix(rowCount: rows, columnCount: classes, elements: elements)
    elements = []
    try Worker.serve { command in
      if command.first == "agree" {
        let folder = try Exchange(Settings(command.dropFirst()))
        try folder.write(logits.elements, to: "logits")
        try folder.write(labels, to: "labels")
        return ["written": .number(1)]
      }
      let start = Clock.now
      let evaluation = try Evaluation(labels: labels, logits: logits)
      let values = metrics.map { $0.value(of: evaluation) ?? .nan }
      let matrix = evaluation.confusionMatrix
      let (perClass, areas) = (matrix.perClass, evaluation.rocAUC)
      let seconds = Clock.now - start
      var answer: [String: Answer.Value] = [
        "seconds": .number(seconds), "classes": .number(Double(perClass.count + areas.count) / 2),
      ]
      for (metric, value) in zip(metrics, values) where value.isFinite {
        answer[metric.name] = .number(value)
      }
      return Answer(answer)
    }
  }
}
