// SPDX-License-Identifier: Apache-2.0

public import SoftmaxCore

/// Training step by step, for a loop of one's own.
///
/// ```swift
/// let trainer = try Trainer(network, on: dataset, optimizer: .adam(), batchSize: 32)
/// for epoch in 0..<5 {
///   for batch in try trainer.batches(epoch: epoch) {
///     let step = try trainer.step(on: batch)
///     print(step.loss, step.accuracy)
///   }
/// }
/// let trained = try trainer.network
/// ```
///
/// This loop gives the same bits as
/// ``Sequential/fit(to:pipeline:loss:optimizer:epochs:batchSize:l1Penalty:l2Penalty:validation:callbacks:resuming:threads:onProgress:)`` with the same
/// settings. A trainer holds what a step needs, laid out once: parameters, the optimizer's state,
/// threads.
public final class Trainer {
  /// What it trains on, as the network sees it.
  public var dataset: LabeledDataset { objective.dataset }
  /// The most samples of a step.
  public var batchSize: Int { objective.batchSize }
  /// The number of batches done; the number of steps, unless the optimizer accumulates.
  public private(set) var stepCount = 0

  let objective: Objective
  private let optimizer: Optimizer
  private var clock: OptimizerClock
  /// What was done to the features.
  let pipeline: Pipeline

  /// Prepares the training of a network.
  ///
  /// - Parameters:
  ///   - network: where training begins.
  ///   - dataset: features of the network's input shape, and as many classes as it has outputs.
  ///   - pipeline: what to do to the features first; without it nothing that changes their values.
  ///   - loss: what to make small.
  ///   - optimizer: the rule of the steps.
  ///   - batchSize: the most samples of a step; the data set's count where that is smaller.
  ///   - l1Penalty: the factor l1 in l1 sum |W|, added to the mean loss; biases are left alone, and
  ///     a weight of 0 has a slope of 0.
  ///   - l2Penalty: the factor l2 in l2 / 2 ||W||^2, added to the mean loss; biases are left alone.
  ///   - threads: the number of threads; without it as many as help.
  /// - Throws: `shapeMismatch` or `invalidArgument`.
  public convenience init(
    _ network: Sequential, on dataset: LabeledDataset, pipeline: Pipeline? = nil,
    loss: Loss = .crossEntropy, optimizer: Optimizer = .adam(), batchSize: Int = 32,
    l1Penalty: Double = 0, l2Penalty: Double = 0, threads: Int? = nil
  ) throws(SoftmaxError) {
    try self.init(
      network,
      on: TrainingData(
        dataset, validation: .none, preprocessing: pipeline?.steps ?? [], seed: network.seed),
      loss: loss, optimizer: optimizer, batchSize: batchSize, l1Penalty: l1Penalty,
      l2Penalty: l2Penalty, execution: Execution(threads: threads))
  }

  /// Prepares the training of a network that runs as `execution` says.
  package init(
    _ network: Sequential, on data: TrainingData, loss: Loss, optimizer: Optimizer, batchSize: Int,
    l1Penalty: Double, l2Penalty: Double, execution: Execution
  ) throws(SoftmaxError) {
    try optimizer.validate()
    pipeline = data.pipeline
    self.optimizer = optimizer
    objective = try Objective(
      network, on: data.training, loss: loss, optimizer: optimizer, batchSize: batchSize,
      l1Penalty: l1Penalty, l2Penalty: l2Penalty, execution: execution)
    clock = OptimizerClock(optimizer, batchesPerEpoch: objective.plan.schedule.stepCount)
  }

  /// What multiplies the learning rate beside its schedule, from the next step on; 1 at first.
  ///
  /// - Precondition: it is finite and greater than 0.
  public var learningRateFactor: Double {
    get { clock.learningRateFactor }
    set {
      precondition(
        newValue > 0 && newValue.isFinite,
        "a learning rate's factor is finite and greater than 0, got \(newValue)")
      clock.learningRateFactor = newValue
    }
  }

  /// The learning rate of the next step.
  public var learningRate: Double { clock.learningRate }

  /// The batches of an epoch, shuffled as `fit` does: by the network's seed.
  ///
  /// - Parameter epoch: the number of the epoch, from 0.
  /// - Throws: `invalidArgument` for a negative epoch.
  public func batches(epoch: Int) throws(SoftmaxError) -> ShuffledBatches {
    try objective.batches(epoch: epoch)
  }

