// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// What training does with the gradient of one batch.
struct OptimizerStep: Sendable, BitwiseCopyable {
  /// The step along it; nil where a later batch belongs to the same step.
  let update: Kernels.Update?
  /// Its place among the batches of the step, from 1.
  let groupCount: Int

  /// No step, for room that will be filled.
  static let none = OptimizerStep(update: nil, groupCount: 1)
}

/// An optimizer's count of batches and steps, and the numbers of the next.
///
/// All of it follows from the number of batches, so a clock of any time can be made; the powers of
/// the betas are running products in double, one factor a step.
struct OptimizerClock {
  private let optimizer: Optimizer
  private let batchesPerEpoch: Int?
  private var beta1Power = 1.0
  private var beta2Power = 1.0
  private var groupCount = 0
  private var lastRate: Double?
  /// The number of batches so far.
  private(set) var batchCount = 0
  /// The number of steps so far.
  private(set) var stepCount = 0
  /// What multiplies the learning rate beside its schedule.
  var learningRateFactor = 1.0

  /// A clock after so many batches.
  ///
  /// - Parameter batchesPerEpoch: where an epoch ends, and with it a group of batches; nil for an
  ///   optimizer that does not ask.
  init(_ optimizer: Optimizer, batchesPerEpoch: Int? = nil, after batchCount: Int = 0) {
    self.optimizer = optimizer
    self.batchesPerEpoch = batchesPerEpoch
    for _ in 0..<batchCount where countBatch() { countStep() }
  }

  /// The learning rate of the last step; before the first that of the next.
  var lastLearningRate: Double { lastRate ?? learningRate }

  /// The learning rate of the next step.
  var learningRate: Double {
    optimizer.learningRate
      * optimizer.schedule.factor(atStep: stepCount, stepsPerEpoch: stepsPerEpoch)
      * learningRateFactor
  }

  /// What the next batch does.
  mutating func next() -> OptimizerStep {
    let isStep = countBatch()
    let count = groupCount
    guard isStep else { return OptimizerStep(update: nil, groupCount: count) }
    let rate = learningRate
    lastRate = rate
    countStep()
    return OptimizerStep(update: update(rate: rate), groupCount: count)
  }

  private var stepsPerEpoch: Int {
    let group = optimizer.accumulatedBatches
    return ((batchesPerEpoch ?? group) + group - 1) / group
  }

  // Counts a batch; whether it is the last of its step.
  private mutating func countBatch() -> Bool {
    batchCount += 1
    groupCount += 1
    let isEpochEnd = batchesPerEpoch.map { batchCount % $0 == 0 } ?? false
    return groupCount == optimizer.accumulatedBatches || isEpochEnd
  }

  private mutating func countStep() {
    stepCount += 1
    groupCount = 0
    if case .adam(let rule) = optimizer.rule {
      beta1Power *= rule.beta1
      beta2Power *= rule.beta2
    }
  }

  private func update(rate: Double) -> Kernels.Update {
    func epsilons(_ epsilon: Double, _ placement: Optimizer.EpsilonPlacement) -> Kernels.Epsilons {
      placement == .keras
        ? Kernels.Epsilons(inner: epsilon, outer: 0) : Kernels.Epsilons(inner: 0, outer: epsilon)
    }
    switch optimizer.rule {
    case .sgd(let rule):
      return rule.isNesterov
        ? .nesterov(rate: Float(rate), momentum: Float(rule.momentum))
        : .sgd(rate: Float(rate), momentum: Float(rule.momentum))
    case .adagrad(let rule):
      return .adagrad(
        Kernels.AdagradStep(
          rate: rate, epsilons: epsilons(rule.epsilon, rule.epsilonPlacement)))
    case .rmsprop(let rule):
      return .rmsprop(
        Kernels.RMSpropStep(
          rho: rule.rho, rate: rate, momentum: rule.momentum, isCentered: rule.isCentered,
          epsilons: epsilons(rule.epsilon, rule.epsilonPlacement)))
    case .adam(let rule):
      let scale = 1 / (1 - beta2Power).squareRoot()
      let decay = rule.isDecayDecoupled ? optimizer.weightDecay : 0
      let step = Kernels.AdamStep(
        beta1: rule.beta1, beta2: rule.beta2, rate: rate / (1 - beta1Power), scale: scale,
        epsilon: rule.epsilonPlacement == .keras ? scale * rule.epsilon : rule.epsilon,
        keep: 1 - rate * decay)
      return rule.isAMSGrad ? .amsGrad(step) : .adam(step)
    }
  }
}
