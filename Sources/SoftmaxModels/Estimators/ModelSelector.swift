// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// The work of ``AutoClassifier`` on one data set.
struct ModelSelector {
  private let dataset: LabeledDataset
  private let folds: [[Int]]
  private let seed: UInt64
  private let execution: Execution
  private let observer: (any SelectionObserver)?

  // The penalties of a long search, between those that win on tables.
  private static let usualCs = [0.01, 0.046, 0.21, 1, 4.6, 21.5, 100]
  // The product of rows, features and classes above which a single fold judges the penalties; that above which
  // features are not encoded; and that above which the penalty is scikit-learn's C = 1.
  private static let longSearch = 0x1p24
  private static let greatestEncodedSize = 0x1p28
  private static let greatestSearchedSize = 0x1p31
  // The shares of the parts of an average, the usual ones first: softmax regression, networks, networks on encoded numbers.
  private static let shares: [Int: [[Double]]] = [
    2: [[1, 2], [1, 1], [2, 1], [0, 1], [1, 0]],
    3: [
      [1, 1, 1], [1, 2, 0], [1, 0, 2], [2, 1, 1], [1, 2, 1], [0, 1, 1], [0, 2, 1], [0, 1, 0], [0, 0, 1],
      [1, 0, 0],
    ],
  ].mapValues { $0.map { shares in shares.map { $0 / shares.reduce(0, +) } } }

  /// A kind of model, fitted to all rows and judged by the folds.
  private struct Candidate {
    let name: String
    let pipeline: Pipeline
    let members: [ClassifierMember]
    let record: TrainingRecord?
    let evaluation: Evaluation

    /// The evaluation as a part of the record.
    func summary(weight: Double) -> ModelSelection.Candidate {
      ModelSelection.Candidate(
        name: name, logLoss: evaluation.logLoss, accuracy: evaluation.accuracy, weight: weight)
    }
  }

  init(
    _ dataset: LabeledDataset, foldCount: Int, seed: UInt64, execution: Execution,
    observer: (any SelectionObserver)?
  ) throws(SoftmaxError) {
    if case .indicators = dataset.targets {
      throw SoftmaxError(
        .unsupported, "the samples have any number of classes each (multi-label)",
        remedy: "use MLPClassifier with binary cross-entropy")
    }
    self.dataset = dataset
    folds = try dataset.stratifiedFolds(foldCount)
    self.seed = seed
    self.execution = execution
    self.observer = observer
  }

  /// Compares the kinds of models, and returns the best or an average.
  func classifier() throws -> Classifier {
    if dataset.features.hasTexts {
      var estimator = SoftmaxRegressionCV.ofTexts(
        iterations: 1000, preprocessing: [.piecewiseLinear])
      estimator.foldCount = folds.count
      return try single(regression("words of texts", estimator), others: [])
    }
    var linear = try regression("softmax regression", .standardize)
    var others: [Candidate] = []
    if let encoded = try encodedRegression() {
      others.append(encoded)
      if encoded.evaluation.logLoss < linear.evaluation.logLoss { swap(&linear, &others[0]) }
    }
    let parts = [linear] + (try networks())
    // The usual average, unless the folds tell another from it.
    let shares = Self.shares[parts.count] ?? [[1]]
    var best = (shares: shares[0], evaluation: try average(of: parts, shares[0]))
    for shares in shares.dropFirst() {
      let evaluation = try average(of: parts, shares)
      if isBetter(evaluation, than: best.evaluation) { best = (shares, evaluation) }
    }
    return try classifier(of: parts, best.shares, evaluation: best.evaluation, others: others)
  }

  // Whether the log loss of an evaluation is less by more than the standard error of the difference.
  private func isBetter(_ a: Evaluation, than b: Evaluation) -> Bool {
    let differences = zip(losses(of: a), losses(of: b)).map { $0 - $1 }
    let (mean, standardError) = Self.mean(of: differences)
    return mean < -standardError
  }

