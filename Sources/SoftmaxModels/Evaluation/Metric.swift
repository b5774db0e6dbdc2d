// SPDX-License-Identifier: Apache-2.0

/// A metric of an evaluation: its names, its computation, and whether it is defined.
///
/// ``all`` is the only list of metrics. The text and the JSON of `softmax evaluate` are made from it, so a
/// metric added there appears in both. A metric is computed only when its value is read.
package struct Metric: Sendable {
  /// The key in JSON.
  package let name: String
  /// The name in text for people.
  package let title: String
  /// An explanation of the value; nil if the title is sufficient.
  package let meaning: String?
  /// Whether the value lies in 0...1.
  package let isFraction: Bool
  /// Whether the table of classes shows the metric, so the text needs no separate line for it.
  package let isInReport: Bool

  private let computed: @Sendable (Evaluation) -> Double?
  private let bounded: @Sendable (Evaluation) -> ClosedRange<Double>?
  private let explained: @Sendable (Evaluation) -> String?

  init(
    _ name: String, _ title: String, meaning: String? = nil, isFraction: Bool = true,
    isInReport: Bool = false,
    interval: @escaping @Sendable (Evaluation) -> ClosedRange<Double>? = { _ in nil },
    undefinedReason: @escaping @Sendable (Evaluation) -> String? = { _ in nil },
    _ value: @escaping @Sendable (Evaluation) -> Double?
  ) {
    self.name = name
    self.title = title
    self.meaning = meaning
    self.isFraction = isFraction
    self.isInReport = isInReport
    computed = value
    bounded = interval
    explained = undefinedReason
  }

  /// Returns the value for an evaluation; nil if it is undefined.
  package func value(of evaluation: Evaluation) -> Double? { computed(evaluation) }

  /// Returns the 95 % confidence interval; nil if the metric has none.
  package func interval(of evaluation: Evaluation) -> ClosedRange<Double>? { bounded(evaluation) }

  /// Returns the reason why the value is undefined; nil if it is defined or the metric gives no reason.
  package func undefinedReason(of evaluation: Evaluation) -> String? { explained(evaluation) }
}

extension Metric {
  /// All metrics, in the order in which they are shown.
  package static let all = summary + [macroF1, weightedF1, rocAUC, top3Accuracy]

  /// The metrics that summarize a training run at its end.
  package static let summary = [accuracy, logLoss]

  static let accuracy = Metric(
    "accuracy", "accuracy", interval: { $0.accuracyInterval }, { $0.accuracy })

  static let logLoss = Metric("log_loss", "log loss", isFraction: false) { $0.logLoss }

  static let macroF1 = Metric("macro_f1", "macro F1", isInReport: true) { $0.macroF1 }

  static let weightedF1 = Metric("weighted_f1", "weighted F1", isInReport: true) {
    $0.confusionMatrix.weightedAverage.f1
  }

  static let rocAUC = Metric(
    "roc_auc_macro", "ROC AUC", meaning: "the mean of each class against the rest",
    undefinedReason: { $0.rocAUCUndefinedReason }, { $0.rocAUCMacro })

  // Undefined for four classes or fewer, for which the value carries little information.
  static let top3Accuracy = Metric(
    "top_3_accuracy", "top 3", meaning: "the true class among the 3 most probable"
  ) { $0.classNames.count > 4 ? $0.topKAccuracy(3) : nil }
}