  /// Takes one step along the gradient of the mean loss of some samples.
  ///
  /// - Parameter rows: the samples' rows in the data set, at most `batchSize`; one may occur twice.
  /// - Returns: loss and right predictions of these samples, from before the update.
  /// - Throws: `invalidArgument` for no samples or too many; `notFound` for a row that the data set
  ///   does not have; `diverged` where the loss is no number or infinite, with the step done.
  @discardableResult
  public func step(on rows: ArraySlice<Int>) throws(SoftmaxError) -> LossTotals {
    try objective.validate(rows)
    plan.schedule.setBatch(rows)
    run(0..<1)
    let found = plan.schedule.result(of: 0)
    guard found.lossSum.isFinite else { throw diverged("the loss became \(found.lossSum)") }
    return found
  }

  /// Takes one step on samples given as an array; see ``step(on:)-(ArraySlice<Int>)``.
  @discardableResult
  public func step(on rows: [Int]) throws(SoftmaxError) -> LossTotals { try step(on: rows[...]) }

  /// The network as trained so far: a copy, which later steps leave alone.
  ///
  /// - Throws: `diverged` where a parameter has become infinite or no number.
  public var network: Sequential {
    get throws(SoftmaxError) {
      let trained = networkAsItIs
      guard trained.isFinite else { throw diverged("the weights became infinite") }
      return trained
    }
  }

  private func diverged(_ message: String) -> SoftmaxError {
    SoftmaxError(
      .diverged, "\(message) by step \(stepCount)",
      remedy: "try a smaller learning rate, or features of a smaller scale")
  }
}

// What `fit` needs beside.
extension Trainer: TrainingProcess {
  private var plan: any TrainingPlan { objective.plan }
  var unit: TrainingHistory.Unit { .epoch }
  var endReason: String? { nil }

  var networkAsItIs: Sequential {
    var network = initial
    plan.store(into: &network)
    return network
  }

  var stepsOfEpoch: Int { plan.schedule.stepCount }

  func begin(epoch: Int) throws(SoftmaxError) {
    plan.schedule.setOrder(try batches(epoch: epoch).rows)
  }

  func run(_ steps: Range<Int>, addingTo totals: inout LossTotals) {
    run(steps)
    plan.schedule.add(steps, to: &totals)
  }

  private func run(_ steps: Range<Int>) {
    for (offset, step) in steps.enumerated() {
      let weight = optimizer.accumulatedBatches > 1 ? plan.weight(of: step) : 1
      plan.schedule.setUpdate(of: step, to: clock.next(weight: weight))
      plan.schedule.setNumber(of: step, to: stepCount + offset)
    }
    plan.run(steps, dataset: dataset, isUpdating: true, team: objective.team)
    stepCount += steps.count
  }
}

// What states and checkpoints need beside.
extension Trainer {
  var lastLearningRate: Double { clock.lastLearningRate }

  func scaleLearningRate(by factor: Double) throws(SoftmaxError) {
    let product = learningRateFactor * factor
    guard factor > 0, product > 0, product.isFinite else {
      throw SoftmaxError(
        .invalidArgument,
        "a callback wants the learning rate times \(factor), which leaves none to learn with")
    }
    learningRateFactor = product
  }

  /// The weight of the batches whose gradients wait for their step.
  var accumulatedWeight: AccumulatedWeight? { clock.accumulatedWeight }

  /// Sets the optimizer's clock as so many batches leave it.
  func setClock(stepCount count: Int, accumulatedWeight: AccumulatedWeight?) {
    clock = OptimizerClock(
      optimizer, batchesPerEpoch: stepsOfEpoch, after: count, accumulatedWeight: accumulatedWeight)
    stepCount = count
  }

  func settings(validation: TrainingSettings?) -> TrainingSettings {
    var settings = objective.settings(validation: validation)
    settings["optimizer"] = TrainingSettings(optimizer.name, optimizer.settings)
    return settings
  }
}

extension LabeledDataset {
  /// What tells a data set from another one in a training's settings.
  var identity: TrainingSettings {
    ["rows": TrainingSettings(Double(count)), "fingerprint": TrainingSettings("\(fingerprint)")]
  }
}

extension Sequential {
  /// The network with the values of another one of the same form.
  func withValues(of other: Sequential) -> Sequential {
    var network = self
    for index in layers.indices { network.layers[index].tensors = other.layers[index].tensors }
    return network
  }

  var isFinite: Bool {
    layers.allSatisfy { $0.tensors.allSatisfy { $0.values.allSatisfy(\.isFinite) } }
  }
}
