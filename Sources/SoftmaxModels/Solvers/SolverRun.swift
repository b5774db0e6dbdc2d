// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// A running solver as a process of the training loop: an iteration is an epoch of one step.
final class SolverRun: TrainingProcess {
  let objective: Objective
  let pipeline: Pipeline
  let solver: any Solver
  private(set) var current: SolverState
  private(set) var iterationCount = 0
  private var isStuck = false

  /// Evaluates the objective at the initial parameters.
  init(
    _ solver: any Solver, on objective: Objective, from parameters: [Float], pipeline: Pipeline
  ) throws(SoftmaxError) {
    try solver.validate(objective)
    self.solver = solver
    self.objective = objective
    self.pipeline = pipeline
    current = try SolverState(at: parameters, of: objective)
  }

  var unit: TrainingHistory.Unit { .iteration }
  var stepsOfEpoch: Int { 1 }
  var learningRate: Double { current.stepLength }
  var lastLearningRate: Double { current.stepLength }
  var networkAsItIs: Sequential { objective.network(with: current.parameters) }

  var network: Sequential {
    get throws(SoftmaxError) {
      let network = networkAsItIs
      guard network.isFinite else { throw SolverState.diverged("the weights became infinite") }
      return network
    }
  }

  var isConverged: Bool { current.gradientNorm <= solver.gradientTolerance }

  var endReason: String? {
    if isConverged {
      return "the gradient's norm \(current.gradientNorm) is at most \(solver.gradientTolerance)"
    }
    return isStuck ? "\(solver.name) finds no parameters of a lesser objective in floats" : nil
  }

  func begin(epoch: Int) {}

  func run(_ steps: Range<Int>, addingTo totals: inout LossTotals) throws(SoftmaxError) {
    for _ in steps {
      isStuck = try !solver.iterate(&current, on: objective)
      guard current.value.objective.isFinite, current.gradientNorm.isFinite else {
        throw SolverState.diverged("the objective became \(current.value.objective)")
      }
      guard current.stepLength > 0, current.stepLength.isFinite else {
        throw SoftmaxError(
          .invalidArgument,
          "the length of a step must be finite and greater than 0, but \(solver.name) set it to "
            + "\(current.stepLength)")
      }
      iterationCount += 1
      totals += current.value.totals
    }
  }

  func scaleLearningRate(by factor: Double) throws(SoftmaxError) {
    throw SoftmaxError(
      .unsupported,
      "a callback wants another learning rate, but \(solver.name) chooses the length of "
        + "its steps itself", remedy: "leave the callback out, or train by batches")
  }

  func settings(validation: SettingsTree?) -> SettingsTree {
    var settings = objective.settings(validation: validation)
    settings["solver"] = SettingsTree(solver.name, solver.settings)
    return settings
  }
}

// The state for checkpoints.
extension SolverRun {
  private static let evaluationsKey = "evaluations"
  private static let stuckKey = "stuck"

  var state: Trainer.State {
    get throws(SoftmaxError) {
      var values = current.values
      values[Self.evaluationsKey] = Double(current.evaluationCount)
      if isStuck { values[Self.stuckKey] = 1 }
      return Trainer.State(
        network: try network, optimizerState: current.vectors.map(objective.layout.layers(of:)),
        stepCount: iterationCount, learningRateFactor: current.stepLength, solverValues: values)
    }
  }

  func restore(_ state: Trainer.State) throws(SoftmaxError) {
    try validate(state)
    var vectors: [[Float]] = []
    for layers in state.optimizerState {
      guard let vector = objective.layout.values(of: layers) else {
        throw SoftmaxError(
          .shapeMismatch, "the solver's vectors in the state are those of another network")
      }
      vectors.append(vector)
    }
    var values = state.solverValues
    // The values may come from a file, so the count is validated below.
    let evaluations = values.removeValue(forKey: Self.evaluationsKey) ?? 0
    let wasStuck = values.removeValue(forKey: Self.stuckKey) != nil
    guard 0...0x1p53 ~= evaluations else {
      throw SoftmaxError(
        .invalidData, "the solver's state makes no sense: \(evaluations) evaluations")
    }
    var restored = try evaluated(at: state.network)
    restored.stepLength = state.learningRateFactor
    restored.evaluationCount = Int(evaluations)
    restored.values = values
    restored.vectors = vectors
    current = restored
    iterationCount = state.stepCount
    isStuck = wasStuck
  }

  /// Gives the objective the values of a network, including those of its frozen layers, and evaluates it.
  ///
  /// If it throws, the objective keeps its values. The evaluation is not counted, so that a resumed solve
  /// has the count of an uninterrupted one.
  private func evaluated(at network: Sequential) throws(SoftmaxError) -> SolverState {
    let before = networkAsItIs
    objective.load(network)
    do {
      return try SolverState(at: objective.layout.values(of: network), of: objective)
    } catch {
      objective.load(before)
      throw error
    }
  }
}
