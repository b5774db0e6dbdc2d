// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// A running solver as a process of the training loop: an iteration is an epoch of one step.
final class SolverRun: TrainingProcess {
  let objective: Objective
  /// The objective that the solver iterates on, whose parameters the states have: with a penalty, and sparse rows, it
  /// is one of the distinct columns, otherwise `objective`.
  let solved: Objective
  private let distinct: DistinctColumns?
  let pipeline: Pipeline
  let solver: any Solver
  private(set) var current: SolverState
  private let dualityGap: DualityGap?
  private let separation: Separation?
  // The gap, as a share of the objective, up to which a solve that rounding ends has converged.
  private var greatestRoundingGap: Double {
    solved.linearPlan?.precision == .single ? 1e-4 : 1e-5
  }
  private(set) var iterationCount = 0
  private var isStuck = false
  /// Whether the classes were found separable, so that no finite parameters are best.
  private(set) var isSeparable = false

  /// Evaluates the objective at the initial parameters.
  init(
    _ solver: any Solver, on objective: Objective, from parameters: [Float], pipeline: Pipeline
  ) throws(SoftmaxError) {
    let distinct = DistinctColumns(for: objective, solver: solver)
    self.distinct = distinct
    if let distinct { solved = try distinct.selected(of: objective) } else { solved = objective }
    try solver.validate(solved)
    self.solver = solver
    self.objective = objective
    self.pipeline = pipeline
    let start =
      distinct?.parameters(of: parameters, objective.layout, solved.layout)
      ?? parameters.map { Double($0) }
    current = try SolverState(at: start, of: solved)
    dualityGap = try DualityGap(solved, from: current)
    separation = Separation(of: solved)
  }

  var unit: TrainingHistory.Unit { .iteration }
  var stepsOfEpoch: Int { 1 }
  var learningRate: Double { current.stepLength }
  var lastLearningRate: Double { current.stepLength }
  var networkAsItIs: Sequential {
    objective.network(with: weights(of: current.parameters))
  }

  var network: Sequential {
    get throws(SoftmaxError) {
      let network = networkAsItIs
      guard network.isFinite else { throw SolverState.diverged("the weights became infinite") }
      return network
    }
  }

  /// Returns parameters of `solved` as those of `objective`, rounded to floats.
  func weights(of parameters: [Double]) -> [Float] {
    distinct?.weights(of: parameters, solved.layout, in: objective.layout)
      ?? parameters.map { Float($0) }
  }

  /// Returns parameters of `objective` as those of `solved`.
  func parameters(of weights: [Float]) -> [Double] {
    distinct?.parameters(of: weights, objective.layout, solved.layout)
      ?? weights.map { Double($0) }
  }

  /// Returns an upper bound of the distance of the objective to its minimum; nil if none is known.
  func objectiveGap(at state: SolverState) -> Double? {
    // The bound is at least 0 but for rounding.
    dualityGap?.bound(at: state).map { max(0, $0) }
  }

  /// Returns the least bound for a state that follows from the bounds there and at the current parameters.
  ///
  /// The bound at the current parameters gives a lower bound of the minimum. Rounding to floats increases the
  /// objective by less than it increases the bound.
  func leastGap(at state: SolverState) -> Double? {
    let fromCurrent = objectiveGap(at: current).map {
      max(0, $0 + state.value.objective - current.value.objective)
    }
    return [fromCurrent, objectiveGap(at: state)].compactMap(\.self).min()
  }

  /// Returns the reason why a state is converged; nil if it is not.
  func convergence(of state: SolverState) -> String? {
    if let tolerance = solver.gapTolerance, let gap = objectiveGap(at: state),
      gap <= tolerance * state.value.objective
    {
      return "the objective is within \(gap) of its minimum, at most \(tolerance) times its value"
    }
    if isStuck, solver.gapTolerance != nil, let gap = objectiveGap(at: state),
      gap <= greatestRoundingGap * state.value.objective
    {
      return "the objective is within \(gap) of its minimum, as near as rounding allows"
    }
    return state.gradientNorm <= solver.gradientTolerance
      ? "the gradient's norm \(state.gradientNorm) is at most \(solver.gradientTolerance)" : nil
  }

