// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore
import Synchronization

/// The cross-validation of penalties for softmax regression.
///
/// Each fold is solved along the path of penalties from strong to weak. The folds are solved side by side, one
/// to a worker, which takes the fold that is behind the others. A solve depends on its fold and penalty and on
/// the fold's solves before alone, so the bits do not depend on the number of workers.
final class PenaltySearch: Sendable {
  private let cs: [Double]
  private let l2Penalties: [Double]
  private let folds: [PenaltyFold]
  private let workerCount: Int
  private let usesOneStandardErrorRule: Bool
  private let state: Mutex<State>

  // The size of the copies of the rows, in elements, up to which all folds keep theirs.
  private static let greatestKeptCount = 1 << 28

  private struct State {
    // The index of the next penalty of each fold.
    var next: [Int]
    var isBusy: [Bool]
    // The results by penalty and fold.
    var scores: [[LossTotals?]]
    var points: [PenaltyPath.Point] = []
    // The number of penalties to solve.
    var end: Int
    var error: (any Error)?
  }

  /// Prepares a search.
  ///
  /// - Parameters:
  ///   - rows: the rows to learn from and to judge by.
  ///   - steps: the steps that are fitted to the rows of each fold; empty if they are preprocessed already.
  ///   - network: the network, whose parameters are the start.
  ///   - cs: the values of scikit-learn's C, ascending.
  init(
    _ rows: LabeledDataset, steps: [PreprocessingStep], network: Sequential, cs: [Double],
    foldCount: Int, usesOneStandardErrorRule: Bool, loss: Loss, execution: Execution
  ) throws(SoftmaxError) {
    let heldOut = try rows.stratifiedFolds(foldCount)
    // Copies of many rows would take too much memory. Their folds are solved one after the other, each by all
    // threads, which is as fast where a pass is long. Sparse rows that no step makes full take a value and a
    // column, the same in the transpose, and the solver's vectors.
    let sparse = steps.isEmpty ? SparsePlan.matrix(of: rows.features) : nil
    let size =
      sparse.map { 4 * $0.values.count + 16 * network.parameterCount }
      ?? rows.features.columnCount * rows.count
    let (elementCount, isTooLarge) = size.multipliedReportingOverflow(by: foldCount)
    let keepsData = !isTooLarge && elementCount <= Self.greatestKeptCount
    let workerCount = keepsData ? min(execution.threadCount, foldCount) : 1
    let inner =
      workerCount > 1
      ? execution.limited(to: max(1, execution.threadCount / workerCount)) : execution
    self.workerCount = workerCount
    folds = heldOut.map {
      PenaltyFold(
        rows, heldOut: $0, steps: steps, network: network, loss: loss,
        execution: inner, keepsData: keepsData)
    }
    self.cs = cs
    l2Penalties = cs.map { SoftmaxRegression.l2Penalty(forC: $0, on: rows, loss: loss) }
    self.usesOneStandardErrorRule = usesOneStandardErrorRule
    state = Mutex(
      State(
        next: Array(repeating: 0, count: foldCount),
        isBusy: Array(repeating: false, count: foldCount),
        scores: Array(repeating: Array(repeating: nil, count: foldCount), count: cs.count),
        end: cs.count))
  }

  /// Solves all folds, and returns the path.
  ///
  /// - Parameter observer: told of each penalty that has been solved for all folds.
  func run(reportingTo observer: (any PenaltyObserver)?) throws -> PenaltyPath {
    let reporter = Reporter(search: self, observer: observer)
    WorkerTeam(threadCount: workerCount).run { [self] worker in
      while let (fold, penalty) = take() {
        do {
          finish(fold, penalty, try folds[fold].score(c: cs[penalty]))
          if worker.index == 0 { try reporter.report() }
        } catch {
          stop(error)
        }
      }
    }
    if let error = state.withLock({ $0.error }) { throw error }
    try reporter.report()
    return path(state.withLock { $0.points })
  }

  // Returns the idle fold that is behind the others, with its penalty; nil if no fold can be solved now.
  //
  // A worker that finds none is not needed any more: each fold that remains has the worker that solves it.
  private func take() -> (fold: Int, penalty: Int)? {
    state.withLock { state in
      guard state.error == nil else { return nil }
      let idle = folds.indices.filter { !state.isBusy[$0] && state.next[$0] < state.end }
      guard let fold = idle.min(by: { state.next[$0] < state.next[$1] }) else { return nil }
      state.isBusy[fold] = true
      return (fold, state.next[fold])
    }
  }

  private func finish(_ fold: Int, _ penalty: Int, _ score: LossTotals) {
    state.withLock { state in
      state.scores[penalty][fold] = score
      state.next[fold] += 1
      state.isBusy[fold] = false
      // The end depends on the penalties up to it alone, even if some folds are beyond it.
      guard penalty < state.end else { return }
      let scores = state.scores[penalty].compactMap(\.self)
      guard scores.count == folds.count else { return }
      state.points.append(point(penalty, scores))
      if hasRisenTwice(state.scores.prefix(penalty + 1).suffix(3)) { state.end = penalty + 1 }
    }
  }

  private func stop(_ error: any Error) {
    state.withLock { state in
      if state.error == nil { state.error = error }
    }
  }

  // Whether the log loss of every fold has risen from the first penalty to the second and on to the third.
  private func hasRisenTwice(_ scores: ArraySlice<[LossTotals?]>) -> Bool {
    guard scores.count == 3 else { return false }
    return folds.indices.allSatisfy { fold in
      let losses = scores.compactMap { $0[fold]?.loss }
      return zip(losses, losses.dropFirst()).allSatisfy { $0 < $1 }
    }
  }

  // The mean over all rows is the mean of the folds' means by their weights. Its standard error is that of
  // glmnet.
  private func point(_ penalty: Int, _ scores: [LossTotals]) -> PenaltyPath.Point {
    var totals = LossTotals()
    for score in scores { totals += score }
    let mean = totals.loss
    let squares = scores.reduce(0) {
      $0 + $1.weightSum * ($1.loss - mean) * ($1.loss - mean)
    }
    let variance =
      totals.weightSum > 0 ? squares / totals.weightSum / Double(scores.count - 1) : 0
    return PenaltyPath.Point(
      c: cs[penalty], l2Penalty: l2Penalties[penalty], logLoss: mean,
      standardError: variance.squareRoot(), accuracy: totals.accuracy)
  }

  private func path(_ points: [PenaltyPath.Point]) -> PenaltyPath {
    PenaltyPath(
      points: points, penaltyCount: cs.count, foldCount: folds.count,
      usesOneStandardErrorRule: usesOneStandardErrorRule)
  }

  /// Reports the penalties that are new.
  ///
  /// It is `@unchecked Sendable` because only the caller's thread uses it.
  private final class Reporter: @unchecked Sendable {
    private let search: PenaltySearch
    private let observer: (any PenaltyObserver)?
    private var count = 0

    init(search: PenaltySearch, observer: (any PenaltyObserver)?) {
      self.search = search
      self.observer = observer
    }

    func report() throws {
      let points = search.state.withLock { $0.points }
      while count < points.count {
        count += 1
        try observer?.pathAdvances(search.path(Array(points.prefix(count))))
      }
    }
  }
}
