// SPDX-License-Identifier: Apache-2.0

/// The result of a solver, with the norm of the gradient and, where known, a bound of the gap as certificates.
public struct SolverResult: Sendable {
  /// The resulting flat parameters.
  public let parameters: [Float]
  /// The mean loss of all rows plus the penalties at these parameters.
  public let objective: Double
  /// The Euclidean norm of the gradient at these parameters, which is 0 at an optimum; with an L1 penalty of the
  /// subgradient with the least norm.
  public let gradientNorm: Double
  /// An upper bound of the distance of the objective to its minimum; nil if none is known.
  ///
  /// It is known for cross-entropy on one dense layer with a penalty, from the dual problem, unless a class has no
  /// sample or the parameters are far from the optimum. It is computed in double precision.
  public let objectiveGap: Double?
  /// The number of iterations.
  public let iterations: Int
  /// The number of passes over all rows: evaluations of the objective and its gradient, and products with the
  /// Hessian, without the two evaluations for the gap, one for each preconditioner or matrix, and the trials for
  /// separable classes.
  public let evaluations: Int
  /// Whether the gradient norm is at most the solver's tolerance, or the gap at most `gapTolerance` times the
  /// objective, before the parameters were rounded to floats.
  ///
  /// For a solver with a gap tolerance, a gap of 1e-5 times the objective is enough once rounding ends the
  /// solve, and 1e-4 times where the loss of large data is computed in single precision.
  ///
  /// If it is not, `history.stopReason` gives the reason why the solve ended. It is nil if the solve
  /// reached the maximum number of iterations or a callback paused it.
  public let isConverged: Bool
  /// Whether the classes were found separable, so that without a penalty no finite parameters are best.
  ///
  /// The solve then ended early, with parameters that tell the classes apart.
  public let isSeparable: Bool
  /// The loss and accuracy after each iteration.
  public let history: TrainingHistory
}
