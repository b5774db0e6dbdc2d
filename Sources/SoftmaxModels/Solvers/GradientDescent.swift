// SPDX-License-Identifier: Apache-2.0

public import SoftmaxCore

/// Steps along the negative gradient of all rows, each as long as makes the objective enough less.
///
/// x becomes x - t g with the first t of 2 t', t', t' / 2, ... (t' the length of the step before) for which
/// f(x - t g) <= f(x) - t / 2 ||g||^2, which keeps a step from going far beyond the least value on its way.
/// Source: Armijo, "Minimization of functions having Lipschitz continuous first partial derivatives", 1966.
/// Where f changes by less than the roundings of float losses, the slope decides: it must not lead uphill
/// at the end of the step. Source: Hager and Zhang, "A new conjugate gradient method with guaranteed
/// descent and an efficient line search", 2005.
///
/// Simple and slow: an iteration takes few evaluations, but the error shrinks by a factor that is close
/// to 1 where features are badly scaled.
public struct GradientDescent: Solver {
  /// `gradient descent`.
  public let name = "gradient descent"
  /// The norm of the gradient at which the parameters are good enough.
  public let gradientTolerance: Double

  // By how much of itself the objective may be wrong.
  private static let rounding = Double(Float.ulpOfOne)

  /// Creates a solver.
  ///
  /// - Parameter gradientTolerance: the norm of the gradient at which the parameters are good enough,
  ///   at least 0.
  public init(gradientTolerance: Double = 1e-4) {
    self.gradientTolerance = gradientTolerance
  }

  /// The tolerance.
  public var settings: [String: Double] { ["gradient_tolerance": gradientTolerance] }

  /// Throws `invalidArgument` for a tolerance below 0, `unsupported` for an L1 penalty, which has no
  /// gradient where weights are 0.
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

  /// Takes a step; false where none along the gradient makes the objective less in floats.
  public func iterate(
    _ state: inout SolverState, on objective: Objective
  ) throws(SoftmaxError) -> Bool {
    let squaredNorm = state.gradient.reduce(0) { $0 + $1 * $1 }
    var candidate = state.parameters
    var gradient: [Double] = []
    // A half of it must be less.
    var length = min(2 * state.stepLength, .greatestFiniteMagnitude)
    while true {
      for (index, slope) in state.gradient.enumerated() {
        candidate[index] = Float(Double(state.parameters[index]) - length * slope)
      }
      guard candidate != state.parameters else { return false }
      let value = try objective.valueAndGradient(at: candidate, into: &gradient)
      state.evaluationCount += 1
      // Neither holds of an objective that is no number.
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
