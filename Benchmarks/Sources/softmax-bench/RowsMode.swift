// SPDX-License-Identifier: Apache-2.0

import SoftmaxKit

/// Softmax of rows, or their cross-entropy with its gradient; a command gives the median of many
/// calls.
///
/// `rows op=softmax rows=1024 columns=1000 threads=2`; `agree folder=...` leaves logits, labels and
/// result for the peer.
enum RowsMode {
  static func run(_ settings: Settings) throws {
    let rows: Int = try settings.number("rows")
    let columns: Int = try settings.number("columns")
    let operation = RowsOperation(
      isSoftmax: try settings.text("op") == "softmax",
      labels: (0..<rows).map { $0 * 7919 % columns },
      team: try WorkerTeam(threads: settings.number("threads")))
    let logits = try Matrix(
      rowCount: rows, columnCount: columns,
      elements: uniformNumbers(count: rows * columns, in: -8...8))
    var matrix = logits
    _ = try operation(&matrix)
    try Worker.serve { command in
      if command.first == "agree" {
        let folder = try Exchange(Settings(command.dropFirst()))
        var result = logits
        let losses = try operation(&result)
        try folder.write(logits.elements, to: "logits")
        try folder.write(operation.labels, to: "labels")
        try folder.write(result.elements, to: "result")
        try folder.write(losses, to: "losses")
        return ["written": .number(1)]
      }
      // The matrix becomes softmax of softmax; what the numbers are does not change the time.
      var calls = 0.0
      let seconds = try Worker.median(budget: 0.1) {
        _ = try operation(&matrix)
        calls += 1
      }
      return ["seconds": .number(seconds), "calls": .number(calls)]
    }
  }
}

// What is measured: the forms that need no memory for a second matrix.
private struct RowsOperation {
  let isSoftmax: Bool
  let labels: [Int]
  let team: WorkerTeam

  /// Replaces logits by probabilities, or by the gradient of the mean loss; gives the losses.
  func callAsFunction(_ matrix: inout Matrix) throws -> [Float] {
    guard isSoftmax else {
      return try matrix.formCrossEntropyGradient(
        of: .labels(labels), scale: 1 / Float(matrix.rowCount), on: team)
    }
    matrix.formSoftmax(along: .rows, on: team)
    return []
  }
}
