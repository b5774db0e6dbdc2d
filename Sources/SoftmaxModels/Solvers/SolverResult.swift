// SPDX-License-Identifier: Apache-2.0

/// The result of a solver, with the norm of the gradient as a certificate of its quality.
public struct SolverResult: Sendable {
  /// The resulting flat parameters.
  public let parameters: [Float]
  /// The mean loss of all rows plus the penalties at these parameters.
  public let objective: Double
  /// The Euclidean norm of the gradient at these parameters, which is 0 at an optimum.
  public let gradientNorm: Double
  /// An upper bound of the distance of the objective to its minimum; nil if none is known.
  ///
  /// It is known for cross-entropy on one dense layer with an L2 penalty and without an L1 penalty, from the
  /// dual problem, unless a class has no sample or the parameters are far from the optimum. It is computed in double precision.
  public let objectiveGap: Double?
  /// The number of iterations.
  public let iterations: Int
  /// The number of passes over all rows: evaluations of the objective and its gradient, and products with the
  /// Hessian.
  public let evaluations: Int
  /// Whether the gradient norm or the gap is at most the solver's tolerance, before the parameters were rounded
  /// to floats.
  ///
  /// If it is not, `history.stopReason` gives the reason why the solve ended. It is nil if the solve
  /// reached the maximum number of iterations or a callback paused it.
  public let isConverged: Bool
  /// The loss and accuracy after each iteration.
  public let history: TrainingHistory
}
