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
    let infer = prepared(network, threads: threads)
    _ = try infer(inputs)
    try Worker.serve { command in
      if command.first == "agree" {
        let folder = try Exchange(Settings(command.dropFirst()))
        try folder.write(network.layers.compactMap(\.weight).flatMap(\.elements), to: "weights")
        try folder.write(inputs.elements, to: "inputs")
        try folder.write(try infer(inputs).elements, to: "result")
        return ["written": .number(1)]
      }
      var calls = 0.0
      let seconds = try Worker.median(budget: 0.1) {
        _ = try infer(inputs)
        calls += 1
      }
      return ["seconds": .number(seconds), "calls": .number(calls)]
    }
  }
}

// What is measured: the one place to change when the library offers a prepared predictor.
private func prepared(_ network: Sequential, threads: Int) -> (Matrix) throws -> Matrix {
  { inputs in try network.probabilities(for: .floats(inputs), threads: threads) }
}
