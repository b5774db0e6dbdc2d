// SPDX-License-Identifier: Apache-2.0

/// The result of a solver, with the norm of the gradient as a certificate of its quality.
public struct SolverResult: Sendable {
  /// The resulting flat parameters.
  public let parameters: [Float]
  /// The mean loss of all rows plus the penalties at these parameters.
  public let objective: Double
  /// The Euclidean norm of the gradient at these parameters, which is 0 at an optimum.
  public let gradientNorm: Double
  /// The number of iterations.
  public let iterations: Int
  /// The number of evaluations of the objective and its gradient.
  public let evaluations: Int
  /// Whether the gradient norm is at most the solver's tolerance.
  ///
  /// If it is not, `history.stopReason` gives the reason why the solve ended. It is nil if the solve
  /// reached the maximum number of iterations or a callback paused it.
  public let isConverged: Bool
  /// The loss and accuracy after each iteration.
  public let history: TrainingHistory
}
