// SPDX-License-Identifier: Apache-2.0

import SoftmaxKit

/// Loss and gradient of softmax regression over all of Fashion-MNIST's training rows, one evaluation
/// a command.
///
/// `evaluate threads=2`; `agree folder=...` leaves weights and gradient for the peer.
enum EvaluationMode {
  static func run(_ settings: Settings) throws {
    let training = try FashionMNIST.load().training
    let threads: Int = try settings.number("threads")
    let network = try Sequential(input: training.featureShape, seed: 0) {
      Flatten()
      Dense(training.classCount)
    }
    _ = try evaluate(network, on: training, threads: threads)
    try Worker.serve { command in
      let start = Clock.now
      let (loss, gradient) = try evaluate(network, on: training, threads: threads)
      let seconds = Clock.now - start
      if command.first == "agree" {
        let folder = try Exchange(Settings(command.dropFirst()))
        try folder.write(network.layers.compactMap(\.weight).flatMap(\.elements), to: "weights-0")
        try folder.write(
          gradient.layers.flatMap { $0.weight.elements + $0.bias }, to: "gradient")
      }
      return ["seconds": .number(seconds), "loss": .number(loss)]
    }
  }
}

// What is measured: the one place to change when the library offers threads, or a prepared evaluation.
private func evaluate(
  _ network: Sequential, on dataset: LabeledDataset, threads: Int
) throws -> (loss: Double, gradient: Gradient) {
  #if EVALUATION_THREADS
    try network.valueAndGradient(of: .crossEntropy, on: dataset, threads: threads)
  #else
    try network.valueAndGradient(of: .crossEntropy, on: dataset)
  #endif
}
