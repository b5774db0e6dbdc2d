// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// A fold of a cross-validation: the rows to learn from, those that are held out, and the last solution.
///
/// It is solved for one penalty after the other, from strong to weak. Each solution is the start of the next,
/// so a solve takes few passes.
///
/// It is `@unchecked Sendable` because one worker at a time uses it: `PenaltySearch` hands it over under a lock.
final class PenaltyFold: @unchecked Sendable {
  private let rows: LabeledDataset
  private let heldOut: [Int]
  private let steps: [PreprocessingStep]
  private let network: Sequential
  private let loss: Loss
  private let execution: Execution
  private let keepsData: Bool
  private var data: Data?
  private let start: [Double]
  private var last: SolverState?

  // The least log loss of the rows that are held out, over the penalties so far.
  private var leastLogLoss = Double.infinity

  /// The gap, as a share of the objective, up to which a fold is solved.
  static let gapTolerance = 1e-4
  // A penalty whose log loss exceeds the least one by a share cannot win. Where solves are long, a tenth of that
  // share is accurate enough; and the greatest of such tolerances.
  private static let shareOfExcess = 0.1
  private static let greatestTolerance = 0.05
  private static let longSolve = 1 << 24
  private static let greatestIterationCount = 1000
  // The number of parameters above which a factor of the whole Hessian takes longer than a solve, and the
  // greatest number of rows from which it is estimated.
  private static let greatestFactorCount = 2048
  private static let sampleCount = 2048

  /// The rows as the network sees them, with the objective.
  private struct Data {
    let objective: Objective
    let gap: DualityGap?
    let heldOut: LabeledDataset
  }

  /// Creates a fold.
  ///
  /// - Parameters:
  ///   - rows: the rows of all folds.
  ///   - heldOut: the indices of those that are held out.
  ///   - steps: the steps to fit to the other rows.
  ///   - network: the network, whose parameters are the first start.
  ///   - keepsData: whether a copy of the rows is kept from one penalty to the next.
  init(
    _ rows: LabeledDataset, heldOut: [Int], steps: [PreprocessingStep], network: Sequential,
    loss: Loss, execution: Execution, keepsData: Bool
  ) {
    self.rows = rows
    self.heldOut = heldOut
    self.steps = steps
    self.network = network
    self.loss = loss
    self.execution = execution
    self.keepsData = keepsData
    start = ParameterLayout(network).values(of: network).map { Double($0) }
  }

  /// Solves the fold for a penalty, and returns the loss and accuracy of the rows that are held out.
  func score(c: Double) throws(SoftmaxError) -> LossTotals {
    let data: Data = if let known = self.data { known } else { try makeData() }
    self.data = keepsData ? data : nil
    let objective = data.objective
    objective.l2Penalty = SoftmaxRegression.penaltyOfOutputs(
      SoftmaxRegression.l2Penalty(forC: c, on: objective.dataset, loss: loss),
      classCount: rows.classCount)
    let state = try solved(data, data.gap?.with(l2Penalty: objective.l2Penalty))
    last = state
    let totals = try totals(of: data, at: state)
    leastLogLoss = min(leastLogLoss, totals.loss)
    return totals
  }

  private func totals(of data: Data, at state: SolverState) throws(SoftmaxError) -> LossTotals {
    let logits = try data.objective.network(with: state.parameters.map { Float($0) })
      .predictor(execution: execution).logits(for: data.heldOut.features)
    return Loss.crossEntropy(ignoredClass: loss.ignoredClass)
      .evaluate(data.heldOut, logits: logits).totals
  }

  private func makeData() throws(SoftmaxError) -> Data {
    let isHeldOut = Set(heldOut)
    var training = rows.selecting(rows: (0..<rows.count).filter { !isHeldOut.contains($0) })
    var others = rows.selecting(rows: heldOut)
    if !steps.isEmpty {
      let pipeline = try Pipeline(steps, fittedTo: training)
      training = try pipeline.apply(to: training)
      others = try pipeline.apply(to: others)
    }
    let objective = try Objective(
      network, on: training, loss: loss, optimizer: nil, batchSize: 256, l1Penalty: 0,
      l2Penalty: 1, execution: execution)
    objective.isCoarse = true
    return Data(objective: objective, gap: try DualityGap(objective), heldOut: others)
  }

  /// Minimizes the objective from the last solution, up to the tolerance.
  private func solved(_ data: Data, _ gap: DualityGap?) throws(SoftmaxError) -> SolverState {
    let solver = solver(for: data.objective)
    var state = try SolverState(at: last?.parameters ?? start, of: data.objective)
    if solver is NewtonCG, keepsData, let last { NewtonCG.keepFactor(of: last, in: &state) }
    for _ in 0..<Self.greatestIterationCount {
      let tolerance = try tolerance(data, at: state)
      let bound = gap?.bound(at: state)
      if let bound, bound <= tolerance * state.value.objective { break }
      let before = state.value.objective
      guard try solver.iterate(&state, on: data.objective) else { break }
      guard state.value.objective.isFinite, state.gradientNorm.isFinite else {
        throw SolverState.diverged("the objective became \(state.value.objective)")
      }
      // Where no bound is known, such as for a class without a sample.
      if bound == nil, before - state.value.objective <= tolerance / 100 * before { break }
    }
    return state
  }

  private func solver(for objective: Objective) -> any Solver {
    let solver = SolverChoice(
      parameterCount: objective.parameterCount, isSparse: objective.isSparse
    ).solver
    guard solver is NewtonCG else { return solver }
    var newton = NewtonCG(sampleCount: Self.sampleCount)
    newton.factorsWholeHessian = objective.parameterCount <= Self.greatestFactorCount
    return newton
  }

  /// Returns the gap, as a share of the objective, that is small enough at a state.
  private func tolerance(_ data: Data, at state: SolverState) throws(SoftmaxError) -> Double {
    let size = data.objective.dataset.count * data.objective.parameterCount
    guard size >= Self.longSolve, leastLogLoss.isFinite else { return Self.gapTolerance }
    let excess = try totals(of: data, at: state).loss / leastLogLoss - 1
    return min(max(Self.gapTolerance, Self.shareOfExcess * excess), Self.greatestTolerance)
  }
}
