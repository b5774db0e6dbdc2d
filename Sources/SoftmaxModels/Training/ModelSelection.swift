// SPDX-License-Identifier: Apache-2.0

/// The kinds of models that were compared on the same folds, and what the chosen one reached there.
///
/// ```swift
/// let model = try AutoClassifier().fitted(to: passengers)
/// if let selection = model.trainingRecord?.selection {
///   print(selection.accuracy, selection.logLoss, selection.baselineAccuracy)
/// }
/// ```
public struct ModelSelection: Hashable, Sendable, Codable {
  /// A kind of model with its results on rows that it did not learn from.
  public struct Candidate: Hashable, Sendable, Codable {
    /// The name of the kind, such as "piecewise linear".
    public let name: String
    /// The mean of -ln p(true class), in nats.
    public let logLoss: Double
    /// The fraction of correct predictions.
    public let accuracy: Double
    /// The share of the probabilities of the chosen model; 0 if it has no part in it.
    public internal(set) var weight: Double
  }

  /// The kinds of models, in the order in which they were tried.
  public let candidates: [Candidate]
  /// The number of folds.
  public let foldCount: Int
  /// The number of rows by which the models were judged, each by models that learnt from other rows.
  public let rowCount: Int
  /// The mean of -ln p(true class) of the chosen model, in nats.
  public let logLoss: Double
  /// The standard error of `logLoss`.
  public let logLossStandardError: Double
  /// The fraction of correct predictions of the chosen model.
  public let accuracy: Double
  /// The 95 % confidence interval of the accuracy, by Wilson's method: its lower bound.
  public let accuracyLow: Double
  /// The upper bound of the interval.
  public let accuracyHigh: Double
  /// The share of the most frequent class, which is the accuracy of always predicting it; with times, of predicting the
  /// class that is most frequent in earlier rows.
  public let baselineAccuracy: Double
  /// The log loss of predicting the shares of the classes for every row; with times, their shares in earlier rows.
  public let baselineLogLoss: Double
  /// What the folds keep apart: "groups", or "times" if each learns from earlier rows only; nil if neither.
  public let origins: String?
  /// The seconds of the budget; nil if none was given.
  public let budget: Double?
  /// What the budget left out, such as "networks: 38 of 128 epochs"; nil without a budget.
  public let leftOut: [String]?

  /// Whether the chosen model predicts better than the shares of the classes do.
  public var isBetterThanBaseline: Bool { logLoss < baselineLogLoss }
}
