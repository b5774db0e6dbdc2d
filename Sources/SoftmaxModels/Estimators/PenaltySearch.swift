// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// The cross-validation of penalties for softmax regression.
///
/// The penalties are solved from strong to weak, first for all rows, then for each fold from that solution. The folds
/// of a penalty and all rows for the next one are solved side by side, one to a worker. A solve depends on its rows,
/// its penalty and the solves before alone, so the bits do not depend on the number of workers.
final class PenaltySearch: Sendable {
  private let cs: [Double]
  private let l2Penalties: [Double]
  private let all: PenaltyFold
  private let folds: [PenaltyFold]
  // The number of folds, the first ones, by which penalties are judged.
  private let judgeCount: Int
  private let workerCount: Int
  private let usesOneStandardErrorRule: Bool

  // The size of the copies of the rows, in elements, up to which all folds keep theirs.
  private static let greatestKeptCount = 1 << 28
  // The number of values other than 0 times classes above which a coarse search judges by one fold alone.
  private static let greatestFoldedCount = 1 << 22

  /// Prepares a search.
  ///
  /// - Parameters:
  ///   - rows: the rows to learn from and to judge by.
  ///   - steps: the steps that are fitted to the rows of each fold; empty if they are preprocessed already.
  ///   - network: the network, whose parameters are the start.
  ///   - cs: the values of scikit-learn's C, ascending.
  ///   - folds: the folds of the rows.
  ///   - judgeCount: the number of folds by which penalties are judged; nil for all.
  ///   - isCoarse: whether the solves of folds end early, and many rows are judged by one fold alone.
  init(
    _ rows: LabeledDataset, steps: [PreprocessingStep], network: Sequential, cs: [Double],
    folds: [Fold], judgeCount: Int? = nil, usesOneStandardErrorRule: Bool,
    isCoarse: Bool = false, loss: Loss, execution: Execution
  ) throws(SoftmaxError) {
    var (rows, network) = (rows, network)
    let entryCount = rows.features.sparse?.values.count ?? 0
    let isLong = isCoarse && entryCount * rows.classCount > Self.greatestFoldedCount
    self.judgeCount = judgeCount ?? (isLong ? 1 : folds.count)
    var columnCounts: [Double] = []
    if steps.isEmpty, let columns = DistinctColumns(of: rows.features, joinsEqual: true) {
      (rows, network) = (try columns.selected(of: rows), try columns.selected(of: network))
      columnCounts = columns.counts
    }
    // Copies of many rows would take too much memory. Their folds are solved one after the other, each by all
    // threads, which is as fast where a pass is long. Sparse rows that no step makes full take a value and a
    // column, the same in the transpose, and the solver's vectors.
    let sparse = steps.isEmpty ? SparsePlan.matrix(of: rows.features) : nil
    let size =
      sparse.map { 4 * $0.values.count + 16 * network.parameterCount }
      ?? rows.features.columnCount * rows.count
    let (keptCount, isTooLarge) = size.multipliedReportingOverflow(by: folds.count)
    let keepsData = !isTooLarge && keptCount <= Self.greatestKeptCount
    let workerCount =
      keepsData && self.judgeCount > 1 ? min(execution.threadCount, folds.count) : 1
    let inner =
      workerCount > 1
      ? execution.limited(to: max(1, execution.threadCount / workerCount)) : execution
    self.workerCount = workerCount
    let fold = { [rows, network, columnCounts] (fold: Fold?) in
      PenaltyFold(
        rows, fold: fold, steps: steps, network: network, columnCounts: columnCounts, loss: loss,
        execution: inner, keepsData: keepsData, isCoarse: isCoarse)
    }
    all = fold(nil)
    self.folds = folds.map(fold)
    self.cs = cs
    l2Penalties = cs.map { SoftmaxRegression.l2Penalty(forC: $0, on: rows, loss: loss) }
    self.usesOneStandardErrorRule = usesOneStandardErrorRule
  }

  /// The result of a search.
  struct Result {
    let path: PenaltyPath
    /// The logits of the rows of each fold by the model of the chosen penalty that was fitted to the other folds.
    ///
    /// They are empty unless they were asked for.
    let heldOut: [HeldOutLogits]
  }

