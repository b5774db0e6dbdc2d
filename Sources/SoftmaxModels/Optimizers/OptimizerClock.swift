// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// What training does with the gradient of one batch.
struct OptimizerStep: Sendable, BitwiseCopyable {
  /// The step along it; nil where a later batch belongs to the same step.
  let update: Kernels.Update?
  /// How the gradient joins those of the step's batches before it.
  let share: GradientShare

  /// No step, for room that will be filled.
  static let none = OptimizerStep(update: nil, share: .whole)
}

/// An optimizer's count of batches and steps, and the numbers of the next.
///
/// All of it but the weight of batches that wait for their step follows from the number of batches, so
/// a clock of any time can be made; the powers of the betas are running products in double, one factor
/// a step.
struct OptimizerClock {
  private let optimizer: Optimizer
  private let batchesPerEpoch: Int?
  private let betas: [Double]
  private var betaPowers: [Double]
  private var groupCount = 0
  private var lastRate: Double?
  /// The weight of the batches that wait for their step; nil where none does, or where it is not known.
  private(set) var accumulatedWeight: AccumulatedWeight?
  /// The number of batches so far.
  private(set) var batchCount = 0
  /// The number of steps so far.
  private(set) var stepCount = 0
  /// What multiplies the learning rate beside its schedule.
  var learningRateFactor = 1.0

  /// The most batches that a clock counts: schedules compute with the number of steps in double.
  static let greatestBatchCount = 1 << 53

  /// A clock after so many batches, at most `greatestBatchCount`.
  ///
  /// It takes a multiplication a step, but no more than it takes the powers of the betas to underflow:
  /// 750 / (1 - beta), whatever number of batches a file claims.
  ///
  /// - Parameters:
  ///   - batchesPerEpoch: where an epoch ends, and with it a group of batches; nil for an optimizer
  ///     that does not ask.
  ///   - accumulatedWeight: the weight of the batches that wait for their step; without it each
  ///     weighs as much as the next batch.
  init(
    _ optimizer: Optimizer, batchesPerEpoch: Int? = nil, after batchCount: Int = 0,
    accumulatedWeight: AccumulatedWeight? = nil
  ) {
    self.optimizer = optimizer
    self.batchesPerEpoch = batchesPerEpoch
    betas = optimizer.rule.betas
    betaPowers = betas.map { _ in 1 }
    precondition(0...OptimizerClock.greatestBatchCount ~= batchCount, "no such number of batches")
    self.batchCount = batchCount
    let group = optimizer.accumulatedBatches
    let (epochs, rest) =
      batchesPerEpoch.map { batchCount.quotientAndRemainder(dividingBy: $0) } ?? (0, batchCount)
    stepCount = epochs * stepsPerEpoch + rest / group
    groupCount = rest % group
    for index in betas.indices { betaPowers[index] = power(of: betas[index]) }
    self.accumulatedWeight = groupCount > 0 ? accumulatedWeight : nil
  }

  // The running product of `stepCount` factors. Factors below 1 end at a fixed point, 0 or the least
  // subnormal number.
  private func power(of beta: Double) -> Double {
    var product = 1.0
    for _ in 0..<stepCount {
      let next = product * beta
      if next == product { break }
      product = next
    }
    return product
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
  ///
  /// - Parameter weight: what its mean loss is divided by, the sum of its samples' weights.
  mutating func next(weight: Double = 1) -> OptimizerStep {
    let share = share(ofBatchOf: weight)
    guard countBatch() else { return OptimizerStep(update: nil, share: share) }
    let rate = learningRate
    lastRate = rate
    countStep()
    return OptimizerStep(update: update(rate: rate), share: share)
  }

  private mutating func share(ofBatchOf weight: Double) -> GradientShare {
    guard optimizer.accumulatedBatches > 1 else { return .whole }
    guard groupCount > 0 else {
      accumulatedWeight = AccumulatedWeight(of: 1, each: weight)
      return .whole
    }
    var total = accumulatedWeight ?? AccumulatedWeight(of: groupCount, each: weight)
    defer { accumulatedWeight = total }
    return total.add(weight)
  }

  private var stepsPerEpoch: Int {
    let group = optimizer.accumulatedBatches
    let (whole, rest) = (batchesPerEpoch ?? group).quotientAndRemainder(dividingBy: group)
    return rest > 0 ? whole + 1 : whole
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
    accumulatedWeight = nil
    for index in betas.indices { betaPowers[index] *= betas[index] }
  }

  private func update(rate: Double) -> Kernels.Update {
    optimizer.rule.update(
      rate: rate, weightDecay: optimizer.rule.isDecayDecoupled ? optimizer.weightDecay : 0,
      betaPowers: betaPowers)
  }
}
