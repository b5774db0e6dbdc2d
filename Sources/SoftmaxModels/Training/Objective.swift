// SPDX-License-Identifier: Apache-2.0

public import SoftmaxCore

/// What training makes small: the mean loss of a network on a data set with its penalties, as a function
/// of the network's parameters.
///
/// ```swift
/// let objective = try Objective(network, on: dataset, batchSize: 32)
/// var parameters = objective.parameters
/// var gradient: [Float] = []
/// var optimizer = try OptimizerState(.adam(), for: network)
/// for batch in try objective.batches(epoch: 0) {
///   try objective.valueAndGradient(
///     at: parameters, rows: batch, step: optimizer.gradientCount, into: &gradient)
///   try optimizer.update(&parameters, along: gradient)
/// }
/// let trained = objective.network(at: parameters)
/// ```
///
/// Parameters are flat: one array with the trained parameters of all layers, in an order that depends on
/// the network's form alone. ``parameters`` has those of the network that the objective was made of,
/// ``network(at:)`` puts them into a network, ``layers(of:)`` gives a gradient in the shapes of the
/// layers. Such a loop gives the bits of `fit` with the same settings.
///
/// It keeps what an evaluation needs: the network laid out for the kernels, and threads. An evaluation
/// costs the products of the network, and a pass over the parameters. One thread at a time may use it.
public final class Objective {
  /// What an evaluation gave.
  public struct Value: Hashable, Sendable {
    /// The losses of the samples.
    public let totals: LossTotals
    /// l1 sum |W| + l2 / 2 ||W||^2.
    public let penalty: Double

    /// The mean loss with the penalties: what is made small.
    public var objective: Double { totals.loss + penalty }
  }

  /// The samples.
  public let dataset: LabeledDataset
  /// The most samples of a batch; all rows are summed in blocks of so many.
  public let batchSize: Int

  let network: Sequential
  let loss: Loss
  let l1Penalty: Double
  let l2Penalty: Double
  let plan: any TrainingPlan
  let team: WorkerTeam
  let layout: ParameterLayout
  let execution: Execution
  private lazy var dataIdentity = dataset.identity
  // Made when the first product is asked for.
  lazy var curvature = CurvaturePlan(
    network, on: dataset, loss: loss, batchSize: batchSize, workerCount: team.threadCount,
    kernels: execution.kernels)

  /// Lays out the evaluation of a network.
  ///
  /// - Parameters:
  ///   - network: the form, and where training begins.
  ///   - dataset: features of the network's input shape, and as many classes as it has outputs.
  ///   - loss: the loss of a sample.
  ///   - batchSize: the most samples of a batch; the data set's count where that is smaller.
  ///   - l1Penalty: the factor l1 in l1 sum |W|, added to the mean loss. W are the weights of dense
  ///     layers; the slope of |w| is the sign of w, and 0 at 0.
  ///   - l2Penalty: the factor l2 in l2 / 2 ||W||^2, added to the mean loss.
  ///   - threads: the number of threads; without it as many as help.
  /// - Throws: `shapeMismatch` or `invalidArgument` for samples that do not fit the network, or for a
  ///   penalty below 0; `invalidData` or `nonFiniteValue` for a table with texts or missing cells.
  public convenience init(
    _ network: Sequential, on dataset: LabeledDataset, loss: Loss = .crossEntropy,
    batchSize: Int = 256, l1Penalty: Double = 0, l2Penalty: Double = 0, threads: Int? = nil
  ) throws(SoftmaxError) {
    // A table whose cells are missing or texts is refused here; other features pass as they are.
    try self.init(
      network, on: Pipeline().apply(to: dataset), loss: loss, optimizer: nil, batchSize: batchSize,
      l1Penalty: l1Penalty, l2Penalty: l2Penalty, execution: Execution(threads: threads))
  }