  var endReason: String? {
    separableReason ?? convergence(of: current)
      ?? (isStuck ? "\(solver.name) finds no parameters of a lesser objective" : nil)
  }

  private var separableReason: String? { isSeparable ? Separation.reason : nil }

  func begin(epoch: Int) {}

  func run(_ steps: Range<Int>, addingTo totals: inout LossTotals) throws(SoftmaxError) {
    for _ in steps {
      let before = current
      isStuck = try !solver.iterate(&current, on: solved)
      guard current.value.objective.isFinite, current.gradientNorm.isFinite else {
        throw SolverState.diverged("the objective became \(current.value.objective)")
      }
      guard current.stepLength > 0, current.stepLength.isFinite else {
        throw SoftmaxError(
          .invalidArgument,
          "the length of a step must be finite and greater than 0, but \(solver.name) set it to "
            + "\(current.stepLength)")
      }
      if let separation { isSeparable = try separation.isFound(after: before, at: current) }
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
  private static let separableKey = "separable"

  var state: Trainer.State {
    get throws(SoftmaxError) {
      var values = current.values
      values[Self.evaluationsKey] = Double(current.evaluationCount)
      if isStuck { values[Self.stuckKey] = 1 }
      if isSeparable { values[Self.separableKey] = 1 }
      return Trainer.State(
        network: try network,
        optimizerState: (remainders + current.vectors).map {
          objective.layout.layers(
            of: distinct?.spread($0, solved.layout, in: objective.layout) ?? $0)
        },
        stepCount: iterationCount, learningRateFactor: current.stepLength, solverValues: values)
    }
  }

  /// What completes the network's parameters, which are floats: two vectors of floats.
  ///
  /// The sum is exact, also where an input has m columns: m times a float is a double, and so is what the parameter differs
  /// from it by, of at most 29 + log2 m bits.
  private var remainders: [[Float]] {
    let rounded = parameters(of: weights(of: current.parameters))
    let rests = zip(current.parameters, rounded).map { $0 - $1 }
    let firsts = rests.map { Float($0) }
    return [firsts, zip(rests, firsts).map { Float($0 - Double($1)) }]
  }

  func restore(_ state: Trainer.State) throws(SoftmaxError) {
    try validate(state)
    var vectors: [[Float]] = []
    for layers in state.optimizerState {
      guard let vector = objective.layout.values(of: layers) else {
        throw SoftmaxError(
          .shapeMismatch, "the solver's vectors in the state are those of another network")
      }
      vectors.append(distinct?.gathered(vector, objective.layout, solved.layout) ?? vector)
    }
    guard vectors.count >= 2 else {
      throw SoftmaxError(
        .invalidData, "the state is not one of a solver: it lacks the rest of the parameters")
    }
    let remainder = zip(vectors[0], vectors[1]).map { Double($0) + Double($1) }
    vectors.removeFirst(2)
    var values = state.solverValues
    // The values may come from a file, so the count is validated below.
    let evaluations = values.removeValue(forKey: Self.evaluationsKey) ?? 0
    let wasStuck = values.removeValue(forKey: Self.stuckKey) != nil
    let wasSeparable = values.removeValue(forKey: Self.separableKey) != nil
    guard 0...0x1p53 ~= evaluations else {
      throw SoftmaxError(
        .invalidData, "the solver's state makes no sense: \(evaluations) evaluations")
    }
    var restored = try evaluated(at: state.network, plus: remainder)
    restored.stepLength = state.learningRateFactor
    restored.evaluationCount = Int(evaluations)
    restored.values = values
    restored.vectors = vectors
    current = restored
    iterationCount = state.stepCount
    isStuck = wasStuck
    isSeparable = wasSeparable
  }

  /// Gives the objective the values of a network, including those of its frozen layers, and evaluates it.
  ///
  /// If it throws, the objective keeps its values. The evaluation is not counted, so that a resumed solve
  /// has the count of an uninterrupted one.
  private func evaluated(
    at network: Sequential, plus remainder: [Double]
  ) throws(SoftmaxError) -> SolverState {
    let before = networkAsItIs
    objective.load(network)
    do {
      let parameters = zip(parameters(of: objective.layout.values(of: network)), remainder).map(+)
      return try SolverState(at: parameters, of: solved)
    } catch {
      objective.load(before)
      throw error
    }
  }
}
