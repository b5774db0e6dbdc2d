// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// The operations on the gradient of one batch.
struct OptimizerStep: Sendable, BitwiseCopyable {
  /// The update that follows; nil if a later batch belongs to the same update.
  let update: Kernels.Update?
  /// The factors that combine the gradient with those of the previous batches of the update.
  let share: GradientShare

  /// A placeholder to initialize memory.
  static let none = OptimizerStep(update: nil, share: .whole)
}

/// The numbers of batches and updates of an optimizer, from which the learning rate and bias corrections
/// of the next update follow.
///
/// All state except the accumulated weight follows from the number of batches, so a checkpoint stores
/// only these two. The powers of the betas are running products in double, one multiplication per
/// update.
struct OptimizerClock {
  private let optimizer: Optimizer
  private let batchesPerEpoch: Int?
  private let betas: [Double]
  private var betaPowers: [Double]
  private var groupCount = 0
  private var lastRate: Double?
  /// The weight of the batches accumulated for the next update; nil if there are none or it is unknown.
  private(set) var accumulatedWeight: AccumulatedWeight?
  /// The number of batches so far.
  private(set) var batchCount = 0
  /// The number of updates so far.
  private(set) var stepCount = 0
  /// A factor of the learning rate in addition to the schedule, set by callbacks.
  var learningRateFactor = 1.0

  /// The maximum number of batches: schedules compute with the number of updates in double, which is
  /// exact up to 2^53.
  static let greatestBatchCount = 1 << 53

  /// Creates a clock after a number of batches, at most `greatestBatchCount`.
  ///
  /// This takes one multiplication per update and beta, but at most until the power of the beta stops
  /// changing by underflow, after about 750 / (1 - beta) updates. A number of batches from a hostile
  /// file therefore cannot take long.
  ///
  /// - Parameters:
  ///   - batchesPerEpoch: the number of batches per epoch. The last batch of an epoch ends an update.
  ///     Nil if neither schedule nor accumulation counts epochs.
  ///   - accumulatedWeight: the weight of the batches accumulated for the next update; if nil, each of
  ///     them is assumed to have the weight of the next batch.
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

  // Returns the running product of `stepCount` factors. Below 1 the product reaches a fixed point, 0 or
  // the smallest subnormal number, and the loop can end.
  private func power(of beta: Double) -> Double {
    var product = 1.0
    for _ in 0..<stepCount {
      let next = product * beta
      if next == product { break }
      product = next
    }
    return product
  }

  /// The learning rate of the last update; before the first update that of the next.
  var lastLearningRate: Double { lastRate ?? learningRate }

  /// The learning rate of the next update.
  var learningRate: Double {
    optimizer.learningRate
      * optimizer.schedule.factor(atStep: stepCount, stepsPerEpoch: stepsPerEpoch)
      * learningRateFactor
  }

  /// Advances by one batch and returns the operations on its gradient.
  ///
  /// - Parameter weight: the sum of the weights of the batch's samples, i.e. the divisor of its mean
  ///   loss.
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

  // Counts a batch; returns whether it is the last of its update.
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
