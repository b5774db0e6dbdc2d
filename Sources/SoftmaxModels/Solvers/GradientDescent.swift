// SPDX-License-Identifier: Apache-2.0

public import SoftmaxCore

/// Gradient descent on all rows with a backtracking line search.
///
/// An iteration replaces x by x - t g, where g is the gradient. It tries t = 2 t', t', t' / 2, ..., where
/// t' is the length of the previous step, and takes the first t for which f(x - t g) <= f(x) - t / 2
/// ||g||^2. If f changes by less than its rounding error, it takes the first t at whose end f does not
/// increase along the step.
///
/// An iteration costs few evaluations of all rows. Convergence is slow: if the features have different
/// scales, the error shrinks per iteration by a factor close to 1.
public struct GradientDescent: Solver {
  /// `gradient descent`.
  public let name = "gradient descent"
  /// The norm of the gradient at or below which the solve has converged.
  public let gradientTolerance: Double

  /// Creates a solver.
  ///
  /// - Parameter gradientTolerance: the norm of the gradient at or below which the solve has converged,
  ///   at least 0.
  public init(gradientTolerance: Double = 1e-4) {
    self.gradientTolerance = gradientTolerance
  }

  /// The tolerance under the name `gradient_tolerance`.
  public var settings: [String: Double] { ["gradient_tolerance": gradientTolerance] }

  /// Throws `invalidArgument` for a negative tolerance, `unsupported` for an L1 penalty, which has no
  /// gradient where a weight is 0.
  public func validate(_ objective: Objective) throws(SoftmaxError) {
    try validateSmoothness(of: objective)
  }

  /// Takes one step; returns false if no step along the gradient reduces the objective beyond
  /// rounding.
  public func iterate(
    _ state: inout SolverState, on objective: Objective
  ) throws(SoftmaxError) -> Bool {
    try LineSearch(sufficientDecrease: 0.5).step(
      from: &state, along: state.gradient.map { -$0 }, length: 2 * state.stepLength, on: objective)
  }
}

extension Solver {
  /// Throws `invalidArgument` for a negative tolerance.
  func validateTolerances() throws(SoftmaxError) {
    guard gradientTolerance >= 0 else {
      throw SoftmaxError(
        .invalidArgument, "the gradient's tolerance must be at least 0, got \(gradientTolerance)")
    }
    if let gapTolerance, !(gapTolerance >= 0) {
      throw SoftmaxError(
        .invalidArgument, "the gap's tolerance must be at least 0, got \(gapTolerance)")
    }
  }

  /// Throws `invalidArgument` for a negative tolerance, `unsupported` for an L1 penalty.
  func validateSmoothness(of objective: Objective) throws(SoftmaxError) {
    try validateTolerances()
    guard objective.l1Penalty == 0 else {
      throw SoftmaxError(
        .unsupported, "\(name) needs a gradient everywhere, which an L1 penalty does not have",
        remedy: "use ProximalNewton or an L2 penalty, or train by batches")
    }
  }
}
