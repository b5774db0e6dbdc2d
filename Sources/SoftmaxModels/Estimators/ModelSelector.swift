// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// The work of ``AutoClassifier`` on one data set.
struct ModelSelector {
  let dataset: LabeledDataset
  let folds: [Fold]
  // The number of the group of each row that is judged, in the order of the folds; nil without groups.
  private let groupsOfJudged: [Int]?
  private let groupCount: Int
  // The number of folds that was asked for.
  private let foldCount: Int
  let seed: UInt64
  let execution: Execution
  let observer: (any SelectionObserver)?

  // The seconds of a budget, the work for it, and what it leaves out of the usual work.
  let budget: Double?
  private let work: SelectionWork
  let omissions = Omissions()
  private static let usualWork = SelectionWork(seconds: nil)
  // The shares of the deep networks in an average with softmax regression, and those of the shallow ones in an average
  // with that, the usual one first.
  private static let shares = [2.0 / 3, 0.5, 1.0 / 3, 1, 0]
  private static let sharesOfShallow = [0.25, 0.5, 0]

  /// What is left out, in words, as the choice comes to it.
  final class Omissions { var texts: [String] = [] }

  init(
    _ dataset: LabeledDataset, foldCount: Int, seed: UInt64, budget: Double?, execution: Execution,
    observer: (any SelectionObserver)?
  ) throws(SoftmaxError) {
    if case .indicators = dataset.targets {
      throw SoftmaxError(
        .unsupported, "the samples have any number of classes each (multi-label)",
        remedy: "use MLPClassifier with binary cross-entropy")
    }
    self.dataset = dataset
    folds = try dataset.folds(foldCount, seed: seed)
    if case .groups(let groups)? = dataset.origins?.kind {
      // Numbered as they come, since a group may have any number.
      var numbers: [Int: Int] = [:]
      groupsOfJudged = folds.flatMap(\.judged).map { row in
        let number = numbers[groups[row]] ?? numbers.count
        numbers[groups[row]] = number
        return number
      }
      groupCount = numbers.count
    } else {
      (groupsOfJudged, groupCount) = (nil, 0)
    }
    self.foldCount = foldCount
    self.seed = seed
    self.budget = budget
    work = SelectionWork(seconds: budget)
    self.execution = execution
    self.observer = observer
  }

  /// Compares the kinds of models, and returns the best or an average.
  func classifier() throws -> Classifier {
    if dataset.features.hasTexts { return try classifierOfTexts() }
    var linear = try regression("softmax regression", .standardize)
    var others: [Candidate] = []
    if let encoded = try encodedRegression() {
      others.append(encoded)
      if encoded.evaluation.logLoss < linear.evaluation.logLoss { swap(&linear, &others[0]) }
    }
    // They are averaged with a regression that judged the same rows.
    let isJudgedByAll = linear.judgeCount == folds.count
    if !isJudgedByAll, budget != nil { omissions.texts.append(NetworkRecipe.deep.name) }
    guard isJudgedByAll, isForNetworks, let deep = try networks(.deep) else {
      return try single(linear, others: others)
    }
    let (share, evaluation) = try bestAverage(linear.evaluation, deep.evaluation, Self.shares)
    guard let shallow = try networks(.shallow) else {
      return try classifier(
        of: [(linear, 1 - share), (deep, share)] + others.map { ($0, 0) }, evaluation: evaluation)
    }
    let last = try bestAverage(evaluation, shallow.evaluation, Self.sharesOfShallow)
    let rest = 1 - last.share
    return try classifier(
      of: [(linear, rest * (1 - share)), (deep, rest * share), (shallow, last.share)]
        + others.map { ($0, 0) }, evaluation: last.evaluation)
  }

