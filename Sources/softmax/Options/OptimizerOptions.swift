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
      "The size of the steps (default: 0.001; sgd 0.01, sgd of a linear model 0.1).",
      valueName: "x"))
  var learningRate: Double?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "How much of the last step sgd and rmsprop keep (default: 0).", valueName: "x"))
  var momentum: Double?

  @Flag(help: "Let the step of sgd look ahead along its momentum.")
  var nesterov = false

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "How much all parameters decay: beside the step in adamw (default: 0.004), else in its gradient.",
      valueName: "x"))
  var weightDecay: Double?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      """
      How the learning rate changes: constant, step:every=5,factor=0.5, exponential:0.95, \
      cosine:warmup=500 or one-cycle. A length counts epochs, a warm-up steps, unless it says \
      10epochs or 10steps.
      """, valueName: "schedule"), transform: ScheduleOption.init)
  var schedule: ScheduleOption?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The greatest norm of a gradient.", valueName: "x"))
  var clipNorm: Double?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The greatest size of an element of a gradient.", valueName: "x"))
  var clipValue: Double?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The batches of a step, which stand for one large batch.", valueName: "n"))
  var accumulate = 1

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "The rows of a step (default: 32, for a linear model 64).", valueName: "n"))
  var batchSize: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The passes over the data (default: 10).", valueName: "n"))
  var epochs: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "The factor l1 of the penalty l1 sum |W| beside the mean loss.", valueName: "x"))
  var l1 = 0.0

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "The factor l2 of the penalty l2 / 2 ||W||^2 beside the mean loss (default: 0).",
      valueName: "x"))
  var l2: Double?

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
    try check("weight-decay", weightDecay, "at least 0 and finite") { $0 >= 0 }
    try check("clip-norm", clipNorm, "greater than 0 and finite") { $0 > 0 }
    try check("clip-value", clipValue, "greater than 0 and finite") { $0 > 0 }
    try check("l1", l1, "at least 0 and finite") { $0 >= 0 }
    try check("l2", l2, "at least 0 and finite") { $0 >= 0 }
    if let epochs, epochs < 1 {
      throw ValidationError("--epochs must be at least 1, got \(epochs)")
    }
    if let batchSize, !(1...Self.greatestBatchSize).contains(batchSize) {
      throw ValidationError(
        "--batch-size must be 1 to \(Self.greatestBatchSize), got \(batchSize)")
    }
    guard (1...Self.greatestBatchSize).contains(accumulate) else {
      throw ValidationError(
        "--accumulate must be 1 to \(Self.greatestBatchSize), got \(accumulate)")
    }
  }

  /// Throws unless the settings are those of the rule that a model of a kind is trained by.
  ///
  /// - Parameter epochs: the length of a schedule that does not say its own.
  func validate(for model: ModelKind, epochs: Int) throws {
    let kind = kind(for: model)
    if momentum != nil, !kind.takesMomentum {
      throw ValidationError(
        "--momentum is for --optimizer sgd and rmsprop; \(kind.rawValue) "
          + (kind == .adagrad ? "keeps none" : "has its own and takes no --momentum"))
    }
    if nesterov, kind != .sgd || (momentum ?? 0) == 0 {
      throw ValidationError("--nesterov is for --optimizer sgd with a --momentum above 0")
    }
    do {
      try optimizer(for: model, epochs: epochs, preset: nil).validate()
    } catch {
      // What is left after the checks of the options is the schedule's.
      throw ValidationError("--schedule \(schedule?.text ?? ""): \(error)")
    }
  }

  /// The rule that a model of a kind is trained by.
  func kind(for model: ModelKind) -> OptimizerKind {
    optimizer ?? (model == .linear ? .sgd : .adam)
  }

  /// The rule with its settings.
  ///
  /// - Parameters:
  ///   - epochs: the length of a schedule that does not say its own.
  ///   - preset: whose defaults hold for what is not said.
  func optimizer(for model: ModelKind, epochs: Int, preset: TrainingPreset?) -> Optimizer {
    var optimizer = preset.map { rule(for: model, of: $0) } ?? rule(for: model)
    if let schedule { optimizer = optimizer.scheduled(schedule.schedule(epochs: epochs)) }
    if let clipNorm { optimizer = optimizer.clipped(norm: clipNorm) }
    if let clipValue { optimizer = optimizer.clipped(value: clipValue) }
    return optimizer.accumulating(accumulate)
  }

  // By this command's own defaults.
  private func rule(for model: ModelKind) -> Optimizer {
    let decay = weightDecay ?? 0
    let rate = learningRate ?? 0.001
    return switch kind(for: model) {
    case .adam: .adam(learningRate: rate, weightDecay: decay)
    case .amsgrad: .adam(learningRate: rate, isAMSGrad: true, weightDecay: decay)
    case .adamw: .adamW(learningRate: rate, weightDecay: weightDecay ?? 0.004)
    case .rmsprop: .rmsprop(learningRate: rate, momentum: momentum ?? 0, weightDecay: decay)
    case .adagrad: .adagrad(learningRate: rate, weightDecay: decay)
    case .sgd:
      .sgd(
        learningRate: learningRate ?? (model == .linear ? 0.1 : 0.01), momentum: momentum ?? 0,
        nesterov: nesterov, weightDecay: decay)
    }
  }

  private func rule(for model: ModelKind, of preset: TrainingPreset) -> Optimizer {
    let decay = weightDecay ?? 0
    return switch kind(for: model) {
    case .adam: preset.adam(learningRate: learningRate, weightDecay: decay)
    case .amsgrad: preset.adam(learningRate: learningRate, isAMSGrad: true, weightDecay: decay)
    case .adamw: preset.adamW(learningRate: learningRate, weightDecay: weightDecay)
    case .rmsprop:
      preset.rmsprop(learningRate: learningRate, momentum: momentum ?? 0, weightDecay: decay)
    case .adagrad: preset.adagrad(learningRate: learningRate, weightDecay: decay)
    case .sgd:
      preset.sgd(
        learningRate: learningRate, momentum: momentum, nesterov: nesterov ? true : nil,
        weightDecay: decay)
    }
  }
}
