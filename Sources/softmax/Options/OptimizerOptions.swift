// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import SoftmaxKit

/// The options for the optimizer or the solver, and the length of the training.
///
/// Values are parsed unconditionally, so -1 gives an error about the value instead of an unknown option.
struct OptimizerOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      The rule of the steps: \(KindOption.names(OptimizerRules.all)) (default: adam, for a linear \
      model that is trained by batches sgd). Its settings may follow, as in adam:beta1=0.8.
      """, valueName: "rule"),
    transform: { try KindOption($0, of: OptimizerRules.all, noun: "rule") })
  var optimizer: KindOption?

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
      How the learning rate changes: \(KindOption.names(ScheduleKinds.all)), with settings as in \
      step:every=5,factor=0.5, exponential:0.95 or cosine:warmup=500. A length counts epochs, a \
      warm-up steps, unless it says 10epochs or 10steps.
      """, valueName: "schedule"),
    transform: { try KindOption($0, of: ScheduleKinds.all, noun: "schedule") })
  var schedule: KindOption?

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
      """
      The factor l1 of the penalty l1 sum |W| beside the mean loss. In a linear model that is solved weights \
      become exactly 0; rows that are mostly 0 cannot be solved with it: add --epochs.
      """, valueName: "x"))
  var l1 = 0.0

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      """
      The factor l2 of the penalty l2 / 2 ||W||^2 beside the mean loss (default: 0). In a linear model that \
      is solved W of two classes is the difference of their weights, and the default without --l1 is \
      1 / rows, or 1 / the sum of their weights; auto chooses one of ten penalties by cross-validation.
      """, valueName: "x"))
  var l2: L2Option?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "scikit-learn's C in place of --l2, which is 1 / (C rows), for a linear model that is solved.",
      valueName: "x"))
  var c: Double?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "The most iterations of the solver of a linear model (default: 1000).", valueName: "n"))
  var iterations: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "What initial weights and the order of the rows are drawn from: same seed, same model.",
      valueName: "n"))
  var seed: UInt64 = 0

  private static let greatestBatchSize = 1 << 30

  func validate() throws {
    // Checked as `Float`, which training uses: a learning rate that rounds to 0 would learn nothing.
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
    try check("l2", l2?.value, "at least 0 and finite") { $0 >= 0 }
    try check("c", c, "greater than 0 and finite") { $0 > 0 }
    guard c == nil || l2 == nil else {
      throw ValidationError("--c and --l2 both say the penalty: leave one of them out")
    }
    guard l1 == 0 || l2 != .auto else {
      throw ValidationError("--l2 auto is without --l1: give a number for --l2, or leave --l1 out")
    }
    if let iterations, iterations < 1 {
      throw ValidationError("--iterations must be at least 1, got \(iterations)")
    }
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

  /// Throws unless the options fit the optimizer rule that applies to the kind of model.
  ///
  /// - Parameters:
  ///   - epochs: the length of a schedule that does not specify one.
  ///   - preset: the preset with the defaults of options that are not given.
  func validate(for model: ModelKind, epochs: Int, preset: TrainingPreset?) throws {
    let rule = rule(for: model)
    try validate("--momentum", momentum, SGD.momentum, of: rule)
    try validate("--nesterov", nesterov ? 1 : nil, SGD.nesterov, of: rule)
    try validate("--learning-rate", learningRate, rule.learningRate, of: rule)
    try validate("--weight-decay", weightDecay, rule.weightDecay, of: rule)
    do {
      try unscheduled(for: model, preset: preset).validate()
    } catch {
      throw ValidationError("--optimizer \(optimizer?.text ?? rule.spelling): \(error)")
    }
    do {
      try self.optimizer(for: model, epochs: epochs, preset: preset).validate()
    } catch {
      throw ValidationError("--schedule \(schedule?.text ?? ""): \(error)")
    }
  }

  /// The first option that only a training by batches has; nil if there is none.
  var batchOption: String? {
    let options = [
      ("--optimizer", optimizer != nil), ("--learning-rate", learningRate != nil),
      ("--momentum", momentum != nil), ("--nesterov", nesterov),
      ("--weight-decay", weightDecay != nil), ("--schedule", schedule != nil),
      ("--clip-norm", clipNorm != nil), ("--clip-value", clipValue != nil),
      ("--accumulate", accumulate != 1), ("--batch-size", batchSize != nil),
      ("--epochs", epochs != nil),
    ]
    return options.first { $0.1 }?.0
  }

  /// Whether no option says how the parameters are found.
  var isOpen: Bool {
    batchOption == nil && l1 == 0 && l2 == nil && c == nil && iterations == nil
  }

  /// Throws if an option of the solver is given for a training by batches.
  ///
  /// - Parameter reason: what makes it a training by batches, such as `--epochs`.
  func validateNoSolver(because reason: String) throws {
    for (name, isGiven, other) in [
      ("--c", c != nil, "--l2"), ("--iterations", iterations != nil, "--epochs"),
    ] where isGiven {
      throw ValidationError(
        "\(name) is for a linear model that is solved, and \(reason) trains by batches; use \(other)"
      )
    }
  }

  // Throws if the rule has no such setting, or if --optimizer sets it already.
  private func validate(
    _ name: String, _ value: Double?, _ setting: Setting, of rule: any OptimizerRule.Type
  ) throws {
    guard value != nil else { return }
    let takers = OptimizerRules.all.filter { $0.settings.contains { $0.name == setting.name } }
    guard takers.contains(where: { $0 == rule }) else {
      throw ValidationError(
        "\(name) is for --optimizer \(KindOption.names(takers, "and")); \(rule.spelling) takes none"
      )
    }
    guard optimizer?.values.has(setting) != true else {
      throw ValidationError("\(name) says again what --optimizer \(optimizer?.text ?? "") says")
    }
  }

  // Returns the rule of --optimizer, or the default of the kind of model.
  private func rule(for model: ModelKind) -> any OptimizerRule.Type {
    OptimizerRules.all.first { $0 == optimizer?.kind } ?? (model == .linear ? SGD.self : Adam.self)
  }

  /// Returns the optimizer with its settings and schedule.
  ///
  /// - Parameters:
  ///   - epochs: the length of a schedule that does not specify one.
  ///   - preset: the preset with the defaults of options that are not given.
  func optimizer(for model: ModelKind, epochs: Int, preset: TrainingPreset?) -> Optimizer {
    let optimizer = unscheduled(for: model, preset: preset)
    guard let schedule, let kind = ScheduleKinds.all.first(where: { $0 == schedule.kind }) else {
      return optimizer
    }
    var values = schedule.values
    if let length = kind.length, !values.has(length) { values[length] = .span(.epochs(epochs)) }
    return optimizer.scheduled(LearningRateSchedule(kind, values))
  }

  private func unscheduled(for model: ModelKind, preset: TrainingPreset?) -> Optimizer {
    let rule = rule(for: model)
    var given = optimizer?.values ?? [:]
    if let learningRate { given[rule.learningRate] = .number(learningRate) }
    if let weightDecay { given[rule.weightDecay] = .number(weightDecay) }
    if let momentum { given[SGD.momentum] = .number(momentum) }
    if nesterov { given[SGD.nesterov] = .flag(true) }
    if preset == nil, model == .linear, rule == SGD.self, !given.has(rule.learningRate) {
      given[rule.learningRate] = .number(0.1)
    }
    var optimizer = preset?.optimizer(rule, given) ?? Optimizer(rule, given)
    if let clipNorm { optimizer = optimizer.clipped(norm: clipNorm) }
    if let clipValue { optimizer = optimizer.clipped(value: clipValue) }
    return optimizer.accumulating(accumulate)
  }
}