  private static func mean(of values: [Double]) -> (mean: Double, standardError: Double) {
    let count = Double(values.count)
    let mean = values.reduce(0, +) / count
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count
    return (mean, (variance / count).squareRoot())
  }

  private func losses(of evaluation: Evaluation) -> [Double] {
    OutputFunction.softmax.logLosses(of: evaluation.logits, labels: evaluation.labels)
  }

  private func single(_ candidate: Candidate, others: [Candidate]) throws -> Classifier {
    try classifier(of: [candidate], [1], evaluation: candidate.evaluation, others: others)
  }

  // Returns the evaluation of an average on the rows of all folds.
  private func average(of parts: [Candidate], _ shares: [Double]) throws -> Evaluation {
    let chosen = zip(parts, shares).filter { $0.1 > 0 }
    if chosen.count == 1 { return chosen[0].0.evaluation }
    let logits = MemberAverage(weights: chosen.map(\.1))
      .logits(of: chosen.map(\.0.evaluation.logits))
    return try Evaluation(
      labels: parts[0].evaluation.labels, logits: logits, classNames: dataset.classNames)
  }

  // Returns the average of candidates, or one of them.
  private func classifier(
    of parts: [Candidate], _ shares: [Double], evaluation: Evaluation, others: [Candidate]
  ) throws -> Classifier {
    let chosen = zip(parts, shares).filter { $0.1 > 0 }
    let last = chosen[chosen.count - 1].0
    var record = last.record
    record?.selection = selection(
      evaluation,
      zip(parts, shares).map { $0.summary(weight: $1) } + others.map { $0.summary(weight: 0) })
    if chosen.count == 1 {
      return try Classifier(
        members: last.members, classNames: dataset.classNames, pipeline: last.pipeline,
        trainingRecord: record)
    }
    // The steps that arrange the columns are the same for all.
    let shared = last.pipeline.steps.filter {
      if case .arrange = $0.kind.action { true } else { false }
    }
    let members = chosen.flatMap { candidate, share in
      candidate.members.map {
        ClassifierMember(
          network: $0.network, steps: Array(candidate.pipeline.steps.dropFirst(shared.count)),
          weight: share / Double(candidate.members.count))
      }
    }
    return try Classifier(
      members: members, classNames: dataset.classNames, pipeline: try Pipeline(fitted: shared),
      trainingRecord: record)
  }

  private func selection(
    _ evaluation: Evaluation, _ candidates: [ModelSelection.Candidate]
  ) -> ModelSelection {
    let interval = evaluation.accuracyInterval
    var counts = [Double](repeating: 0, count: dataset.classCount)
    // Of the rows that were judged: the only row of a class belongs to no fold.
    for label in evaluation.labels { counts[label] += 1 }
    let shares = counts.map { $0 / Double(evaluation.rowCount) }
    return ModelSelection(
      candidates: candidates, foldCount: folds.count, rowCount: evaluation.rowCount,
      logLoss: evaluation.logLoss,
      logLossStandardError: Self.mean(of: losses(of: evaluation)).standardError,
      accuracy: evaluation.accuracy, accuracyLow: interval.lowerBound,
      accuracyHigh: interval.upperBound, baselineAccuracy: shares.max() ?? 0,
      baselineLogLoss: shares.reduce(0) {
        $1 > 0 ? $0 - $1 * ElementaryFunctions.logarithm($1) : $0
      })
  }

  private func evaluation(_ heldOut: [HeldOutLogits]) throws -> Evaluation {
    let rows = heldOut.flatMap(\.rows)
    return try Evaluation(
      labels: rows.map { dataset.labels[$0] },
      logits: try Matrix(
        rowCount: rows.count, columnCount: dataset.classCount,
        elements: heldOut.flatMap(\.logits.elements)),
      classNames: dataset.classNames)
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
    guard size(after: pipeline) <= Self.greatestEncodedSize else { return nil }
    return try regression("piecewise linear", [.piecewiseLinear], fitted: pipeline)
  }

