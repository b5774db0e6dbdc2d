// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// A backtracking line search: the step of a solver along a direction.
///
/// It replaces x by x + t d with the first of t = t', t' / 2, t' / 4, ... for which f(x + t d) <= f(x) + c t
/// <g, d>, where g is the gradient. This condition rejects steps that go far beyond the minimum along the
/// line. Source: Armijo, "Minimization of functions having Lipschitz continuous first partial derivatives",
/// 1966.
///
/// With a greatest slope the next t is the minimum of the cubic polynomial that has the values and slopes of f at
/// 0 and t, and the first t is replaced once by this minimum too if f increases there with more than this share of
/// the first slope. Source: Nocedal and Wright, "Numerical Optimization", 2nd edition, section 3.5, 2006.
///
/// If f changes by less than its rounding error, the condition is unreliable. Then t is taken if f does not
/// increase along the step at its end. Source: Hager and Zhang, "A new conjugate gradient method with guaranteed
/// descent and an efficient line search", 2005.
struct LineSearch {
  /// The factor c: the share of the decrease predicted by the slope that a step must reach.
  let sufficientDecrease: Double
  /// The greatest slope at the end of a first step, as a share of the slope at its beginning; nil if steps are
  /// halved only.
  var greatestSlope: Double?

  /// Takes a step, whose length is then `state.stepLength`; returns false if no step along the direction
  /// reduces the objective beyond rounding.
  ///
  /// - Parameters:
  ///   - state: the state from which the step begins.
  ///   - direction: the direction d, in the layout of the parameters.
  ///   - length: the first length t', greater than 0.
  ///   - objective: the objective f.
  func step(
    from state: inout SolverState, along direction: [Double], length: Double,
    on objective: Objective
  ) throws(SoftmaxError) -> Bool {
    guard direction.allSatisfy(\.isFinite) else { return false }
    let (start, vectors) = (state.parameters, objective.vectors)
    return try step(
      from: &state, slope: vectors.product(state.gradient, direction), length: length,
      on: objective,
      move: { candidate, length in
        vectors.move(
          &candidate, to: start, plus: direction, times: length,
          rounding: objective.rounding.rounded)
      },
      slopeAtEnd: { vectors.product($1, direction) })
  }

  /// Takes a step along a path, of which `length` is a multiple.
  ///
  /// - Parameters:
  ///   - slope: the predicted change of the objective for a length of 1.
  ///   - move: replaces the parameters by the end of the path of a length, rounded.
  ///   - slopeAtEnd: returns the slope along the path at an end, from the parameters and the gradient there.
  func step(
    from state: inout SolverState, slope: Double, length: Double, on objective: Objective,
    move: (inout [Double], Double) -> Void, slopeAtEnd: ([Double], [Double]) -> Double
  ) throws(SoftmaxError) -> Bool {
    guard slope < 0, slope.isFinite else { return false }
    var candidate = state.parameters
    var gradient: [Double] = []
    // The step length must stay finite.
    var length = min(length, .greatestFiniteMagnitude)
    var isFirst = true
    while true {
      move(&candidate, length)
      guard candidate != state.parameters else { return false }
      let value = try objective.valueAndGradient(at: candidate, into: &gradient)
      state.evaluationCount += 1
      // If the objective is NaN, both comparisons are false and the step is halved.
      let change = value.objective - state.value.objective
      let isLess = change <= sufficientDecrease * length * slope
      let isRounding =
        change.magnitude <= objective.roundingError * state.value.objective.magnitude
      let end = slopeAtEnd(candidate, gradient)
      let isSteep = isFirst && !isRounding && greatestSlope.map { end > -$0 * slope } ?? false
      if isLess && !isSteep || isRounding && end <= 0 {
        state.stepLength = length
        state.move(to: candidate, value: value, gradient: gradient)
        return true
      }
      isFirst = false
      length *= greatestSlope == nil ? 0.5 : Self.minimum(change / length, slope, end)
    }
  }

  /// Returns the minimum, as a share of a length t, of the cubic polynomial that has the slope `slope` at 0, and at t
  /// the slope `end` and a value greater by t `meanSlope` than at 0; one half if it is not within 0.1...0.9.
  private static func minimum(_ meanSlope: Double, _ slope: Double, _ end: Double) -> Double {
    let middle = slope + end - 3 * meanSlope
    let root = (middle * middle - slope * end).squareRoot()
    let minimum = 1 - (end + root - middle) / (end - slope + 2 * root)
    return 0.1...0.9 ~= minimum ? minimum : 0.5
  }
}