  // Returns the usual share of the second in the average, unless the folds tell that another one is better.
  private func bestAverage(
    _ first: Evaluation, _ second: Evaluation, _ shares: [Double]
  ) throws -> (share: Double, evaluation: Evaluation) {
    var best = (share: shares[0], evaluation: try average(first, second, share: shares[0]))
    for share in shares.dropFirst() {
      let evaluation = try average(first, second, share: share)
      if isBetter(evaluation, than: best.evaluation) { best = (share, evaluation) }
    }
    return best
  }

  // Whether the log loss of an evaluation is less by more than the standard error of the difference.
  func isBetter(_ a: Evaluation, than b: Evaluation) -> Bool {
    let differences = zip(a.losses, b.losses).map { $0 - $1 }
    let (difference, standardError) = mean(of: differences, weights: a.weights)
    return difference < -standardError
  }

  // Returns a weighted mean with its standard error, that of rows or groups which were drawn independently.
  func mean(
    of values: [Double], weights: [Double]
  ) -> (mean: Double, standardError: Double) {
    let total = weights.reduce(0, +)
    let mean = zip(values, weights).reduce(0) { $0 + $1.0 * $1.1 } / total
    var distances = zip(values, weights).map { $1 * ($0 - mean) }
    var correction = 1.0
    if let groups = groups(ofJudged: values.count) {
      var sums = [Double](repeating: 0, count: groupCount)
      for (group, distance) in zip(groups.numbers, distances) { sums[group] += distance }
      distances = sums
      correction = Double(groups.count) / Double(groups.count - 1)
    }
    let variance = distances.reduce(0) { $0 + $1 * $1 } / total * correction
    return (mean, (variance / total).squareRoot())
  }

  // Returns the groups of the first judged rows, which are all or those of the first fold; nil without groups, and where
  // there is one, which tells nothing of others.
  private func groups(ofJudged rowCount: Int) -> (numbers: ArraySlice<Int>, count: Int)? {
    guard let numbers = groupsOfJudged?.prefix(rowCount) else { return nil }
    let count = Set(numbers).count
    return count > 1 ? (numbers, count) : nil
  }

  // Returns the 95 % interval of the accuracy; rows of one group tell less than as many of different groups.
  func accuracyInterval(of evaluation: Evaluation) -> ClosedRange<Double> {
    guard let groups = groups(ofJudged: evaluation.rowCount) else {
      return evaluation.accuracyInterval
    }
    let isRight = zip(evaluation.labels, evaluation.predictions).map { $0 == $1 ? 1.0 : 0 }
    let (accuracy, standardError) = mean(of: isRight, weights: evaluation.weights)
    let trials = accuracy * (1 - accuracy) / (standardError * standardError)
    // Where all rows are right or all wrong there is no error to tell it from.
    return wilsonInterval(
      share: evaluation.accuracy,
      trials: standardError > 0
        ? min(trials, evaluation.effectiveSampleSize) : Double(groups.count))
  }

  func single(_ candidate: Candidate, others: [Candidate]) throws -> Classifier {
    let fitted = try candidate.fitted()
    var record = fitted.record
    record?.selection = selection(
      candidate.evaluation,
      [candidate.summary(weight: 1)] + others.map { $0.summary(weight: 0) })
    return try Classifier(
      members: fitted.members, classNames: dataset.classNames, pipeline: fitted.pipeline,
      trainingRecord: record)
  }

  // Returns the evaluation of an average of two, of which the second has a share.
  private func average(
    _ first: Evaluation, _ second: Evaluation, share: Double
  ) throws -> Evaluation {
    if share == 0 { return first }
    if share == 1 { return second }
    let logits = MemberAverage(weights: [1 - share, share])
      .logits(of: [first.logits, second.logits])
    return try Evaluation(
      labels: first.labels, logits: logits, classNames: dataset.classNames,
      sampleWeights: first.sampleWeights)
  }

