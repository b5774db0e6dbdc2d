// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// A fold of a cross-validation: the rows to learn from, and those that are held out.
///
/// Without rows that are held out it is the solve of all rows, which guides those of the folds.
///
/// It is solved for one penalty after the other, from strong to weak. All rows are solved first, each time from the
/// solution before. A fold has most of their rows, so its solution is near theirs, and the factor of their Hessian is
/// a preconditioner for it: one factor serves all folds, and a fold takes few passes.
///
/// It is `@unchecked Sendable` because one worker at a time uses it: `PenaltySearch` gives each task to one worker.
final class PenaltyFold: @unchecked Sendable {
  private let rows: LabeledDataset
  /// The indices of the rows that are held out and judged.
  var heldOut: [Int] { fold?.judged ?? [] }
  private let fold: Fold?
  private let steps: [PreprocessingStep]
  private let network: Sequential
  private let columnCounts: [Double]
  private let loss: Loss
  private let execution: Execution
  private let keepsData: Bool
  private let isCoarse: Bool
  private var data: Data?
  private let start: [Double]
  private var last: Solution?
  // What was added to the solution of all rows for the last penalty.
  private var offset: [Double] = []

  /// The logits of the rows that are held out, by the last solution.
  private(set) var heldOutLogits = Matrix(rowCount: 0, columnCount: 0)

  /// The weight of the rows that are held out and classified correctly, by the last solution; nil without weights.
  private(set) var rightWeight: Double?

  // The least log loss of the rows that are held out, over the penalties so far.
  private var leastLogLoss = Double.infinity

  /// The gap, as a share of the objective, up to which a fold is solved.
  static let gapTolerance = 1e-4
  // The same for all rows, whose solution is a start.
  private static let gapToleranceOfGuide = 1e-3
  // Newton's method with the factor of the whole Hessian ends after an iteration that lessens the objective by less
  // than this share of the tolerance: an iteration takes all but some hundredth of what is left. The bound of the gap
  // is far above that where the penalty is weak.
  private static let decreaseAtEnd = 0.2
  // A penalty whose log loss exceeds the least one by a share cannot win. Where solves are long, a tenth of that
  // share is accurate enough; and the greatest of such tolerances.
  private static let shareOfExcess = 0.1
  private static let greatestTolerance = 0.05
  private static let longSolve = 1 << 24
  private static let greatestIterationCount = 1000
  // A coarse solve ends after an iteration that lessens the objective by less than this share. Newton's method then has
  // a hundredth of that left, which moves the log loss of a penalty by less than the next penalty does.
  private static let coarseDecrease = 5e-3
  // The number of parameters above which a factor of the whole Hessian takes longer than a solve, and the
  // greatest number of rows from which it is estimated.
  private static let greatestFactorCount = 2048
  private static let sampleCount = 2048

  /// The rows as the network sees them, with the objective.
  private struct Data {
    let objective: Objective
    let gap: DualityGap?
    let heldOut: LabeledDataset?
  }

  /// The solution for a penalty.
  struct Solution: Sendable {
    fileprivate let state: SolverState
    /// The last preconditioner; nil if it is no factor.
    fileprivate let factor: HessianFactor?
  }

  /// Creates a fold.
  ///
  /// - Parameters:
  ///   - rows: the rows of all folds.
  ///   - fold: those that are judged and those that are learned from; nil to learn from all.
  ///   - steps: the steps to fit to the other rows.
  ///   - network: the network, whose parameters are the first start.
  ///   - columnCounts: the number of columns of each input; empty for 1.
  ///   - keepsData: whether a copy of the rows is kept from one penalty to the next.
  ///   - isCoarse: whether solves end when they gain little, without a bound of what is left.
  init(
    _ rows: LabeledDataset, fold: Fold?, steps: [PreprocessingStep], network: Sequential,
    columnCounts: [Double], loss: Loss, execution: Execution, keepsData: Bool, isCoarse: Bool
  ) {
    self.rows = rows
    self.fold = fold
    self.steps = steps
    self.network = network
    self.columnCounts = columnCounts
    self.loss = loss
    self.execution = execution
    self.keepsData = keepsData
    self.isCoarse = isCoarse
    start = ParameterLayout(network).values(of: network).map { Double($0) }
  }

  /// Solves all rows for a penalty, from the solution for the last one.
  func solution(c: Double) throws(SoftmaxError) -> Solution {
    let data = try prepared(c: c)
    var state = try SolverState(at: last?.state.parameters ?? start, of: data.objective)
    if keepsData, let last { NewtonCG.keepFactor(of: last.state, in: &state) }
    try solve(&state, data)
    let solution = Solution(
      state: state,
      factor: data.objective.hessianFactor.map {
        // The matrix is then not overwritten by that of the next factor while folds use it.
        HessianFactor(sharing: $0, on: data.objective.linearTeam)
      })
    last = solution
    return solution
  }

