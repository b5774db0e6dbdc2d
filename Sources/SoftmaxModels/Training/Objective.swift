// SPDX-License-Identifier: Apache-2.0

public import SoftmaxCore

/// The training objective: the mean loss of a network on a data set plus penalties, as a function of the
/// network's parameters.
///
/// ```swift
/// let objective = try Objective(network, on: dataset, batchSize: 32)
/// var parameters = objective.parameters
/// var gradient: [Float] = []
/// var optimizer = try OptimizerState(.adam(), for: network)
/// for batch in try objective.batches(epoch: 0) {
///   try objective.valueAndGradient(
///     at: parameters, rows: batch, step: optimizer.gradientCount, into: &gradient)
///   try optimizer.update(&parameters, along: gradient, on: objective)
/// }
/// let trained = try objective.network(at: parameters)
/// ```
///
/// Parameters are flat: one array with the trained parameters of all layers, in an order that depends on
/// the network's layers alone. ``parameters`` returns those of the network of the objective,
/// ``network(at:)`` returns a network with given parameters, and ``layers(of:)`` returns a gradient in
/// the shapes of the layers. A loop like the one above gives the same bits as `fit` with the same
/// settings.
///
/// An objective holds the prepared network, buffers and worker threads, so create it once and evaluate
/// it often. An evaluation costs the forward and backward pass of the network and one pass over the
/// parameters. An objective must not be used by several threads at the same time.
public final class Objective {
  /// The result of an evaluation.
  public struct Value: Hashable, Sendable {
    /// The sums of losses and correct predictions over the samples.
    public let totals: LossTotals
    /// The penalty l1 sum |W| + l2 / 2 ||W||^2; W includes the weights of frozen layers.
    public let penalty: Double

    /// The value of the objective: the mean loss plus the penalty.
    public var objective: Double { totals.loss + penalty }
  }

  /// The samples.
  public let dataset: LabeledDataset
  /// The maximum number of samples per batch, and the number of rows per block in the evaluation of all
  /// rows.
  public let batchSize: Int

  let network: Sequential
  let loss: Loss
  let l1Penalty: Double
  /// The factor of the L2 penalty; a search of the best one changes it from solve to solve.
  var l2Penalty: Double {
    didSet {
      // A factor of the whole Hessian stays a good preconditioner, and another one would cost much.
      if hessianFactor?.form != .whole { hessianFactor = nil }
    }
  }
  /// The number m of columns that each input stands for, by which the penalty of its weights is divided; empty if all
  /// are 1.
  let columnCounts: [Double]
  let layout: ParameterLayout
  let execution: Execution
  /// The sums over the weights of frozen layers, which the penalty includes.
  private(set) var frozenWeights = WeightSums()
  /// Memory for one sum per unit of a layer.
  var sumsOfUnits: [Double] = []
  // The last preconditioner that a solver asked for.
  var hessianFactor: HessianFactor?
  private lazy var dataIdentity = dataset.identity
  // The plan of batches and its team, made when they are first needed: a solver of softmax regression needs
  // none, and for many inputs it takes much memory.
  private var batches: (plan: any TrainingPlan, team: WorkerTeam)?
  // The values of all layers until the plan of batches holds them.
  private var current: Sequential
  // The last parameters that were rounded, with the result: a solver asks for many products at one point.
  private var lastRounding: (given: [Double], rounded: [Double])?
  // The evaluation of all rows in double; nil if the network or the loss does not support it.
  lazy var linearPlan =
    linearFeatures.sparse == nil
    ? LinearPlan(
      network, on: dataset, loss: loss, workerCount: linearTeam.threadCount,
      kernels: execution.kernels, isCoarse: isCoarse) : nil
  /// Whether `linearPlan` may be in single precision at any size; set before its first use.
  var isCoarse = false
  // The same if the rows are sparse.
  lazy var sparsePlan = linearFeatures.sparse.flatMap {
    SparsePlan(
      network, on: dataset, rows: $0, loss: loss, workerCount: linearTeam.threadCount,
      kernels: execution.kernels)
  }
  // The equations of Newton's method on sparse rows, whose memory serves all iterations.
  lazy var sparseEquations = sparsePlan.map {
    SparseEquations($0, isOneVsRest: loss.isOneVsRest, kernels: execution.kernels)
  }
  // The features of `linearPlan`: the columns of a table, and sparse rows that are nearly full, are converted
  // once.
  lazy var linearFeatures: Features = {
    let features = dataset.features
    let isAsNeeded =
      features.sparse == nil ? features.table == nil : SparsePlan.matrix(of: features) != nil
    return isAsNeeded ? features : .floats(features.matrix)
  }()
  // Coordinates of the parameters, for full rows those in which features have comparable scales.
  lazy var linearCoordinates =
    regressionPlan.map { _ in
      LinearCoordinates(layout, linearPlan?.moments, l2Penalty: l2Penalty)
    }
  // The team of `linearPlan`. The plan of batches can be limited to fewer threads.
  lazy var linearTeam: WorkerTeam = {
    let work =
      SparsePlan.matrix(of: dataset.features)
      .map { $0.values.count * dataset.classCount + parameterCount }
      ?? dataset.count * parameterCount
    let useful = LinearPlan.usefulThreadCount(multiplicationCount: work)
    let count = execution.threads ?? min(WorkerTeam.processorCount, useful)
    return count == batches?.team.threadCount ? team : WorkerTeam(threadCount: count)
  }()