  // Returns the average of the candidates that have a share.
  private func classifier(
    of shares: [(candidate: Candidate, share: Double)], evaluation: Evaluation
  ) throws -> Classifier {
    let averaged = shares.filter { $0.share > 0 }
    if averaged.count == 1 {
      return try single(
        averaged[0].candidate, others: shares.filter { $0.share == 0 }.map(\.candidate))
    }
    let fitted = try averaged.map { try $0.candidate.fitted() }
    // The steps that arrange the columns are the same for all.
    let steps = fitted[0].pipeline.steps
    let shared = steps.filter {
      if case .arrange = $0.kind.action { true } else { false }
    }
    let members = zip(fitted, averaged).flatMap { fitted, candidate in
      fitted.members.map {
        ClassifierMember(
          network: $0.network, steps: Array(fitted.pipeline.steps.dropFirst(shared.count)),
          weight: candidate.share / Double(fitted.members.count))
      }
    }
    var record = zip(fitted, averaged).max { $0.1.share < $1.1.share }?.0.record
    record?.selection = selection(
      evaluation, shares.map { $0.candidate.summary(weight: $0.share) })
    return try Classifier(
      members: members, classNames: dataset.classNames, pipeline: try Pipeline(fitted: shared),
      trainingRecord: record)
  }

  func evaluation(_ heldOut: [HeldOutLogits]) throws -> Evaluation {
    let rows = heldOut.flatMap(\.rows)
    return try Evaluation(
      labels: rows.map { dataset.labels[$0] },
      logits: try Matrix(
        rowCount: rows.count, columnCount: dataset.classCount,
        elements: heldOut.flatMap(\.logits.elements)),
      classNames: dataset.classNames,
      sampleWeights: dataset.sampleWeights.map { weights in rows.map { weights[$0] } })
  }

  /// Fits a softmax regression with a penalty of the least log loss.
  private func regression(_ name: String, _ step: PreprocessingStep) throws -> Candidate {
    let steps = dataset.features.sparse == nil ? [step] : []
    return try regression(name, steps, fitted: Pipeline(steps, fittedTo: dataset))
  }

  /// The same on encoded numbers; nil if their features would be too many.
  private func encodedRegression() throws -> Candidate? {
    guard hasDenseColumns else { return nil }
    let pipeline = try Pipeline([.piecewiseLinear], fittedTo: dataset)
    let size = size(after: pipeline)
    guard work.encodes(size) else {
      if Self.usualWork.encodes(size) { omissions.texts.append("piecewise linear") }
      return nil
    }
    return try regression("piecewise linear", [.piecewiseLinear], fitted: pipeline)
  }

  private func regression(
    _ name: String, _ steps: [PreprocessingStep], fitted pipeline: Pipeline
  ) throws -> Candidate {
    // Where folds share the columns of all rows, the steps are fitted once.
    var estimator = SoftmaxRegressionCV(
      foldCount: folds.count, preprocessing: pipeline.makesColumns ? pipeline.steps : steps)
    let size = size(after: pipeline)
    let (search, usual) = (work.search(size), Self.usualWork.search(size))
    let (count, usualCount) = (
      search.cs?.count ?? estimator.cs.count, usual.cs?.count ?? estimator.cs.count
    )
    if count < usualCount || search.judgeCount != nil && usual.judgeCount == nil {
      omissions.texts.append(
        "\(name): \(count) of \(usualCount) penalties, "
          + (search.judgeCount == nil
            ? "judged by all folds" : "judged by one fold of \(folds.count)"))
    }
    if let cs = search.cs { estimator.cs = cs }
    return try regression(
      name, estimator, judgeCount: search.judgeCount, solvesOtherFolds: search.solvesOtherFolds)
  }

  // The product of rows, features and classes.
  private func size(after pipeline: Pipeline) -> Double {
    Double(dataset.count) * Double(pipeline.columnCount ?? dataset.features.columnCount)
      * Double(dataset.classCount)
  }

  private var hasDenseColumns: Bool {
    dataset.features.sparse == nil && dataset.features.bytes == nil
  }

