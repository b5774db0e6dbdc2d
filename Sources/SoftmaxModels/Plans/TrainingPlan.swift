// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// Training, lowered to steps over an arena that is laid out up front.
///
/// Both plans give the same bits: the plain one is layer by layer and takes every network, the fused
/// one is fast and takes those of the usual form.
protocol TrainingPlan: AnyObject, Sendable {
  /// The order of the samples, and what the steps give.
  var schedule: BatchSchedule { get }

  /// Does a worker's part of some steps of an epoch, which update as `schedule` says or not at all, and records in it
  /// what they gave. The running means of batch normalizations move either way.
  func run(
    _ steps: Range<Int>, features: FeatureSource, targets: FeatureSource?, isUpdating: Bool,
    worker: Worker)

  /// The sum of the weights of a step's samples, which their mean loss is divided by.
  func weight(of step: Int) -> Double

  /// Hands the parameters back to a network.
  func store(into network: inout Sequential)

  /// The optimizer's state, in the shapes of the parameters: for each of its values of a parameter
  /// those of every layer.
  func storedOptimizerState() -> [[LayerTensors]]

  /// Takes over parameters and the optimizer's state, of the form that `storedOptimizerState()` has.
  func load(_ network: Sequential, optimizerState: [[LayerTensors]])

  /// Told how many workers the next steps have, before they begin.
  func prepare(workerCount: Int)

  /// Calls `body` with each of a worker's parts of the parameters; the gradient is that of a step without
  /// an update.
  func forEachPart(of worker: Worker, afterStep step: Int, _ body: (ParameterPart) -> Void)

  /// The gradients of the last run's last step, by layer, in the shapes of the tensors.
  ///
  /// For runs without updates: a plan need not store a gradient that it steps along.
  func storedGradients() -> [LayerTensors]
}

/// Which plan trains a network, and on how many threads.
enum TrainingPlans {
  /// Makes the plan and its team.
  ///
  /// - Parameter execution: on how many threads, with which kernels, and by which plan where there
  ///   is a choice.
  static func make(
    for network: Sequential, on dataset: LabeledDataset, loss: Loss, optimizer: Optimizer?,
    batchSize: Int, l1Penalty: Float = 0, l2Penalty: Float, execution: Execution
  ) -> (plan: any TrainingPlan, team: WorkerTeam) {
    let isPlain = execution.plan == .plain
    let treatment = GradientTreatment(optimizer, l1Penalty: l1Penalty, l2Penalty: l2Penalty)
    // A rule that steps along stored gradients is no faster by workers that own their units.
    let isFusible = treatment.isNone && optimizer?.rule.stepsInTiles ?? true
    let isFused = !isPlain && isFusible && dataset.sampleWeights == nil
    let form = isFused ? FusedShape(network, loss: loss) : nil
    let shape = form.flatMap { $0.fits(rowCount: batchSize) ? $0 : nil }
    // Where the machine is asked for no more than it has, a team gets no larger than it is useful.
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