  /// Prepares the evaluation of a network.
  ///
  /// - Parameters:
  ///   - network: the network with its initial parameters.
  ///   - dataset: features of the network's input shape, and as many classes as the network has outputs.
  ///   - loss: the loss of a sample.
  ///   - batchSize: the maximum number of samples per batch; at most the number of samples is used.
  ///   - l1Penalty: the factor l1 in l1 sum |W|, added to the mean loss, where W are the weights of
  ///     dense layers. The derivative of |w| is the sign of w, and 0 at 0.
  ///   - l2Penalty: the factor l2 in l2 / 2 ||W||^2, added to the mean loss.
  ///   - threads: the number of threads; nil for as many as are useful.
  /// - Throws: `shapeMismatch` or `invalidArgument` if the samples do not fit the network, or for a
  ///   negative penalty; `invalidData` or `nonFiniteValue` for a table with texts or missing cells.
  public convenience init(
    _ network: Sequential, on dataset: LabeledDataset, loss: Loss = .crossEntropy,
    batchSize: Int = 256, l1Penalty: Double = 0, l2Penalty: Double = 0, threads: Int? = nil
  ) throws(SoftmaxError) {
    // A pipeline without steps rejects a table with texts or missing cells, and passes other features
    // unchanged.
    try self.init(
      network, on: Pipeline().apply(to: dataset), loss: loss, optimizer: nil, batchSize: batchSize,
      l1Penalty: l1Penalty, l2Penalty: l2Penalty, execution: Execution(threads: threads))
  }

  /// Prepares the evaluation of a network, or its training with an optimizer.
  ///
  /// - Parameters:
  ///   - optimizer: the optimizer of the training; nil for evaluation only. With an optimizer the plan need not store
  ///     gradients, so they cannot be requested.
  ///   - columnCounts: the number of columns of each input of a regression on sparse rows; empty for 1.
  init(
    _ network: Sequential, on dataset: LabeledDataset, loss: Loss, optimizer: Optimizer?,
    batchSize: Int, l1Penalty: Double, l2Penalty: Double, columnCounts: [Double] = [],
    execution: Execution
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
    self.columnCounts = columnCounts
    self.execution = execution
    layout = ParameterLayout(network)
    current = network
    guard let optimizer else {
      // Only evaluations report the penalty.
      frozenWeights = sumsOfFrozenWeights(of: network)
      return
    }
    batches = TrainingPlans.make(
      for: network, on: dataset, loss: loss, optimizer: optimizer, batchSize: self.batchSize,
      l1Penalty: Float(l1Penalty), l2Penalty: Float(l2Penalty), execution: execution)
  }

  var plan: any TrainingPlan { batchPlan().plan }
  var team: WorkerTeam { batchPlan().team }

