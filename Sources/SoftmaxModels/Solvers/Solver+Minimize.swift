// SPDX-License-Identifier: Apache-2.0

public import SoftmaxCore

/// Where a solver ended, with a certificate of how good that is.
public struct SolverResult: Sendable {
  /// The flat parameters that are handed back.
  public let parameters: [Float]
  /// The mean loss of all rows with the penalties at these parameters.
  public let objective: Double
  /// The Euclidean norm of its gradient there: 0 at an optimum.
  public let gradientNorm: Double
  /// The number of iterations.
  public let iterations: Int
  /// How often the objective and its gradient were taken.
  public let evaluations: Int
  /// Whether the norm is at most what the solver was asked for.
  ///
  /// Where it is not, `history.stopReason` says what ended the solve; nil says that the iterations did.
  public let isConverged: Bool
  /// Loss and accuracy after each iteration.
  public let history: TrainingHistory
}

extension Solver {
  /// Makes an objective as small as so many iterations can.
  ///
  /// - Parameters:
  ///   - objective: what to make small.
  ///   - parameters: where to begin; without them those of the objective's network.
  ///   - iterations: the most iterations.
  ///   - callbacks: what watches the iterations and may end them, in this order.
  ///   - checkpoint: where to go on; settings, data and callbacks must be those of the checkpoint's solve.
  /// - Returns: the parameters and how good they are.
  /// - Throws: `invalidArgument` or `shapeMismatch`; `unsupported` for an objective that the solver or
  ///   ``Objective/valueAndGradient(at:into:)`` is not made for; `diverged`; or what a callback throws.
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
  /// Trains the network on all rows at once, with a certificate of how good it has become.
  ///
  /// ```swift
  /// let result = try network.fit(
  ///   to: iris, solver: GradientDescent(), iterations: 1000, l2Penalty: 1e-3)
  /// print(result.isConverged, result.gradientNorm)
  /// ```
  ///
  /// Same data and settings give the same bits, whatever the threads and the processor, in one go or
  /// interrupted. Callbacks, checkpoints and the history count iterations where those of a training by
  /// batches count epochs.
  ///
  /// - Parameters:
  ///   - dataset: features of the network's input shape, and as many classes as it has outputs.
  ///   - solver: how to make the objective least.
  ///   - pipeline: what to do to the features first, those of the validation too.
  ///   - loss: what to make small.
  ///   - iterations: the most iterations.
  ///   - l1Penalty: the factor l1 in l1 sum |W|, added to the mean loss; biases are left alone.
  ///   - l2Penalty: the factor l2 in l2 / 2 ||W||^2, added to the mean loss; biases are left alone.
  ///   - validation: samples that are not learnt from; loss and accuracy on all of them end each
  ///     iteration.
  ///   - callbacks: what watches the iterations and may end the training, in this order.
  ///   - checkpoint: where to go on; see `fit` by batches.
  ///   - threads: the number of threads; without it as many of the machine's as help.
  /// - Returns: the objective at the parameters that the network has now, and how good they are.
  /// - Throws: `shapeMismatch`, `invalidArgument` or `unsupported`; `diverged`, leaving the network as it
  ///   was; or what a callback throws.
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
    try validateWeights(of: data.training, loss: loss)
    if let validation = data.validation { try validate(validation, loss: loss) }
    let objective = try Objective(
      self, on: data.training, loss: loss, l1Penalty: l1Penalty, l2Penalty: l2Penalty,
      threads: threads)
    let run = try SolverRun(
      solver, on: objective, from: objective.parameters, pipeline: data.pipeline)
    do {
      let result = try run.finished(
        iterations: iterations, validation: data.validation, callbacks: callbacks,
        resuming: checkpoint)
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
  /// Iterates to the end, watched by callbacks.
  fileprivate func finished(
    iterations: Int, validation: LabeledDataset?, callbacks: [any TrainingCallback],
    resuming checkpoint: Checkpoint?
  ) throws -> SolverResult {
    guard iterations >= 0 else {
      throw SoftmaxError(
        .invalidArgument, "iterations must not be negative, got \(iterations)")
    }
    var loop = TrainingLoop(
      self, epochCount: iterations, validation: validation, callbacks: callbacks)
    if let checkpoint { try loop.resume(checkpoint) }
    let parameters = objective.layout.values(of: try loop.run())
    // A callback may hand back other parameters than the last.
    var end = current
    if parameters != end.parameters {
      end = try SolverState(at: parameters, of: objective)
      end.evaluationCount += current.evaluationCount
    }
    return SolverResult(
      parameters: parameters, objective: end.value.objective, gradientNorm: end.gradientNorm,
      iterations: iterationCount, evaluations: end.evaluationCount,
      isConverged: end.gradientNorm <= solver.gradientTolerance, history: loop.history)
  }
}
