// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// A network, loss and optimizer lowered to training steps, with all memory allocated up front.
///
/// There are two plans, which give the same bits: the plain plan runs layer by layer and takes every
/// network; the fused plan is faster and takes the networks of `FusedShape`.
protocol TrainingPlan: AnyObject, Sendable {
  /// The batches of the epoch and the results of the steps.
  var schedule: BatchSchedule { get }

  /// Does a worker's share of some steps of an epoch, and records their results in `schedule`.
  ///
  /// The updates are those of `schedule`; none is applied if `isUpdating` is false. The running statistics
  /// of batch normalization change in either case.
  func run(
    _ steps: Range<Int>, features: FeatureSource, targets: FeatureSource?, isUpdating: Bool,
    worker: Worker)

  /// Returns the sum of the weights of a step's samples, which is the divisor of their mean loss.
  func weight(of step: Int) -> Double

  /// Copies the parameters into a network.
  func store(into network: inout Sequential)

  /// Returns the optimizer's state: for each state value of a parameter, tensors in the shapes of all
  /// layers.
  func storedOptimizerState() -> [[LayerTensors]]

  /// Loads parameters and optimizer state, in the form that `storedOptimizerState()` returns.
  func load(_ network: Sequential, optimizerState: [[LayerTensors]])

  /// Prepares the plan for the number of workers of the next steps; called before they start.
  func prepare(workerCount: Int)

  /// Calls `body` with each of a worker's slices of the parameters.
  ///
  /// The gradients are those of `step`, if it ran without an update.
  func forEachPart(of worker: Worker, afterStep step: Int, _ body: (ParameterPart) -> Void)
}

/// The choice of the training plan and of the number of threads.
enum TrainingPlans {
  /// Creates the plan and the team that runs it.
  ///
  /// - Parameter execution: the number of threads, the kernels, and the plan that is preferred if both can
  ///   train the network.
  static func make(
    for network: Sequential, on dataset: LabeledDataset, loss: Loss, optimizer: Optimizer?,
    batchSize: Int, l1Penalty: Float = 0, l2Penalty: Float, execution: Execution
  ) -> (plan: any TrainingPlan, team: WorkerTeam) {
    let isPlain = execution.plan == .plain
    let treatment = GradientTreatment(optimizer, l1Penalty: l1Penalty, l2Penalty: l2Penalty)
    // The fused plan saves no time if the optimizer's rule needs stored gradients.
    let isFusible = treatment.isNone && optimizer?.rule.stepsInTiles ?? true
    let isFused = !isPlain && isFusible && dataset.sampleWeights == nil
    let form = isFused ? FusedShape(network, loss: loss) : nil
    let shape = form.flatMap { $0.fits(rowCount: batchSize) ? $0 : nil }
    // By default the team is limited to the number of threads that is useful for this network.
    let useful = shape?.usefulThreadCount(rowCount: batchSize) ?? .max
    let team = WorkerTeam(threadCount: execution.threads ?? min(WorkerTeam.processorCount, useful))
    guard let shape, shape.fits(rowCount: batchSize, workerCount: team.threadCount) else {
      let plan = PlainPlan(
        network, on: dataset, loss: loss, optimizer: optimizer ?? .sgd(), batchSize: batchSize,
        l1Penalty: l1Penalty, l2Penalty: l2Penalty, stepsInTiles: !isPlain,
        workerCount: team.threadCount, kernels: execution.kernels)
      return (plan, team)
    }
    let plan = FusedPlan(
      network, of: shape, on: dataset, optimizer: optimizer, batchSize: batchSize,
      l2Penalty: l2Penalty, workerCount: team.threadCount, kernels: execution.kernels)
    return (plan, team)
  }
}
