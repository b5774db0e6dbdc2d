// SPDX-License-Identifier: Apache-2.0

extension Metric {
  /// All metrics, in the order in which they are shown.
  public static let all =
    summary + [logLossSkill, macroF1, weightedF1, rocAUC, top3Accuracy, calibrationError]
    + counted + ranked + probabilistic

  /// The metrics that summarize a training run at its end.
  package static let summary = [accuracy, logLoss]

  /// The metrics that `softmax evaluate` shows unless it is asked for others.
  package static let usual = all.filter { $0.place != .onRequest }

  static let accuracy = Metric(
    "accuracy", "accuracy", "the share of rows classified rightly",
    place: .line, isOfPredictions: true, interval: { $0.accuracyInterval }, { $0.accuracy })

  static let logLoss = Metric(
    "log_loss", "log loss", "the mean of -ln p(true class), unclipped",
    isGreaterBetter: false, isFraction: false, place: .line, { $0.logLoss })

  static let logLossSkill = Metric(
    "log_loss_skill", "skill", "1 - log loss / that of class frequencies", isFraction: false,
    place: .explainedLine, undefinedReason: { $0.singleClassReason }, { $0.logLossSkill })

  static let macroF1 = Metric(
    "macro_f1", "macro F1", "the mean of the classes' F1", place: .report,
    isOfPredictions: true, { $0.macroF1 })

  static let weightedF1 = Metric(
    "weighted_f1", "weighted F1", "the classes' F1 weighted by their rows",
    place: .report, isOfPredictions: true, { $0.confusionMatrix.weightedAverage.f1 })

  static let rocAUC = Metric(
    "roc_auc_macro", "ROC AUC", "the mean of each class against the rest", place: .explainedLine,
    undefinedReason: { $0.rocAUCUndefinedReason }, { $0.rocAUCMacro })

  static let top3Accuracy = topAccuracy(3, place: .explainedLine)

  static let calibrationError = Metric(
    "expected_calibration_error", "calibration", "how far p is from how often it is right",
    isGreaterBetter: false, place: .explainedLine, canBeResampled: false,
    { $0.reliability().error })

  // Undefined for k + 1 classes or fewer, for which the value carries little information.
  private static func topAccuracy(_ k: Int, place: Place = .onRequest) -> Metric {
    Metric(
      "top_\(k)_accuracy", "top \(k)", "the true class among the first \(k)",
      place: place, interval: { $0.classNames.count > k + 1 ? $0.topKInterval(k) : nil },
      { $0.classNames.count > k + 1 ? $0.topKAccuracy(k) : nil })
  }

  // MARK: From the confusion matrix

  private static let counted = [
    topAccuracy(5),
    Metric(
      "balanced_accuracy", "balanced", "the mean of the classes' recall",
      isOfPredictions: true, { $0.confusionMatrix.balancedAccuracy }),
    kappa("cohen_kappa", "kappa", "Cohen's agreement beyond chance", .nominal),
    kappa("cohen_kappa_linear", "kappa, linear", "kappa, a mistake counts its distance", .linear),
    kappa(
      "cohen_kappa_quadratic", "kappa, squares", "kappa, a mistake counts its square",
      .quadratic),
    Metric(
      "matthews_correlation", "Matthews", "the correlation of truth and prediction",
      isFraction: false, isOfPredictions: true,
      undefinedReason: { $0.confusionMatrix.agreementUndefinedReason },
      { $0.confusionMatrix.matthewsCorrelation }),
  ]

  private static func kappa(
    _ name: String, _ title: String, _ meaning: String,
    _ disagreement: ConfusionMatrix.Disagreement
  ) -> Metric {
    Metric(
      name, title, meaning, isFraction: false, isOfPredictions: true,
      undefinedReason: { $0.confusionMatrix.agreementUndefinedReason },
      { $0.confusionMatrix.cohenKappa(disagreement) })
  }

  // MARK: From the ranks of the logits

  private static let ranked = [
    Metric(
      "roc_auc_weighted", "weighted AUC", "ROC AUC weighted by the classes' rows",
      undefinedReason: { $0.singleClassReason }, { $0.rocAUCWeighted }),
    Metric(
      "roc_auc_ovo_macro", "AUC of pairs", "the mean ROC AUC of two classes alone",
      undefinedReason: { $0.rocAUCUndefinedReason }, { $0.rocAUCOneVsOneMacro }),
    Metric(
      "roc_auc_ovo_weighted", "weighted pairs", "the same weighted by the pairs' rows",
      undefinedReason: { $0.rocAUCUndefinedReason }, { $0.rocAUCOneVsOneWeighted }),
    Metric(
      "average_precision_macro", "avg precision", "the mean area under precision-recall",
      undefinedReason: { $0.rocAUCUndefinedReason }, { $0.averagePrecisionMacro }),
    Metric(
      "average_precision_weighted", "weighted AP", "the same weighted by the classes' rows",
      undefinedReason: { $0.singleClassReason }, { $0.averagePrecisionWeighted }),
  ]

  // MARK: From the probabilities

  private static let probabilistic = [
    Metric(
      "brier_score", "Brier score", "the mean squared distance to the truth",
      isGreaterBetter: false, isFraction: false, { $0.brierScore }),
    binned(
      "brier_reliability", "reliability", "what miscalibration adds to the Brier score, 15 bins",
      isFraction: false, { $0.brierReliability }),
    binned(
      "brier_resolution", "resolution", "what telling rows apart takes off the Brier score",
      isGreaterBetter: true, isFraction: false, { $0.brierResolution }),
    binned(
      "brier_uncertainty", "uncertainty", "the Brier score of the class frequencies",
      isGreaterBetter: nil, isFraction: false, { $0.brierUncertainty }),
    binned(
      "expected_calibration_error_equal_mass", "equal mass",
      "calibration in 15 bins of as many rows", { $0.reliability(.equalMass).error }),
    binned(
      "expected_calibration_error_by_chance", "by chance", "calibration if p were right",
      { $0.calibrationTest.expectedError }),
    binned(
      "calibration_p_value", "p value", "the chance of such calibration if p were right",
      isGreaterBetter: true, { $0.calibrationTest.significance }),
    binned(
      "classwise_calibration_error", "classwise", "the mean calibration of each class's p",
      { $0.classwiseCalibrationError(.equalWidth) }),
    binned(
      "classwise_calibration_error_equal_mass", "classwise mass",
      "the same in 15 bins of as many rows", { $0.classwiseCalibrationError(.equalMass) }),
  ]

  // A metric from bins of probabilities, which are not resampled.
  private static func binned(
    _ name: String, _ title: String, _ meaning: String, isGreaterBetter: Bool? = false,
    isFraction: Bool = true, _ value: @escaping @Sendable (Evaluation) -> Double?
  ) -> Metric {
    Metric(
      name, title, meaning, isGreaterBetter: isGreaterBetter, isFraction: isFraction,
      canBeResampled: false, value)
  }
}
