// SPDX-License-Identifier: Apache-2.0

/// A figure that sums up an evaluation: what it is called, how it is computed and when it is defined.
///
/// ``all`` is the one list of them. What `softmax evaluate` says to people and writes as JSON follows from
/// it, so a metric that is added there is in both. Nothing is computed before it is asked for.
package struct Metric: Sendable {
  /// The key in JSON.
  package let name: String
  /// What people call it.
  package let title: String
  /// What the value means, where the title does not say it.
  package let meaning: String?
  /// Whether it lies in 0...1.
  package let isFraction: Bool
  /// Whether people find it in the table of the classes, so that it needs no line of its own.
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

  /// The metric of an evaluation; nil where it is undefined.
  package func value(of evaluation: Evaluation) -> Double? { computed(evaluation) }

  /// The 95 % confidence interval, where there is one.
  package func interval(of evaluation: Evaluation) -> ClosedRange<Double>? { bounded(evaluation) }

  /// Why the value is undefined; nil where it is not, or where nobody would miss it.
  package func undefinedReason(of evaluation: Evaluation) -> String? { explained(evaluation) }
}

extension Metric {
  /// Every metric, in the order in which they are shown.
  package static let all = summary + [macroF1, weightedF1, rocAUC, top3Accuracy]

  /// Those that the end of a training is summed up in.
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

  // Of four classes and fewer it says little.
  static let top3Accuracy = Metric(
    "top_3_accuracy", "top 3", meaning: "the true class among the 3 most probable"
  ) { $0.classNames.count > 4 ? $0.topKAccuracy(3) : nil }
}
