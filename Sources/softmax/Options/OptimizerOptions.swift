// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import SoftmaxKit

/// How the network learns.
///
/// Values are taken as they stand, so that of -1 is said what is wrong with it rather than that it
/// is an option.
struct OptimizerOptions: ParsableArguments {
  @Option(help: "The rule of the steps (default: adam, for a linear model sgd).")
  var optimizer: OptimizerKind?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "The size of the steps (default: adam 0.001, sgd 0.01, sgd of a linear model 0.1).",
      valueName: "x"))
  var learningRate: Double?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("How much of the last step sgd keeps (default: 0).", valueName: "x"))
  var momentum: Double?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "The rows of a step (default: 32, for a linear model 64).", valueName: "n"))
  var batchSize: Int?

  @Option(
    parsing: .unconditional, help: ArgumentHelp("The passes over the data.", valueName: "n"))
  var epochs = 10

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "The factor l2 of the penalty l2 / 2 ||W||^2 beside the mean loss.", valueName: "x"))
  var l2 = 0.0

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "What initial weights and the order of the rows are drawn from: same seed, same model.",
      valueName: "n"))
  var seed: UInt64 = 0

  private static let greatestBatchSize = 1 << 30

  func validate() throws {
    // Judged as training uses them: a rate that is 0 in single precision learns nothing.
    func check(
      _ name: String, _ value: Double?, _ range: String, _ isValid: (Float) -> Bool
    ) throws {
      guard let value, !(Float(value).isFinite && isValid(Float(value))) else { return }
      throw ValidationError("--\(name) must be \(range) in single precision, got \(value)")
    }
    try check("learning-rate", learningRate, "greater than 0 and finite") { $0 > 0 }
    try check("momentum", momentum, "at least 0 and less than 1") { $0 >= 0 && $0 < 1 }
    try check("l2", l2, "at least 0 and finite") { $0 >= 0 }
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
