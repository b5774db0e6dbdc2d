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
    var network = network
    plan.store(into: &network)
    layout.store(parameters, into: &network)
    return network
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

extension Objective {
  /// The mean loss of some samples with the penalties, and its gradient.
  ///
  /// - Parameters:
  ///   - parameters: where.
  ///   - rows: the samples' rows in the data set, at most `batchSize`; one may occur twice.
  ///   - step: the number of batches before this one, from which ``Dropout`` draws: with the same
  ///     number the same units of the same rows are dropped again.
  ///   - gradient: becomes the gradient; memory of the right size is used again.
  /// - Throws: `shapeMismatch` for parameters of another number; `invalidArgument` for no samples, too
  ///   many, or a negative step; `notFound` for a row that the data set does not have.
  /// - Complexity: no allocation but for the first gradient.
  @discardableResult
  public func valueAndGradient(
    at parameters: [Float], rows: ArraySlice<Int>, step: Int = 0, into gradient: inout [Float]
  ) throws(SoftmaxError) -> Value {
    try validate(parameters)
    try validate(rows)
    guard step >= 0 else {
      throw SoftmaxError(.invalidArgument, "the number of a step must be at least 0, got \(step)")
    }
    plan.schedule.setBatch(rows)
    plan.schedule.setNumber(of: 0, to: step)
    prepare(&gradient)
    parameters.withFlatView { parameters in
      gradient.withMutableFlatView { gradient in
        run(0..<1) { [plan] steps, features, targets, worker in
          plan.load(parameters, worker: worker)
          plan.run(
            steps, features: features, targets: targets, isUpdating: false, worker: worker)
          guard let gradient else { return }
          plan.forEachPart(of: worker, afterStep: 0) { part in
            guard part.isOwned else { return }
            part.view(of: gradient).assign(part.gradient)
          }
        }
        guard let parameters, let gradient, l1Penalty != 0 || l2Penalty != 0 else { return }
        for segment in layout.segments where segment.isPenalized {
          execution.kernels.penalize(
            segment.view(of: gradient), of: segment.view(of: parameters), l1: Float(l1Penalty),
            l2: Float(l2Penalty))
        }
      }
    }
    return Value(totals: plan.schedule.result(of: 0), penalty: penalty(at: parameters))
  }

  /// The same of samples given as an array.
  @discardableResult
  public func valueAndGradient(
    at parameters: [Float], rows: [Int], step: Int = 0, into gradient: inout [Float]
  ) throws(SoftmaxError) -> Value {
    try valueAndGradient(at: parameters, rows: rows[...], step: step, into: &gradient)
  }

  /// The mean loss of all samples with the penalties, and its gradient.
  ///
  /// Blocks of `batchSize` rows are computed as batches are; their sums are added in double, in the order
  /// of the rows whatever the threads.
  ///
  /// - Parameters:
  ///   - parameters: where.
  ///   - gradient: becomes the gradient; memory of the right size is used again.
  /// - Throws: `shapeMismatch` for parameters of another number; `unsupported` for a network that is no
  ///   function of its parameters and a row alone, with ``Dropout`` or a ``BatchNormalization`` that is
  ///   not frozen.
  @discardableResult
  public func valueAndGradient(
    at parameters: [Float], into gradient: inout [Double]
  ) throws(SoftmaxError) -> Value {
    try validate(parameters)
    try validateRowsAreIndependent()
    plan.schedule.setOrder(Array(0..<dataset.count))
    prepare(&gradient)
    for index in gradient.indices { gradient[index] = 0 }
    let steps = 0..<plan.schedule.stepCount
    var totals = LossTotals()
    parameters.withFlatView { parameters in
      gradient.withVectorView { gradient in
        run(steps) { [plan] steps, features, targets, worker in
          plan.load(parameters, worker: worker)
          for step in steps {
            plan.run(
              step..<step + 1, features: features, targets: targets, isUpdating: false,
              worker: worker)
            guard let gradient else { continue }
            let weight = plan.weight(of: step)
            plan.forEachPart(of: worker, afterStep: step) { part in
              guard part.isOwned, weight > 0 else { return }
              part.gradient.add(
                times: weight, to: gradient, at: part.offset, stride: part.stride)
            }
          }
        }
      }
    }
    plan.schedule.add(steps, to: &totals)
    let weight = totals.weightSum > 0 ? totals.weightSum : 1
    for index in gradient.indices { gradient[index] /= weight }
    if l1Penalty != 0 || l2Penalty != 0 {
      for segment in layout.segments where segment.isPenalized {
        for index in segment.range {
          let w = Double(parameters[index])
          let sign = w > 0 ? 1.0 : w < 0 ? -1 : 0
          gradient[index] += l1Penalty * sign + l2Penalty * w
        }
      }
    }
    return Value(totals: totals, penalty: penalty(at: parameters))
  }

  /// The mean loss of all samples with the penalties.
  ///
  /// - Throws: as ``valueAndGradient(at:into:)-([Float],[Double])``.
  /// - Complexity: that of the gradient too, which comes along.
  public func value(at parameters: [Float]) throws(SoftmaxError) -> Value {
    var gradient: [Double] = []
    return try valueAndGradient(at: parameters, into: &gradient)
  }
}

extension Objective {
  /// l1 sum |W| + l2 / 2 ||W||^2, in double: the weights of a unit ascending, then the units.
  private func penalty(at parameters: [Float]) -> Double {
    guard l1Penalty != 0 || l2Penalty != 0 else { return 0 }
    var (sum, squares) = (0.0, 0.0)
    for segment in layout.segments where segment.isPenalized {
      let (units, inputs) = (segment.shape[0], segment.shape[1])
      let (ofUnit, ofInput) = segment.isTransposed ? (1, units) : (inputs, 1)
      for unit in 0..<units {
        var (ofThis, squaresOfThis) = (0.0, 0.0)
        for input in 0..<inputs {
          let w = Double(parameters[segment.offset + unit * ofUnit + input * ofInput])
          ofThis += w.magnitude
          squaresOfThis += w * w
        }
        sum += ofThis
        squares += squaresOfThis
      }
    }
    return l1Penalty * sum + l2Penalty / 2 * squares
  }

  private func prepare<Number: Numeric>(_ gradient: inout [Number]) {
    guard gradient.count != parameterCount else { return }
    gradient = Array(repeating: 0, count: parameterCount)
  }

  /// Calls `body` with some steps, the features and the targets on each worker.
  private func run(
    _ steps: Range<Int>,
    _ body: @escaping @Sendable (Range<Int>, FeatureSource, FeatureSource?, Worker) -> Void
  ) {
    dataset.withSources { features, targets in
      team.run(steps, prepare: plan.prepare) { worker, steps in
        body(steps, features, targets, worker)
      }
    }
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

  func validateRowsAreIndependent() throws(SoftmaxError) {
    for operation in LoweredNetwork(network).operations {
      // What does nothing in prediction draws in training; a column is one of the whole batch.
      let traits = operation.traits
      let looksAtOthers = traits.form == .columns && !operation.isFrozen
      guard !traits.actsInPrediction || looksAtOthers else { continue }
      throw SoftmaxError(
        .unsupported,
        "layer \(network.layers[operation.layer].name) draws, or looks at all rows of a batch: with it "
          + "the loss of all rows is no function of the parameters alone",
        remedy: "train by batches, or leave the layer out")
    }
  }
}