  /// Lays out the evaluation of a network, or its training with an optimizer.
  ///
  /// - Parameter optimizer: what the plan steps with; then gradients need not be stored, and none can
  ///   be asked for.
  init(
    _ network: Sequential, on dataset: LabeledDataset, loss: Loss, optimizer: Optimizer?,
    batchSize: Int, l1Penalty: Double, l2Penalty: Double, execution: Execution
  ) throws(SoftmaxError) {
    try network.validate(dataset, loss: loss)
    guard batchSize > 0 else {
      throw SoftmaxError(.invalidArgument, "the batch size must be at least 1, got \(batchSize)")
    }
    try Sequential.validate(l1Penalty: l1Penalty, l2Penalty: l2Penalty)
    self.network = network
    self.dataset = dataset
    self.batchSize = min(batchSize, dataset.count)
    self.loss = loss
    self.l1Penalty = l1Penalty
    self.l2Penalty = l2Penalty
    self.execution = execution
    layout = ParameterLayout(network)
    // Without an optimizer the gradient is that of the loss alone, and gets the penalties here.
    let isStepping = optimizer != nil
    (plan, team) = TrainingPlans.make(
      for: network, on: dataset, loss: loss, optimizer: optimizer, batchSize: self.batchSize,
      l1Penalty: isStepping ? Float(l1Penalty) : 0, l2Penalty: isStepping ? Float(l2Penalty) : 0,
      execution: execution)
  }

  /// The number of parameters: those of frozen layers are none.
  public var parameterCount: Int { layout.count }

  /// The parameters of the network that the objective was made of.
  public var parameters: [Float] { layout.values(of: network) }

  /// A network with some parameters.
  ///
  /// Running means and variances of batch normalizations are those that the batches so far have left.
  ///
  /// - Precondition: there are ``parameterCount`` of them.
  public func network(at parameters: [Float]) -> Sequential {
    precondition(parameters.count == parameterCount, "the parameters are of another network")
    var current = network
    plan.store(into: &current)
    return layout.network(current, with: parameters)
  }

  /// Flat values by layer, under the names and in the shapes of the layers' tensors.
  ///
  /// - Precondition: there are ``parameterCount`` of them.
  public func layers(of values: [Float]) -> [LayerTensors] {
    precondition(values.count == parameterCount, "the values are of another network")
    return layout.layers(of: values)
  }

  /// The batches of an epoch, shuffled as `fit` does: by the network's seed.
  ///
  /// - Parameter epoch: the number of the epoch, from 0.
  /// - Throws: `invalidArgument` for a negative epoch.
  public func batches(epoch: Int) throws(SoftmaxError) -> ShuffledBatches {
    try ShuffledBatches(of: batchSize, from: dataset.count, seed: network.seed, epoch: epoch)
  }
}

// What trainers and solvers need beside.
extension Objective {
  /// What of a training's settings is the objective's.
  ///
  /// - Parameter validation: which samples are held back.
  func settings(validation: TrainingSettings?) -> TrainingSettings {
    var lossSettings = TrainingSettings(loss.name, loss.settings)
    if !loss.classWeights.isEmpty {
      lossSettings["class weights"] = TrainingSettings(
        loss.classWeights.map { TrainingSettings($0) })
    }
    return [
      "loss": lossSettings,
      "batch size": TrainingSettings(Double(batchSize)),
      "L1 penalty": TrainingSettings(l1Penalty),
      "L2 penalty": TrainingSettings(l2Penalty),
      "training data": dataIdentity,
      "validation data": validation ?? "none",
    ]
  }

  func validate(_ rows: ArraySlice<Int>) throws(SoftmaxError) {
    guard !rows.isEmpty, rows.count <= batchSize else {
      throw SoftmaxError(
        .invalidArgument, "a step takes 1 to \(batchSize) samples, got \(rows.count)",
        remedy: "ask for a larger batchSize, or cut the batch")
    }
    for row in rows where row < 0 || row >= dataset.count {
      throw SoftmaxError(
        .notFound, "the data set has \(dataset.count) samples, and none in row \(row)")
    }
  }

  func validate(_ parameters: [Float]) throws(SoftmaxError) {
    guard parameters.count == parameterCount else {
      throw SoftmaxError(
        .shapeMismatch, "the network has \(parameterCount) parameters, got \(parameters.count)",
        remedy: "begin with the objective's parameters")
    }
  }
}
