// SPDX-License-Identifier: Apache-2.0

public import SoftmaxCore

/// What each decision costs for each true class.
///
/// The decision of the least expected cost, sum over the classes k of p_k x cost, need not be the most probable class, nor
/// a class at all: a decision may be to ask a person.
///
/// ```swift
/// let costs = try CostMatrix(
///   [[0, 1, 0.3], [20, 0, 0.3]], decisions: ["discharge", "treat", "examine"])
/// print(costs.decisions[costs.decision(for: [0.9, 0.1]).index])   // examine
/// ```
///
/// Source: Elkan, "The foundations of cost-sensitive learning", IJCAI 2001.
public struct CostMatrix: Hashable, Sendable {
  /// The names of the decisions, by index.
  public let decisions: [String]
  /// The costs, a row for each true class and a column for each decision.
  public let costs: [[Double]]

  /// Creates a matrix of costs; negative ones are gains.
  ///
  /// - Parameters:
  ///   - costs: a row for each true class, a column for each decision.
  ///   - decisions: the names of the decisions.
  /// - Throws: `shapeMismatch` unless every row has a cost for each decision; `invalidArgument` for no decisions, for two of
  ///   the same name, or a cost that is not finite.
  public init(_ costs: [[Double]], decisions: [String]) throws(SoftmaxError) {
    guard !decisions.isEmpty, Set(decisions).count == decisions.count else {
      throw SoftmaxError(
        .invalidArgument, "costs need at least one decision, no two of the same name")
    }
    for (row, values) in costs.enumerated() {
      guard values.count == decisions.count else {
        throw SoftmaxError(
          .shapeMismatch, "\(values.count) costs for \(decisions.count) decisions",
          at: .row(row, column: nil))
      }
      if let column = values.firstIndex(where: { !$0.isFinite }) {
        throw SoftmaxError(
          .invalidArgument, "the cost \(values[column]) is not finite",
          at: .row(row, column: column))
      }
    }
    self.costs = costs
    self.decisions = decisions
  }

  /// Returns the decision of the least expected cost; of equal costs the first.
  ///
  /// - Precondition: there is a probability for each class.
  public func decision(for probabilities: [Float]) -> (index: Int, cost: Double) {
    precondition(probabilities.count == costs.count, "a probability for each row of costs")
    var best = (index: 0, cost: Double.infinity)
    for index in decisions.indices {
      var cost = 0.0
      for (probability, row) in zip(probabilities, costs) {
        cost += Double(probability) * row[index]
      }
      if cost < best.cost { best = (index, cost) }
    }
    return best
  }

  /// Returns the mean cost of the decisions for judged rows.
  ///
  /// - Precondition: the classes of the evaluation are those of the rows of costs.
  public func meanCost(of evaluation: Evaluation) -> Double {
    let probabilities = evaluation.probabilities
    return evaluation.weightedMean(
      of: evaluation.labels.enumerated().map { row, label in
        costs[label][decision(for: Array(probabilities.row(row))).index]
      })
  }
}
