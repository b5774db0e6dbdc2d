// SPDX-License-Identifier: Apache-2.0

import SoftmaxKit

/// Loss and gradient of softmax regression over all of Fashion-MNIST's training rows, one evaluation
/// a command.
///
/// `evaluate threads=2`; `agree folder=...` leaves weights and gradient for the peer.
enum EvaluationMode {
  static func run(_ settings: Settings) throws {
    let training = try RemoteDataset.fashionMNIST.load().training
    let threads: Int = try settings.number("threads")
    let network = try Sequential(input: training.featureShape, seed: 0) {
      Flatten()
      Dense(training.classCount)
    }
    _ = try network.valueAndGradient(of: .crossEntropy, on: training, threads: threads)
    try Worker.serve { command in
      let start = Clock.now
      let (loss, gradient) = try network.valueAndGradient(
        of: .crossEntropy, on: training, threads: threads)
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
