// SPDX-License-Identifier: Apache-2.0

public import SoftmaxCore

extension Solver {
  /// Minimizes an objective in at most `iterations` iterations.
  ///
  /// - Parameters:
  ///   - objective: the objective to minimize.
  ///   - parameters: the initial flat parameters; nil for those of the objective's network.
  ///   - iterations: the maximum number of iterations.
  ///   - callbacks: the callbacks, called in this order; they observe the iterations and may end the
  ///     solve.
  ///   - checkpoint: the checkpoint from which to resume; settings, data and callbacks must be those of
  ///     the checkpoint's solve. The objective's frozen layers take their values from it.
  /// - Returns: the parameters, the objective and the norm of its gradient.
  /// - Throws: `invalidArgument` or `shapeMismatch`; `unsupported` for an objective that the solver or
  ///   ``Objective/value(at:)`` does not support; `diverged`; the errors of callbacks.
  public func minimize(
    _ objective: Objective, from parameters: [Float]? = nil, iterations: Int = 100,
    callbacks: [any TrainingCallback] = [], resuming checkpoint: Checkpoint? = nil
  ) throws -> SolverResult {
    let run = try SolverRun(
      self, on: objective, from: parameters ?? objective.parameters, pipeline: Pipeline())
    return try run.finished(
      iterations: iterations, validation: nil, callbacks: callbacks, resuming: checkpoint)
  }
}

extension Sequential {
  /// Trains the network with a solver on all rows, and returns the norm of the gradient as a certificate.
  ///
  /// ```swift
  /// let result = try network.fit(
  ///   to: iris, solver: GradientDescent(), iterations: 1000, l2Penalty: 1e-3)
  /// print(result.isConverged, result.gradientNorm)
  /// ```
  ///
  /// The same data and settings give the same bits, independent of the number of threads and the
  /// processor, and of interruptions if the training is resumed from a checkpoint. For callbacks,
  /// checkpoints and the history an iteration counts as an epoch.
  ///
  /// - Parameters:
  ///   - dataset: features of the network's input shape, and as many classes as the network has outputs.
  ///   - solver: the solver that minimizes the objective.
  ///   - pipeline: the preprocessing of the features for training and validation. With nil, features are
  ///     only converted to floats: columns in the order of the table, bytes times their scale.
  ///   - loss: the loss to minimize.
  ///   - iterations: the maximum number of iterations.
  ///   - l1Penalty: the factor l1 in l1 sum |W|, added to the mean loss; W does not include biases.
  ///   - l2Penalty: the factor l2 in l2 / 2 ||W||^2, added to the mean loss; W does not include biases.
  ///   - validation: samples that are not trained on. After each iteration their loss and accuracy are
  ///     computed.
  ///   - callbacks: the callbacks, called in this order; they observe the iterations and may end the
  ///     training.
  ///   - checkpoint: the checkpoint from which to resume, with the same requirements as in `fit` by
  ///     batches.
  ///   - threads: the number of threads; nil for as many of the machine's as are useful.
  /// - Returns: the objective at the network's new parameters and the norm of its gradient.
  /// - Throws: `shapeMismatch`, `invalidArgument` or `unsupported`; `diverged`, in which case the network
  ///   is not changed; the errors of callbacks.
  @discardableResult
  public mutating func fit(
    to dataset: LabeledDataset, solver: some Solver, pipeline: Pipeline? = nil,
    loss: Loss = .crossEntropy, iterations: Int = 100, l1Penalty: Double = 0,
    l2Penalty: Double = 0, validation: Validation = .none,
    callbacks: [any TrainingCallback] = [], resuming checkpoint: Checkpoint? = nil,
    threads: Int? = nil
  ) throws -> SolverResult {
    let data = try TrainingData(
      dataset, validation: validation, preprocessing: pipeline?.steps ?? [], seed: seed)
    return try fit(
      to: data, solver: solver, loss: loss, iterations: iterations, l1Penalty: l1Penalty,
      l2Penalty: l2Penalty, callbacks: callbacks, resuming: checkpoint,
      execution: Execution(threads: threads), onProgress: nil)
  }

  /// Trains the network on rows that are already split and preprocessed.
  ///
  /// - Parameters:
  ///   - data: the training and validation rows, and the pipeline that was applied to them.
  ///   - isCentered: whether the means of the weights and biases over the classes are subtracted at the end.
  ///   - execution: the threads, kernels and plan.
  ///   - onProgress: called at the end of each iteration.
  mutating func fit(
    to data: TrainingData, solver: any Solver, loss: Loss, iterations: Int, l1Penalty: Double = 0,
    l2Penalty: Double, callbacks: [any TrainingCallback], resuming checkpoint: Checkpoint?,
    isCentered: Bool = false, execution: Execution,
    onProgress: ((TrainingProgress) throws -> Void)?
  ) throws -> SolverResult {
    let objective = try Objective(
      self, on: data.training, loss: loss, optimizer: nil, batchSize: 256, l1Penalty: l1Penalty,
      l2Penalty: l2Penalty, execution: execution)
    try validateWeights(of: data.training, loss: loss)
    if let validation = data.validation { try validate(validation, loss: loss) }
    let run = try SolverRun(
      solver, on: objective, from: objective.parameters, pipeline: data.pipeline)
    do {
      let result = try run.finished(
        iterations: iterations, validation: data.validation, callbacks: callbacks,
        resuming: checkpoint, isCentered: isCentered, onProgress: onProgress)
      self = try objective.network(at: result.parameters)
      return result
    } catch let error as SoftmaxError where error.code == .diverged {
      throw error
    } catch {
      if run.iterationCount > 0 { self = run.networkAsItIs }
      throw error
    }
  }
}

extension SolverRun {
  /// Runs the iterations in the training loop and returns the result.
  fileprivate func finished(
    iterations: Int, validation: LabeledDataset?, callbacks: [any TrainingCallback],
    resuming checkpoint: Checkpoint?, isCentered: Bool = false,
    onProgress: ((TrainingProgress) throws -> Void)? = nil
  ) throws -> SolverResult {
    guard iterations >= 0 else {
      throw SoftmaxError(
        .invalidArgument, "iterations must not be negative, got \(iterations)")
    }
    var loop = TrainingLoop(
      self, epochCount: iterations, validation: validation, callbacks: callbacks,
      onProgress: onProgress)
    if let checkpoint { try loop.resume(checkpoint) }
    // A callback may replace the last parameters by others, such as those of the best iteration.
    let last = objective.layout.values(of: try loop.run())
    let isCurrent = last == weights(of: current.parameters)
    var exact = isCurrent ? current.parameters : parameters(of: last)
    if isCentered, let plan = solved.regressionPlan {
      exact = plan.centered(exact, l1Penalty: solved.l1Penalty)
    }
    // The certificate is for the parameters that are returned, which are floats.
    let weights = weights(of: exact)
    let rounded = parameters(of: weights)
    var end = current
    if rounded != end.parameters {
      end = try SolverState(at: rounded, of: solved)
      end.evaluationCount += current.evaluationCount
    }
    return SolverResult(
      parameters: weights, objective: end.value.objective, gradientNorm: end.gradientNorm,
      objectiveGap: leastGap(at: end),
      iterations: iterationCount,
      evaluations: end.evaluationCount,
      isConverged: !isSeparable && convergence(of: isCurrent ? current : end) != nil,
      isSeparable: isSeparable, history: loop.history)
  }
}