  // Without an optimizer the plan computes the gradient of the loss alone, and the penalties are added by this
  // type.
  private func batchPlan() -> (plan: any TrainingPlan, team: WorkerTeam) {
    if let batches { return batches }
    let made = TrainingPlans.make(
      for: current, on: dataset, loss: loss, optimizer: nil, batchSize: batchSize, l2Penalty: 0,
      execution: execution)
    batches = made
    return made
  }

  /// The number of trained parameters, without those of frozen layers.
  public var parameterCount: Int { layout.count }

  /// The flat parameters of the network from which the objective was created.
  public var parameters: [Float] { layout.values(of: network) }

  /// Returns the network with some parameters.
  ///
  /// The running means and variances of batch normalizations are those after the batches evaluated so
  /// far.
  ///
  /// - Throws: `shapeMismatch` unless there are ``parameterCount`` parameters.
  public func network(at parameters: [Float]) throws(SoftmaxError) -> Sequential {
    try validate(parameters)
    return network(with: parameters)
  }

  func network(with parameters: [Float]) -> Sequential {
    var current = current
    batches?.plan.store(into: &current)
    return layout.network(current, with: parameters)
  }

  /// Returns flat values by layer, with the names and shapes of the layers' tensors.
  ///
  /// - Throws: `shapeMismatch` unless there are ``parameterCount`` values.
  public func layers(of values: [Float]) throws(SoftmaxError) -> [LayerTensors] {
    try validate(values)
    return layout.layers(of: values)
  }

  /// Returns the batches of an epoch, shuffled with the network's seed as by `fit`.
  ///
  /// - Parameter epoch: the index of the epoch, counted from 0.
  /// - Throws: `invalidArgument` for a negative epoch.
  public func batches(epoch: Int) throws(SoftmaxError) -> ShuffledBatches {
    try ShuffledBatches(of: batchSize, from: dataset.count, seed: network.seed, epoch: epoch)
  }
}

// The members that trainers and solvers use.
extension Objective {
  /// Replaces the values of all layers, including frozen ones, by those of a network with the same layers.
  func load(_ network: Sequential) {
    current = network
    batches?.plan.load(network, optimizerState: [])
    frozenWeights = sumsOfFrozenWeights(of: network)
  }

  var regressionPlan: (any RegressionPlan)? { sparsePlan ?? linearPlan }

  /// The arithmetic of solvers on vectors of parameters.
  var vectors: VectorTeam { VectorTeam(team: regressionPlan == nil ? team : linearTeam) }

  /// Returns parameters rounded to values that a checkpoint holds exactly.
  func rounded(_ parameters: [Double]) -> [Double] {
    // Equal arrays mostly share their memory, and are then compared without a look at their elements.
    if let lastRounding, lastRounding.given == parameters || lastRounding.rounded == parameters {
      return lastRounding.rounded
    }
    let result = parameters.map(rounding.rounded)
    lastRounding = (parameters, result)
    return result
  }

  /// Returns the objective's share of a training's settings.
  ///
  /// - Parameter validation: the identity of the validation samples; nil if there are none.
  func settings(validation: SettingsTree?) -> SettingsTree {
    var lossSettings = SettingsTree(loss.name, loss.settings)
    if !loss.classWeights.isEmpty {
      lossSettings["class weights"] = SettingsTree(
        loss.classWeights.map { SettingsTree($0) })
    }
    return [
      "loss": lossSettings,
      "batch size": SettingsTree(Double(batchSize)),
      "L1 penalty": SettingsTree(l1Penalty),
      "L2 penalty": SettingsTree(l2Penalty),
      "training data": dataIdentity,
      "validation data": validation ?? "none",
    ]
  }

  /// Validates the rows of a batch.
  ///
  /// - Throws: `invalidArgument` unless there are 1 to `batchSize` rows; `notFound` for a row that is not
  ///   in the data set.
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

  /// Throws `shapeMismatch` unless there are ``parameterCount`` values.
  func validate(_ parameters: [Float]) throws(SoftmaxError) {
    try validate(count: parameters.count)
  }

  func validate(count: Int) throws(SoftmaxError) {
    guard count == parameterCount else {
      throw SoftmaxError(
        .shapeMismatch, "the network has \(parameterCount) parameters, got \(count)",
        remedy: "begin with the objective's parameters")
    }
  }
}
