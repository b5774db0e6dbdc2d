// SPDX-License-Identifier: Apache-2.0

public import SoftmaxCore

/// A comparison of classifiers that were judged on the same rows.
///
/// Classes are matched by name, so the classifiers may have them in different orders, and each may know classes that no
/// row has. Differences are paired: both classifiers see the same rows, which tells more than two intervals side by side.
/// Each difference and p value is that of two classifiers alone; of many comparisons some seem significant by chance.
///
/// ```swift
/// let comparison = try Comparison(of: [first, second], names: ["linear", "network"])
/// let outcomes = comparison.outcomes(of: 0, and: 1)
/// print(outcomes.accuracyDifference, outcomes.accuracyDifferenceInterval)
/// print(outcomes.mcNemarPValue, comparison.rowsOfDisagreement(of: 0, and: 1).prefix(5))
/// print(comparison.differences(of: [try .named("log_loss")], from: 0, to: 1))
/// ```
public struct Comparison: Sendable {
  /// The evaluations, in the given order.
  public let evaluations: [Evaluation]
  /// The names of the classifiers.
  public let names: [String]

  // The predicted class of each row by evaluation, as indices of one list of names.
  private let predictions: [[Int]]

  /// Creates a comparison of two evaluations or more.
  ///
  /// - Parameters:
  ///   - evaluations: the evaluations, whose rows have the same true classes and weights in the same order.
  ///   - names: the names of the classifiers; by default "1", "2", ....
  /// - Throws: `invalidArgument` for fewer than two evaluations, or with the first row whose true classes or weights
  ///   differ; `shapeMismatch` for different numbers of rows or names.
  /// - Complexity: O(rows x evaluations).
  public init(of evaluations: [Evaluation], names: [String]? = nil) throws(SoftmaxError) {
    let names = names ?? evaluations.indices.map { "\($0 + 1)" }
    guard let first = evaluations.first, evaluations.count > 1 else {
      throw SoftmaxError(
        .invalidArgument, "a comparison needs at least 2 evaluations, got \(evaluations.count)")
    }
    guard names.count == evaluations.count else {
      throw SoftmaxError(
        .shapeMismatch, "\(evaluations.count) evaluations, but \(names.count) names")
    }
    var places: [String: Int] = [:]
    var predictions: [[Int]] = []
    for (evaluation, name) in zip(evaluations, names) {
      let common = evaluation.classNames.map { name in
        places[name]
          ?? {
            places[name] = places.count
            return places.count - 1
          }()
      }
      predictions.append(evaluation.predictions.map { common[$0] })
      try Self.validate(evaluation, name, hasRowsOf: first, names[0])
    }
    self.evaluations = evaluations
    self.names = names
    self.predictions = predictions
  }

  private static func validate(
    _ evaluation: Evaluation, _ name: String, hasRowsOf first: Evaluation, _ firstName: String
  ) throws(SoftmaxError) {
    func failure(_ message: String, row: Int? = nil) -> SoftmaxError {
      SoftmaxError(
        row == nil ? .shapeMismatch : .invalidArgument, message,
        remedy: "compare on the same rows in the same order",
        at: row.map { .row($0, column: nil) })
    }
    let (own, other) = (name.debugDescription, firstName.debugDescription)
    guard evaluation.rowCount == first.rowCount else {
      throw failure(
        "\(own) is judged by \(evaluation.rowCount) rows, \(other) by \(first.rowCount)")
    }
    for row in first.labels.indices {
      let (label, firstLabel) = (evaluation.labels[row], first.labels[row])
      // Equal indices have equal names most of the time, and comparing names takes longer.
      let (className, firstClassName) = (
        evaluation.classNames[label], first.classNames[firstLabel]
      )
      guard className == firstClassName else {
        throw failure(
          "the true class is \(className.debugDescription) for \(own), "
            + "\(firstClassName.debugDescription) for \(other)", row: row)
      }
      guard evaluation.weight(ofRow: row) == first.weight(ofRow: row) else {
        throw failure(
          "the weight is \(evaluation.weight(ofRow: row)) for \(own), \(first.weight(ofRow: row)) for "
            + other, row: row)
      }
    }
  }

