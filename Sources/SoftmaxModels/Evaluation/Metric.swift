// SPDX-License-Identifier: Apache-2.0

public import SoftmaxCore

/// A metric of an ``Evaluation``: its name, its meaning, and how it is computed.
///
/// ``all`` is the only list of metrics. The text and the JSON of `softmax evaluate`, its `--metrics`, the metrics that
/// early stopping can watch, and the documentation are made from it. A metric is computed when its value is read.
///
/// ```swift
/// for metric in Metric.all {
///   print(metric.name, metric.value(of: evaluation) ?? "undefined", metric.meaning)
/// }
/// ```
public struct Metric: Sendable {
  /// The name in JSON and on the command line, such as `log_loss`.
  public let name: String
  /// The name in text for people.
  package let title: String
  /// What the value is.
  public let meaning: String
  /// Whether a greater value is better; nil if neither direction is.
  public let isGreaterBetter: Bool?
  /// Whether the value lies in 0...1.
  package let isFraction: Bool
  /// Where `softmax evaluate` shows the metric unless it is asked for others.
  package let place: Place
  /// Whether the value can be computed on resamples of the rows.
  let canBeResampled: Bool
  /// Whether the interval is found by resampling the rows.
  package let isBootstrapped: Bool
  /// Whether the predicted classes are enough to compute it.
  private let isOfPredictions: Bool

  /// Where a metric is shown.
  package enum Place: Hashable, Sendable {
    /// In a line of its own.
    case line
    /// In a line of its own, which explains the value.
    case explainedLine
    /// In the table of the classes, so that it needs no line.
    case report
    /// Only if it is asked for.
    case onRequest
  }

  private let computed: @Sendable (Evaluation) -> Double?
  private let bounded: @Sendable (Evaluation) -> ClosedRange<Double>?
  private let explained: @Sendable (Evaluation) -> String?

  init(
    _ name: String, _ title: String, _ meaning: String, isGreaterBetter: Bool? = true,
    isFraction: Bool = true, place: Place = .onRequest,
    isOfPredictions: Bool = false, canBeResampled: Bool = true,
    interval: (@Sendable (Evaluation) -> ClosedRange<Double>?)? = nil,
    undefinedReason: @escaping @Sendable (Evaluation) -> String? = { _ in nil },
    _ value: @escaping @Sendable (Evaluation) -> Double?
  ) {
    self.name = name
    self.title = title
    self.meaning = meaning
    self.isGreaterBetter = isGreaterBetter
    self.isFraction = isFraction
    self.place = place
    self.isOfPredictions = isOfPredictions
    self.canBeResampled = canBeResampled
    isBootstrapped = canBeResampled && interval == nil
    computed = value
    bounded = interval ?? { _ in nil }
    explained = undefinedReason
  }

  /// Returns the value for an evaluation; nil if it is undefined.
  public func value(of evaluation: Evaluation) -> Double? {
    isComputable(of: evaluation) ? computed(evaluation) : nil
  }

  /// Returns the 95 % confidence interval that follows from the value alone; nil if the metric has none or is
  /// bootstrapped (``Evaluation/intervals(of:seed:execution:)``).
  package func interval(of evaluation: Evaluation) -> ClosedRange<Double>? {
    isComputable(of: evaluation) ? bounded(evaluation) : nil
  }

  /// Returns the reason why the value is undefined; nil if it is defined or the metric gives no reason.
  package func undefinedReason(of evaluation: Evaluation) -> String? {
    isComputable(of: evaluation) ? explained(evaluation) : "only the predicted classes are known"
  }

  private func isComputable(of evaluation: Evaluation) -> Bool {
    isOfPredictions || evaluation.hasProbabilities
  }

  /// Returns the metric with a name.
  ///
  /// - Throws: `invalidArgument` if there is none; the error names the closest one, or all.
  public static func named(_ name: String) throws(SoftmaxError) -> Metric {
    if let metric = all.first(where: { $0.name == name }) { return metric }
    let names = all.map(\.name)
    let remedy =
      Spelling.nearest(to: name, among: names).map { "did you mean \($0)?" }
      ?? "use one of " + names.joined(separator: ", ")
    throw SoftmaxError(
      .invalidArgument, "there is no metric \(name.debugDescription)", remedy: remedy)
  }
}