  /// Fits a softmax regression to rows that are preprocessed, in place of the data set, if there are some.
  func regression(
    _ name: String, _ estimator: SoftmaxRegressionCV, on data: TrainingData? = nil,
    judgeCount: Int? = nil, solvesOtherFolds: Bool = false
  ) throws -> Candidate {
    let rows = data?.training ?? dataset
    try observer?.candidateBegins(name)
    let search = try estimator.search(
      rows, execution: execution, observer: observer, prepared: data, folds: folds,
      judgeCount: judgeCount, keepsHeldOut: true, solvesOtherFolds: solvesOtherFolds)
    let (path, execution) = (search.path, execution)
    let candidate = Candidate(
      name: name, evaluation: try evaluation(search.heldOut), judgeCount: search.heldOut.count
    ) {
      let model = try estimator.regression(of: path).fitted(to: rows, execution: execution)
      var record = model.trainingRecord
      record?.penaltyPath = path
      return FittedCandidate(
        pipeline: data?.pipeline ?? model.pipeline, members: model.members, record: record)
    }
    try observer?.candidateEnds(candidate.summary(weight: 0))
    return candidate
  }

  // The best epoch, the temperature and the shares are chosen by labels of equal weight.
  private var isForNetworks: Bool {
    guard case .labels = dataset.targets else { return false }
    return dataset.sampleWeights == nil && dataset.features.sparse == nil
  }

  private func networks(_ recipe: NetworkRecipe) throws -> Candidate? {
    let data = try TrainingData(
      dataset, validation: .none, preprocessing: [recipe.scaling], seed: seed)
    // What a budget leaves out is told by what there is without one.
    let usual =
      budget == nil
      ? nil
      : NetworkBag(recipe, for: data.training, folds: folds, seed: seed, execution: execution)
    guard let bag = networkBag(recipe, for: data.training, folds: folds) else {
      if usual != nil { omissions.texts.append(recipe.name) }
      return nil
    }
    if let usual, usual.epochCount > bag.epochCount {
      omissions.texts.append(
        "\(recipe.name): \(bag.epochCount) of \(usual.epochCount) epochs")
    }
    try observer?.candidateBegins(recipe.name)
    let (fitted, networks): (NetworkBag.Fitted, [Sequential])
    do {
      fitted = try bag.fitted(until: observer?.isCancelled)
      networks = try lastNetworks(recipe, like: fitted, on: data.training)
    } catch let error as SoftmaxError where error.code == .diverged {
      return nil
    } catch {
      try observer?.validateGoingOn()
      throw error
    }
    let candidate = Candidate(
      name: recipe.name, evaluation: try evaluation(fitted.heldOut), judgeCount: folds.count
    ) {
      FittedCandidate(
        pipeline: data.pipeline, members: networks.map { ClassifierMember(network: $0) },
        record: bag.record)
    }
    try observer?.candidateEnds(candidate.summary(weight: 0))
    return candidate
  }

  // Returns the networks of the model: those that were judged, unless they learned from earlier rows only. Then others
  // learn from all, in folds that are not of times.
  private func lastNetworks(
    _ recipe: NetworkRecipe, like judged: NetworkBag.Fitted, on rows: LabeledDataset
  ) throws -> [Sequential] {
    guard rows.origins?.areTimes == true else { return judged.networks }
    let rows = try rows.with(origins: nil)
    guard let folds = try? rows.folds(foldCount, seed: seed),
      let bag = networkBag(recipe, for: rows, folds: folds)
    else { return judged.networks }
    return try bag.networks(dividedBy: judged.temperature, until: observer?.isCancelled)
  }

  private func networkBag(
    _ recipe: NetworkRecipe, for rows: LabeledDataset, folds: [Fold]
  ) -> NetworkBag? {
    NetworkBag(
      recipe, for: rows, folds: folds, seed: seed, execution: execution,
      operationCount: work.operationCount(of: recipe))
  }
}