  private func regression(
    _ name: String, _ steps: [PreprocessingStep], fitted pipeline: Pipeline
  ) throws -> Candidate {
    // Where folds share the columns of all rows, the steps are fitted once.
    var estimator = SoftmaxRegressionCV(
      foldCount: folds.count, preprocessing: pipeline.makesColumns ? pipeline.steps : steps)
    let size = size(after: pipeline)
    if size > Self.longSearch { estimator.cs = Self.usualCs }
    if size > Self.greatestSearchedSize { estimator.cs = [1] }
    return try regression(
      name, estimator, judgeCount: size > Self.longSearch ? 1 : nil,
      solvesOtherFolds: size <= Self.greatestSearchedSize)
  }

  // The product of rows, features and classes.
  private func size(after pipeline: Pipeline) -> Double {
    Double(dataset.count) * Double(pipeline.columnCount ?? dataset.features.columnCount)
      * Double(dataset.classCount)
  }

  private var hasDenseColumns: Bool {
    dataset.features.sparse == nil && dataset.features.bytes == nil
  }

  private func regression(
    _ name: String, _ estimator: SoftmaxRegressionCV, judgeCount: Int? = nil,
    solvesOtherFolds: Bool = false
  ) throws -> Candidate {
    try observer?.candidateBegins(name)
    let search = try estimator.search(
      dataset, execution: execution, observer: observer, judgeCount: judgeCount,
      keepsHeldOut: true, solvesOtherFolds: solvesOtherFolds)
    let model = try estimator.regression(of: search.path).fitted(
      to: dataset, execution: execution)
    var record = model.trainingRecord
    record?.penaltyPath = search.path
    let candidate = Candidate(
      name: name, pipeline: model.pipeline, members: model.members, record: record,
      evaluation: try evaluation(search.heldOut))
    try observer?.candidateEnds(candidate.summary(weight: 0))
    return candidate
  }

  // Returns the bags of networks on scaled numbers and on encoded ones: none if there are too few rows or too many
  // operations, one if no number is encoded.
  private func networks() throws -> [Candidate] {
    // The best epoch, the temperature and the shares are chosen by labels of equal weight.
    guard case .labels = dataset.targets, dataset.sampleWeights == nil,
      dataset.features.sparse == nil
    else { return [] }
    var steps = [(name: "networks", step: PreprocessingStep.robustScale)]
    if try isEncodable { steps.append(("networks, piecewise linear", .piecewiseLinear)) }
    return try steps.compactMap { name, step in
      try networks(name, step, bagCount: steps.count)
    }
  }

  // Whether piecewise linear features are more than the numbers.
  private var isEncodable: Bool {
    get throws(SoftmaxError) {
      guard hasDenseColumns else { return false }
      let pipeline = try Pipeline([.piecewiseLinear], fittedTo: dataset)
      let plain = try Pipeline([.robustScale], fittedTo: dataset)
      return pipeline.columnCount != plain.columnCount
        && size(after: pipeline) <= Self.greatestEncodedSize
    }
  }

  private func networks(
    _ name: String, _ step: PreprocessingStep, bagCount: Int
  ) throws -> Candidate? {
    let data = try TrainingData(dataset, validation: .none, preprocessing: [step], seed: seed)
    guard
      let bag = NetworkBag(
        data.training, folds: folds, bagCount: bagCount, seed: seed, execution: execution)
    else { return nil }
    try observer?.candidateBegins(name)
    let fitted: NetworkBag.Fitted
    do {
      fitted = try bag.fitted(until: observer?.isCancelled)
    } catch let error as SoftmaxError where error.code == .diverged {
      return nil
    } catch {
      try observer?.validateGoingOn()
      throw error
    }
    let candidate = Candidate(
      name: name, pipeline: data.pipeline,
      members: fitted.networks.map { ClassifierMember(network: $0) }, record: bag.record,
      evaluation: try evaluation(fitted.heldOut))
    try observer?.candidateEnds(candidate.summary(weight: 0))
    return candidate
  }
}