  /// Solves the fold for a penalty from its solution for the last one, and returns the loss and accuracy of the rows
  /// that are held out.
  func score(c: Double) throws(SoftmaxError) -> LossTotals {
    let solution = try solution(c: c)
    let totals = try totals(of: prepared(c: c), at: solution.state)
    leastLogLoss = min(leastLogLoss, totals.loss)
    return totals
  }

  /// Solves the fold for a penalty from the solution of all rows, and returns the loss and accuracy of the rows that
  /// are held out.
  func score(c: Double, near guide: Solution) throws(SoftmaxError) -> LossTotals {
    let data = try prepared(c: c)
    var state = try SolverState(at: start(near: guide), of: data.objective)
    if let factor = guide.factor {
      data.objective.hessianFactor = HessianFactor(sharing: factor, on: data.objective.linearTeam)
      state.vectors = [factor.point]
      NewtonCG.takeForm(of: guide.state, in: &state)
    }
    try solve(&state, data)
    offset = zip(state.parameters, guide.state.parameters).map { $0 - $1 }
    let totals = try totals(of: data, at: state)
    leastLogLoss = min(leastLogLoss, totals.loss)
    return totals
  }

  /// Returns the solution of all rows plus the distance to it for the last penalty, which changes slowly.
  private func start(near guide: Solution) -> [Double] {
    offset.isEmpty
      ? guide.state.parameters : zip(guide.state.parameters, offset).map { $0 + $1 }
  }

  private func totals(of data: Data, at state: SolverState) throws(SoftmaxError) -> LossTotals {
    guard let heldOut = data.heldOut else { return LossTotals() }
    heldOutLogits = try data.objective.network(with: state.parameters.map { Float($0) })
      .predictor(execution: execution).logits(for: heldOut.features)
    if let weights = heldOut.sampleWeights {
      let predictions = OutputFunction.softmax.classes(of: heldOutLogits)
      rightWeight = heldOut.labels.indices.reduce(0) {
        let (label, prediction) = (heldOut.labels[$1], predictions[$1])
        return label == prediction && label != loss.ignoredClass ? $0 + Double(weights[$1]) : $0
      }
    }
    return Loss.crossEntropy(ignoredClass: loss.ignoredClass)
      .evaluate(heldOut, logits: heldOutLogits).totals
  }

  // Returns the rows with the objective for a penalty.
  private func prepared(c: Double) throws(SoftmaxError) -> Data {
    let data: Data = if let known = self.data { known } else { try makeData() }
    self.data = keepsData ? data : nil
    data.objective.l2Penalty = SoftmaxRegression.penaltyOfOutputs(
      SoftmaxRegression.l2Penalty(forC: c, on: data.objective.dataset, loss: loss),
      classCount: rows.classCount)
    return data
  }

  private func makeData() throws(SoftmaxError) -> Data {
    var training = rows
    var others: LabeledDataset?
    if let fold {
      training = rows.selecting(rows: fold.learned(ofRows: rows.count))
      others = rows.selecting(rows: fold.judged)
    }
    if !steps.isEmpty {
      let pipeline = try Pipeline(steps, fittedTo: training)
      training = try pipeline.apply(to: training)
      if let rows = others { others = try pipeline.apply(to: rows) }
    }
    let objective = try Objective(
      network, on: training, loss: loss, optimizer: nil, batchSize: 256, l1Penalty: 0,
      l2Penalty: 1, columnCounts: columnCounts, execution: execution)
    objective.isCoarse = true
    return Data(
      objective: objective, gap: isCoarse ? nil : try DualityGap(objective), heldOut: others)
  }

  /// Minimizes the objective up to the tolerance.
  private func solve(_ state: inout SolverState, _ data: Data) throws(SoftmaxError) {
    let gap = data.gap?.with(l2Penalty: data.objective.l2Penalty)
    let solver = solver(for: data.objective)
    for _ in 0..<Self.greatestIterationCount {
      let tolerance = isCoarse ? Self.coarseDecrease : try tolerance(data, at: state)
      let bound = gap?.bound(at: state)
      if let bound, bound <= tolerance * state.value.objective { break }
      let before = state.value.objective
      guard try solver.iterate(&state, on: data.objective) else { break }
      guard state.value.objective.isFinite, state.gradientNorm.isFinite else {
        throw SolverState.diverged("the objective became \(state.value.objective)")
      }
      let decrease = before - state.value.objective
      if isCoarse, solver is NewtonCG {
        if decrease <= tolerance * before { break }
      } else if solver is NewtonCG, NewtonCG.usesWholeFactor(state) {
        if decrease <= Self.decreaseAtEnd * tolerance * before { break }
      } else if bound == nil, decrease <= tolerance / 100 * before {
        // No bound is known, such as for a class without a sample.
        break
      }
    }
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
    guard data.heldOut != nil else { return Self.gapToleranceOfGuide }
    let size = data.objective.dataset.count * data.objective.parameterCount
    guard size >= Self.longSolve, leastLogLoss.isFinite else { return Self.gapTolerance }
    let excess = try totals(of: data, at: state).loss / leastLogLoss - 1
    return min(max(Self.gapTolerance, Self.shareOfExcess * excess), Self.greatestTolerance)
  }
}
