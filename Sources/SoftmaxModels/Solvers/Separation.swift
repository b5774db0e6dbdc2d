// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// The finding that classes are separable, for softmax regression without a penalty.
///
/// If a linear function tells classes apart without a mistake, every multiple of its weights is better than the
/// weights, and no finite weights are best. The separation is complete if it holds for all classes, and
/// quasi-complete if only some classes, or some of their samples, are told apart. Source: Albert and Anderson, "On
/// the existence of maximum likelihood estimates in logistic regression models", Biometrika 71, 1984.
struct Separation {
  private let objective: Objective

  /// The reason why a solve ends.
  static let reason =
    "the classes are linearly separable, so without a penalty no finite weights are best"

  // The mean loss below which a complete separation ends the solve. More iterations would only scale the weights.
  private static let loss = 1e-3
  // The greatest decrease of an iteration, as a share of the objective, before a quasi-complete separation is
  // looked for, and the least one, in units of the rounding error.
  private static let greatestDecrease = 1e-3
  private static let leastDecrease = 1e3
  // The factor of the norm of the parameters by which they are moved along the last step.
  private static let distance = 100.0

  /// Prepares the search; nil if the minimum exists anyway, or if the objective is not softmax regression.
  init?(of objective: Objective) {
    guard objective.regressionPlan != nil, objective.l1Penalty == 0, objective.l2Penalty == 0,
      objective.loss.labelSmoothing == 0, case .labels = objective.dataset.targets
    else { return nil }
    self.objective = objective
  }

  /// Returns whether the classes are found separable after an iteration.
  func isFound(after before: SolverState, at state: SolverState) throws(SoftmaxError) -> Bool {
    let totals = state.value.totals
    if totals.correctCount == totals.predictionCount { return totals.loss <= Self.loss }
    // Near the end of a solve the steps of a quasi-complete separation go on in one direction, along which the
    // objective decreases for ever, while other objectives increase if the parameters are moved that far.
    let decrease = before.value.objective - state.value.objective
    let objective = state.value.objective
    guard decrease <= Self.greatestDecrease * objective,
      decrease >= Self.leastDecrease * self.objective.roundingError * objective
    else { return false }
    let step = zip(state.parameters, before.parameters).map { $0 - $1 }
    let vectors = self.objective.vectors
    func norm(_ vector: [Double]) -> Double { vectors.product(vector, vector).squareRoot() }
    let length = Self.distance * norm(state.parameters) / norm(step)
    guard length.isFinite, length > 1 else { return false }
    var gradient: [Double] = []
    let far = try self.objective.valueAndGradient(
      at: zip(state.parameters, step).map { $0 + length * $1 }, into: &gradient)
    return far.objective <= objective - decrease / 4
  }
}
