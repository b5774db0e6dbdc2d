// SPDX-License-Identifier: Apache-2.0

public import SoftmaxCore

/// Gradient descent on all rows with a backtracking line search.
///
/// An iteration replaces x by x - t g, where g is the gradient. It tries t = 2 t', t', t' / 2, ..., where
/// t' is the length of the previous step, and takes the first t for which f(x - t g) <= f(x) - t / 2
/// ||g||^2. This condition rejects steps that go far beyond the minimum along the line. Source: Armijo,
/// "Minimization of functions having Lipschitz continuous first partial derivatives", 1966.
///
/// If f changes by less than the rounding error of float losses, the condition is unreliable. Then t is
/// taken if f does not increase along the step at its end. Source: Hager and Zhang, "A new conjugate
/// gradient method with guaranteed descent and an efficient line search", 2005.
///
/// An iteration costs few evaluations of all rows. Convergence is slow: if the features have different
/// scales, the error shrinks per iteration by a factor close to 1.
public struct GradientDescent: Solver {
  /// `gradient descent`.
  public let name = "gradient descent"
  /// The norm of the gradient at or below which the solve has converged.
  public let gradientTolerance: Double

  // The assumed relative rounding error of the objective.
  private static let rounding = Double(Float.ulpOfOne)

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
    guard gradientTolerance >= 0 else {
      throw SoftmaxError(
        .invalidArgument, "the gradient's tolerance must be at least 0, got \(gradientTolerance)")
    }
    guard objective.l1Penalty == 0 else {
      throw SoftmaxError(
        .unsupported, "\(name) needs a gradient everywhere, which an L1 penalty does not have",
        remedy: "use an L2 penalty, or train by batches")
    }
  }

  /// Takes one step; returns false if no step along the gradient reduces the objective in float
  /// precision.
  public func iterate(
    _ state: inout SolverState, on objective: Objective
  ) throws(SoftmaxError) -> Bool {
    let squaredNorm = state.gradient.reduce(0) { $0 + $1 * $1 }
    var candidate = state.parameters
    var gradient: [Double] = []
    // The step length must stay finite.
    var length = min(2 * state.stepLength, .greatestFiniteMagnitude)
    while true {
      for (index, slope) in state.gradient.enumerated() {
        candidate[index] = Float(Double(state.parameters[index]) - length * slope)
      }
      guard candidate != state.parameters else { return false }
      let value = try objective.valueAndGradient(at: candidate, into: &gradient)
      state.evaluationCount += 1
      // If the objective is NaN, both comparisons are false and the step is halved.
      let change = value.objective - state.value.objective
      let isLess = change <= -length / 2 * squaredNorm
      let isRounding = change.magnitude <= Self.rounding * state.value.objective.magnitude
      let downhill = zip(gradient, state.gradient).reduce(0) { $0 + $1.0 * $1.1 }
      if isLess || isRounding && downhill >= 0 {
        state.stepLength = length
        state.move(to: candidate, value: value, gradient: gradient)
        return true
      }
      length /= 2
    }
  }
}