  /// Solves the folds for one penalty after the other, and returns the path.
  ///
  /// - Parameters:
  ///   - observer: told of each penalty that has been solved.
  ///   - keepsHeldOut: whether the logits of the rows that are held out are returned.
  ///   - solvesOtherFolds: whether those of the folds that did not judge are too.
  func run(
    reportingTo observer: (any PenaltyObserver)?, keepsHeldOut: Bool = false,
    solvesOtherFolds: Bool = false
  ) throws -> Result {
    let team = WorkerTeam(threadCount: workerCount)
    var scores: [[LossTotals]] = []
    var points: [PenaltyPath.Point] = []
    // The solution of all rows guides those of several folds.
    let isGuided = judgeCount > 1
    var guide = isGuided ? try all.solution(c: cs[0]) : nil
    var best = (guide: guide, heldOut: [HeldOutLogits]())
    for penalty in cs.indices {
      var next: PenaltyFold.Solution?
      if let guide {
        let results = try results(penalty, near: guide, folds: 0..<judgeCount, on: team)
        scores.append(results.scores)
        next = results.guide
      } else {
        scores.append([try folds[0].score(c: cs[penalty])])
      }
      points.append(point(penalty, scores[penalty]))
      if keepsHeldOut, path(points).chosen?.c == cs[penalty] {
        best = (guide, folds[..<judgeCount].map(HeldOutLogits.init))
      }
      try observer?.pathAdvances(path(points))
      guard !isGuided || next != nil, !hasRisenTwice(scores.suffix(3)) else { break }
      guide = next
    }
    let found = path(points)
    if keepsHeldOut, solvesOtherFolds, judgeCount < folds.count,
      let chosen = cs.firstIndex(where: { $0 == found.chosen?.c })
    {
      let others = judgeCount..<folds.count
      _ = try results(chosen, near: best.guide, folds: others, hasNext: false, on: team)
      best.heldOut += folds[others].map(HeldOutLogits.init)
    }
    return Result(path: found, heldOut: best.heldOut)
  }

  /// Solves some folds for a penalty, and all rows for the next one.
  private func results(
    _ penalty: Int, near guide: PenaltyFold.Solution?, folds range: Range<Int>,
    hasNext wantsNext: Bool = true, on team: WorkerTeam
  ) throws -> (scores: [LossTotals], guide: PenaltyFold.Solution?) {
    // All rows first, which takes longest.
    let first = wantsNext && penalty + 1 < cs.count ? 1 : 0
    let results = try team.results(ofTasks: first + range.count) {
      [self] task throws -> (score: LossTotals?, guide: PenaltyFold.Solution?) in
      if task < first { return (nil, try all.solution(c: cs[penalty + 1])) }
      let fold = folds[range.lowerBound + task - first]
      guard let guide else { return (try fold.score(c: cs[penalty]), nil) }
      return (try fold.score(c: cs[penalty], near: guide), nil)
    }
    return (results.compactMap(\.score), results.first?.guide)
  }

  // Whether the log loss of every fold has risen from the first penalty to the second and on to the third.
  private func hasRisenTwice(_ scores: ArraySlice<[LossTotals]>) -> Bool {
    guard scores.count == 3 else { return false }
    return (0..<judgeCount).allSatisfy { fold in
      let losses = scores.map { $0[fold].loss }
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
    // Of a single fold it is not known.
    let variance =
      totals.weightSum > 0 ? squares / totals.weightSum / Double(max(1, scores.count - 1)) : 0
    let rights = folds[..<judgeCount].compactMap(\.rightWeight)
    return PenaltyPath.Point(
      c: cs[penalty], l2Penalty: l2Penalties[penalty], logLoss: mean,
      standardError: variance.squareRoot(),
      accuracy: rights.isEmpty ? totals.accuracy : rights.reduce(0, +) / totals.weightSum)
  }

  private func path(_ points: [PenaltyPath.Point]) -> PenaltyPath {
    PenaltyPath(
      points: points, penaltyCount: cs.count, foldCount: judgeCount,
      usesOneStandardErrorRule: usesOneStandardErrorRule)
  }
}

/// The logits of rows that a model did not learn from.
struct HeldOutLogits: Sendable {
  /// The indices of the rows.
  let rows: [Int]
  /// The logits: [rows, classes].
  let logits: Matrix
}

extension HeldOutLogits {
  init(_ fold: PenaltyFold) { self.init(rows: fold.heldOut, logits: fold.heldOutLogits) }
}
