// SPDX-License-Identifier: Apache-2.0

/// The penalties that a cross-validation compared, and which of them was chosen.
///
/// ```swift
/// let model = try SoftmaxRegressionCV().fitted(to: digits.training)
/// if let path = model.trainingRecord?.penaltyPath { print(path.table) }
/// ```
public struct PenaltyPath: Hashable, Sendable, Codable {
  /// A penalty with its result on the rows that were held out.
  public struct Point: Hashable, Sendable, Codable {
    /// scikit-learn's inverse strength of the penalty.
    public let c: Double
    /// The factor l2 of the penalty l2 / 2 ||W||^2 for all rows, which is 1 / (C n).
    public let l2Penalty: Double
    /// The mean of -ln p(true class) over all rows, each judged by the model that was fitted without its fold.
    public let logLoss: Double
    /// The standard error of `logLoss`, from its differences between the folds.
    public let standardError: Double
    /// The fraction of these predictions that are correct.
    public let accuracy: Double
  }

  /// The penalties that were solved, from the strongest to the weakest.
  public let points: [Point]
  /// The number of penalties to compare.
  ///
  /// It is greater than the number of points if the log loss of every fold had risen twice in a row. Weaker
  /// penalties were then left out.
  public let penaltyCount: Int
  /// The number of folds.
  public let foldCount: Int
  /// Whether the strongest penalty is chosen whose log loss is within one standard error of the least.
  ///
  /// Source of the rule: Breiman et al., "Classification and regression trees", 1984.
  public let usesOneStandardErrorRule: Bool

  /// The penalty of the least log loss, the strongest of equals; nil without points.
  public var best: Point? {
    points.filter { !$0.logLoss.isNaN }.min { $0.logLoss < $1.logLoss }
  }

  /// The chosen penalty; nil without points.
  public var chosen: Point? {
    guard usesOneStandardErrorRule, let best else { return best }
    return points.first { $0.logLoss <= best.logLoss + best.standardError }
  }
}