  /// The number of rows.
  public var rowCount: Int { evaluations[0].rowCount }

  /// Whether the probabilities of all classifiers are known.
  package var hasProbabilities: Bool { evaluations.allSatisfy(\.hasProbabilities) }

  /// Returns how often two classifiers are right, with the difference of their accuracies and McNemar's test.
  ///
  /// - Complexity: O(rows).
  /// - Precondition: Both are indices of ``evaluations``.
  public func outcomes(of first: Int, and second: Int) -> PairedOutcomes {
    PairedOutcomes(evaluations[first], evaluations[second])
  }

  /// Returns the rows for which two classifiers predict different classes, in ascending order.
  ///
  /// - Precondition: Both are indices of ``evaluations``.
  public func rowsOfDisagreement(of first: Int, and second: Int) -> [Int] {
    let (one, other) = (predictions[first], predictions[second])
    return one.indices.filter { one[$0] != other[$0] }
  }

  /// The rows for which not all classifiers predict the same class, in ascending order.
  public var rowsOfDisagreement: [Int] {
    (0..<rowCount).filter { row in predictions.contains { $0[row] != predictions[0][row] } }
  }

  /// Returns the indices of the classifiers from the best to the worst by a metric; where it is undefined, last.
  ///
  /// Equal ones keep their order.
  public func ranking(by metric: Metric) -> [Int] {
    let values = evaluations.map { evaluation -> Double in
      let value = metric.value(of: evaluation) ?? .nan
      let isDefined = !value.isNaN
      return isDefined ? (metric.isGreaterBetter == true ? -value : value) : .infinity
    }
    return evaluations.indices.sorted { (values[$0], $0) < (values[$1], $1) }
  }

  /// Returns the difference of each metric between two classifiers, the second minus the first; nil if it is undefined.
  ///
  /// The interval of a difference of accuracies is ``PairedOutcomes/accuracyDifferenceInterval``. The others reach from
  /// the 2.5th to the 97.5th percentile of the differences on 999 resamples of the rows, the same rows for both
  /// classifiers. Metrics of binned probabilities have none, nor have infinite values and those on more than 2^24 logits.
  ///
  /// - Parameters:
  ///   - metrics: the metrics.
  ///   - first: the index of the first classifier.
  ///   - second: the index of the second classifier.
  ///   - seed: the seed of the resamples; the number of threads does not change the result.
  public func differences(
    of metrics: [Metric], from first: Int, to second: Int, seed: UInt64 = 0
  ) -> [MetricDifference?] {
    let resamples = Resamples(
      of: [evaluations[first], evaluations[second]], metrics: metrics.filter { !$0.isAccuracy },
      seed: seed, execution: nil)
    return metrics.map {
      difference(of: $0, from: first, to: second, resamples.interval(of: $0, in: 1, minus: 0))
    }
  }

  /// Returns the metrics of all classifiers on the same resamples of the rows.
  package func resamples(
    of metrics: [Metric], seed: UInt64 = 0, execution: Execution? = nil
  ) -> Resamples {
    Resamples(of: evaluations, metrics: metrics, seed: seed, execution: execution)
  }

  /// Returns the difference of a metric between two classifiers, with its interval from resamples of all.
  package func difference(
    of metric: Metric, from first: Int, to second: Int, _ resamples: Resamples
  ) -> MetricDifference? {
    difference(
      of: metric, from: first, to: second,
      resamples.interval(of: metric, in: second, minus: first))
  }

  private func difference(
    of metric: Metric, from first: Int, to second: Int, _ interval: ClosedRange<Double>?
  ) -> MetricDifference? {
    guard let base = metric.value(of: evaluations[first]),
      let value = metric.value(of: evaluations[second]), !(value - base).isNaN
    else { return nil }
    return MetricDifference(
      value: value - base,
      interval: metric.isAccuracy
        ? outcomes(of: first, and: second).accuracyDifferenceInterval : interval)
  }
}

extension Metric {
  /// Whether the metric is the accuracy, whose differences follow from paired counts.
  package var isAccuracy: Bool { name == Metric.accuracy.name }
}
