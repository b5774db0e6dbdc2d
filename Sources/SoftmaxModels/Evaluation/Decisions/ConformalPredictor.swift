// SPDX-License-Identifier: Apache-2.0

public import SoftmaxCore

/// Sets of classes that hold the true class of new rows as often as was asked for.
///
/// A class is in the set of a row if its score is at most a threshold, which is the score that the true classes of enough
/// held-out rows have at most. If the rows to come are like the held-out ones, a set holds the true class with at least
/// the stated probability and with at most 1 / (n + 1) more, of n held-out rows, whatever the classifier is. The
/// probability is one over all rows, not of each row by itself.
///
/// ```swift
/// let heldOut = try model.evaluation(on: validation)
/// let conformal = try ConformalPredictor.fitted(to: heldOut, coverage: 0.9)
/// let judged = try model.evaluation(on: test)
/// print(conformal.sets(for: judged)[0], conformal.coverage(of: judged))
/// ```
///
/// A set may be empty: a row for which no class is likely enough is unlike most held-out rows.
///
/// Source: Vovk, Gammerman and Shafer, "Algorithmic learning in a random world", 2005; Sadinle, Lei and Wasserman, "Least
/// ambiguous set-valued classifiers with bounded error levels", JASA 114, 2019; Romano, Sesia and Candès,
/// "Classification with valid and adaptive coverage", NeurIPS 2020.
public struct ConformalPredictor: Hashable, Sendable {
  /// How likely a class has to be.
  public struct Kind: Hashable, Sendable {
    /// The name, such as "plain".
    public let name: String
    /// The score is -ln p of the class, with one threshold: the smallest sets on average.
    public static let plain = Kind(name: "plain")
    /// The score is the sum of the probabilities of all more probable classes plus a random share of the class's own:
    /// larger sets for difficult rows, smaller ones for easy rows.
    ///
    /// The share is a hash of the seed and of the row's logits, so a row has the same set in any batch.
    public static let adaptive = Kind(name: "adaptive")
    /// The score is -ln p of the class, with a threshold for each class: the coverage holds for the rows of each class.
    ///
    /// A class of too few held-out rows is in every set.
    public static let classWise = Kind(name: "class-wise")
    /// All kinds.
    public static let all = [plain, adaptive, classWise]
  }

  /// How likely a class has to be.
  public let kind: Kind
  /// The probability with which a set holds the true class.
  public let coverage: Double
  /// The number of rows that it was fitted to.
  public let rowCount: Int
  /// The greatest score of a class in a set: one, or one for each class; infinity takes the class always.
  package let thresholds: [Double]
  /// The seed of the random shares.
  package let seed: UInt64
  /// The function that turns the logits of a row into probabilities.
  package let outputFunction: OutputFunction

  /// Creates a predictor of sets from its numbers.
  ///
  /// - Throws: `invalidArgument` for an unknown kind, a coverage outside of 0...1, a NaN, or another number of thresholds
  ///   than that of the kind.
  package init(
    kind name: String, coverage: Double, rowCount: Int, thresholds: [Double], seed: UInt64,
    outputFunction: OutputFunction, classCount: Int
  ) throws(SoftmaxError) {
    guard let kind = Kind.all.first(where: { $0.name == name }) else {
      throw SoftmaxError(.unsupported, "there are no sets of the kind \(name.debugDescription)")
    }
    try Self.validate(coverage: coverage)
    guard thresholds.count == (kind == .classWise ? classCount : 1),
      thresholds.allSatisfy({ $0 >= 0 }), rowCount > 0
    else {
      throw SoftmaxError(
        .invalidArgument, "\(thresholds) of \(rowCount) rows are no thresholds of \(name) sets")
    }
    self.kind = kind
    self.coverage = coverage
    self.rowCount = rowCount
    self.thresholds = thresholds
    self.seed = seed
    self.outputFunction = outputFunction
  }

  private static func validate(coverage: Double) throws(SoftmaxError) {
    guard coverage > 0, coverage < 1 else {
      throw SoftmaxError(
        .invalidArgument, "a coverage must be greater than 0 and less than 1, got \(coverage)")
    }
  }

