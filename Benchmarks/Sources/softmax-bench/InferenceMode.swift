// SPDX-License-Identifier: Apache-2.0

import SoftmaxKit

/// Probabilities of 784-128-10 for a batch of rows; a command gives the median of many calls.
///
/// `infer rows=1024 threads=2`; `agree folder=...` leaves weights, inputs and result for the peer.
enum InferenceMode {
  static func run(_ settings: Settings) throws {
    let rows: Int = try settings.number("rows")
    let threads: Int = try settings.number("threads")
    let network = try Sequential(input: [784], seed: 0) {
      Dense(128, activation: .relu)
      Dense(10, activation: .softmax)
    }
    let inputs = try Matrix(
      rowCount: rows, columnCount: 784, elements: uniformNumbers(count: rows * 784, in: 0...1))
    let infer = try prepared(network, for: inputs, threads: threads)
    _ = try infer()
    try Worker.serve { command in
      if command.first == "agree" {
        let folder = try Exchange(Settings(command.dropFirst()))
        try folder.write(network.layers.compactMap(\.weight).flatMap(\.elements), to: "weights")
        try folder.write(inputs.elements, to: "inputs")
        try folder.write(try infer(), to: "result")
        return ["written": .number(1)]
      }
      var calls = 0.0
      let seconds = try Worker.median(budget: 0.1) {
        _ = try infer()
        calls += 1
      }
      return ["seconds": .number(seconds), "calls": .number(calls)]
    }
  }
}

// What is measured: a batch by the predictor, one row by a session of it; both write into memory that
// is there already.
private func prepared(
  _ network: Sequential, for inputs: Matrix, threads: Int
) throws -> () throws -> [Float] {
  let predictor = try Predictor(network, threads: threads)
  guard inputs.rowCount > 1 else {
    let one = OneRow(predictor, inputs.elements)
    return { try one.infer() }
  }
  let features = Features.floats(inputs)
  var result = Matrix(rowCount: inputs.rowCount, columnCount: predictor.classCount)
  return {
    try predictor.probabilities(for: features, into: &result)
    return result.elements
  }
}

private final class OneRow {
  private var session: Predictor.Session
  private let row: [Float]
  private var result: [Float]

  init(_ predictor: Predictor, _ row: [Float]) {
    session = predictor.session()
    self.row = row
    result = Array(repeating: 0, count: predictor.classCount)
  }

  func infer() throws -> [Float] {
    try session.probabilities(for: row, into: &result)
    return result
  }
}
