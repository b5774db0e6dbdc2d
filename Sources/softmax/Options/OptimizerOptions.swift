// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import SoftmaxKit

/// How the network learns.
struct OptimizerOptions: ParsableArguments {
  @Option(help: "The rule of the steps (default: adam, for a linear model sgd).")
  var optimizer: OptimizerKind?

  @Option(
    help: ArgumentHelp(
      "The size of the steps (default: adam 0.001, sgd 0.01, sgd of a linear model 0.1).",
      valueName: "x"))
  var learningRate: Double?

  @Option(
    help: ArgumentHelp("How much of the last step sgd keeps (default: 0).", valueName: "x"))
  var momentum: Double?

  @Option(
    help: ArgumentHelp(
      "The rows of a step (default: 32, for a linear model 64).", valueName: "n"))
  var batchSize: Int?

  @Option(help: ArgumentHelp("The passes over the data.", valueName: "n"))
  var epochs = 10

  @Option(
    help: ArgumentHelp(
      "The factor l2 of the penalty l2 / 2 ||W||^2 beside the mean loss.", valueName: "x"))
  var l2 = 0.0

  @Option(
    help: ArgumentHelp(
      "What initial weights and the order of the rows are drawn from: same seed, same model.",
      valueName: "n"))
  var seed: UInt64 = 0

  private static let greatestBatchSize = 1 << 30

  func validate() throws {
    func check(
      _ name: String, _ value: Double?, _ range: String, _ isValid: (Double) -> Bool
    ) throws {
      guard let value, !(value.isFinite && isValid(value)) else { return }
      throw ValidationError("--\(name) must be \(range), got \(value)")
    }
    try check("learning-rate", learningRate, "greater than 0") { $0 > 0 }
    try check("momentum", momentum, "at least 0 and less than 1") { $0 >= 0 && $0 < 1 }
    try check("l2", l2, "at least 0") { $0 >= 0 }
    guard epochs >= 1 else { throw ValidationError("--epochs must be at least 1, got \(epochs)") }
    if let batchSize, !(1...Self.greatestBatchSize).contains(batchSize) {
      throw ValidationError(
        "--batch-size must be 1 to \(Self.greatestBatchSize), got \(batchSize)")
    }
  }

  /// The rule that a model of a kind is trained by.
  func kind(for model: ModelKind) -> OptimizerKind {
    optimizer ?? (model == .linear ? .sgd : .adam)
  }

  /// The rule with its settings.
  func optimizer(for model: ModelKind) -> Optimizer {
    switch kind(for: model) {
    case .adam: .adam(learningRate: learningRate ?? 0.001)
    case .sgd:
      .sgd(
        learningRate: learningRate ?? (model == .linear ? 0.1 : 0.01), momentum: momentum ?? 0)
    }
  }

  /// The rows of a step for a model of a kind.
  func batchSize(for model: ModelKind) -> Int {
    batchSize ?? (model == .linear ? 64 : 32)
  }
}