  /// Returns a predictor of sets that hold the true class with a probability of `coverage`.
  ///
  /// The threshold is the score that at least `coverage` (n + 1) of the n rows have at most; with weights, of rows of Kish's
  /// effective number.
  ///
  /// - Parameters:
  ///   - evaluation: judged rows that the classifier did not learn from.
  ///   - coverage: the probability, greater than 0 and less than 1.
  ///   - kind: how likely a class has to be.
  ///   - seed: the seed of the random shares of adaptive sets.
  /// - Throws: `invalidArgument` for another coverage; `unsupported` for several sigmoids.
  /// - Complexity: O(n log n + n x classes).
  public static func fitted(
    to evaluation: Evaluation, coverage: Double = 0.9, kind: Kind = .plain, seed: UInt64 = 0
  ) throws(SoftmaxError) -> ConformalPredictor {
    try validate(coverage: coverage)
    try evaluation.validateCalibrating()
    let classCount = evaluation.classNames.count
    var groups = [[(score: Double, weight: Double)]](
      repeating: [], count: kind == .classWise ? classCount : 1)
    for row in evaluation.labels.indices where evaluation.weight(ofRow: row) > 0 {
      let label = evaluation.labels[row]
      let scores = scores(evaluation.logits, evaluation.scores, row, kind, seed, classCount)
      groups[kind == .classWise ? label : 0].append(
        (scores[label], evaluation.weight(ofRow: row)))
    }
    return try ConformalPredictor(
      kind: kind.name, coverage: coverage, rowCount: evaluation.rowCount,
      thresholds: groups.map { threshold(of: $0, coverage: coverage) }, seed: seed,
      outputFunction: evaluation.outputFunction, classCount: classCount)
  }

  private static func threshold(
    of scores: [(score: Double, weight: Double)], coverage: Double
  ) -> Double {
    let total = scores.reduce(0) { $0 + $1.weight }
    let squares = scores.reduce(0) { $0 + $1.weight * $1.weight }
    guard total > 0 else { return .infinity }
    // coverage (n + 1) of n rows, up to rounding.
    let wanted = coverage * (total + squares / total) * (1 - 1e-12)
    var sum = 0.0
    for (score, weight) in scores.sorted(by: { $0.score < $1.score }) {
      sum += weight
      if sum >= wanted { return score }
    }
    return .infinity
  }

  // Returns the score of each class of a row.
  private static func scores(
    _ logits: Matrix, _ scores: ClassScores, _ row: Int, _ kind: Kind, _ seed: UInt64,
    _ classCount: Int
  ) -> [Double] {
    let losses = (0..<classCount).map { scores.loss(row: row, label: $0) }
    guard kind == .adaptive else { return losses }
    let share = Double(RowHash.bits(logits, row: row, start: ~seed) >> 11) * 0x1p-53
    var result = losses
    var sum = 0.0
    for label in losses.indices.sorted(by: { (losses[$0], $0) < (losses[$1], $1) }) {
      let probability = scores.probability(row: row, class: label)
      result[label] = sum + share * probability
      sum += probability
    }
    return result
  }

  /// Returns the indices of the classes in the set of each row, the most probable first.
  public func sets(for evaluation: Evaluation) -> [[Int]] {
    sets(of: evaluation.logits, evaluation.scores, classCount: evaluation.classNames.count)
  }

  /// Returns the indices of the classes in the set of each row of logits, the most probable first.
  func sets(of logits: Matrix, _ scores: ClassScores, classCount: Int) -> [[Int]] {
    (0..<logits.rowCount).map { row in
      let own = Self.scores(logits, scores, row, kind, seed, classCount)
      return own.indices.filter { own[$0] <= thresholds[thresholds.count == 1 ? 0 : $0] }
        .sorted {
          (scores.loss(row: row, label: $0), $0) < (scores.loss(row: row, label: $1), $1)
        }
    }
  }

  /// Returns the share of the rows whose set holds the true class.
  public func coverage(of evaluation: Evaluation) -> Double {
    let sets = sets(for: evaluation)
    return evaluation.share { sets[$0].contains(evaluation.labels[$0]) }
  }
}
