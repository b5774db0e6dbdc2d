// SPDX-License-Identifier: Apache-2.0

public import SoftmaxCore

/// A proximal Newton method for softmax regression with an L1 penalty, whose optimum has weights that are
/// exactly 0.
///
/// An iteration takes the weights that are not 0 and those zeros whose slope exceeds the penalty, computes the
/// Hessian with respect to them, minimizes the quadratic model of the loss plus the penalties, and searches
/// along the line to the minimum. The other weights stay 0 and cost nothing but their gradient. The model is
/// minimized by coordinate descent, which finds the zeros, and by conjugate gradients for the rest.
///
/// Sources: Andrew and Gao, "Scalable training of L1-regularized log-linear models", ICML 2007; Friedman, Hastie
/// and Tibshirani, "Regularization paths for generalized linear models via coordinate descent", Journal of
/// Statistical Software 33, 2010; Lee, Sun and Saunders, "Proximal Newton-type methods for minimizing composite
/// functions", SIAM Journal on Optimization 24, 2014.
///
/// ```swift
/// let objective = try Objective(network, on: dataset, l1Penalty: 1e-3)
/// let result = try ProximalNewton().minimize(objective)
/// print(result.parameters.count { $0 == 0 }, result.objectiveGap ?? .infinity)
/// ```
///
/// With n weights that are not 0 an iteration costs up to rows n^2 multiplications and 16 n^2 bytes. Where that is
/// too much it estimates the Hessian on a part of the rows. Beyond 4,096 weights it takes up to 100 products with the
/// Hessian instead, each a pass over all rows, for a step that changes no sign. For sparse rows there is no matrix: a sweep
/// of coordinate descent costs the values of the columns whose weights may move, and rows x classes doubles.
public struct ProximalNewton: Solver {
  /// `proximal Newton`.
  public let name = "proximal Newton"
  /// The norm of the least subgradient at or below which the solve has converged.
  public let gradientTolerance: Double
  /// The upper bound of the objective's distance to its minimum, as a share of the objective, at or below
  /// which the solve has converged.
  public let gapTolerance: Double?

  /// What the Hessian may cost as a matrix.
  package struct Limits: Sendable {
    /// The greatest number of weights.
    package var matrixSize = 4096
    /// The multiplications up to which it is computed on all rows.
    var matrixWork = 1 << 35
    /// The least number of rows on which it is estimated where that is more.
    var leastRowCount = 8192

    package init() {}
  }
  // Others than these are for tests.
  var limits = Limits()

  /// Creates a solver.
  ///
  /// - Parameters:
  ///   - gradientTolerance: the norm of the least subgradient at or below which the solve has converged, at
  ///     least 0.
  ///   - gapTolerance: the upper bound of the objective's distance to its minimum, as a share of the
  ///     objective, at or below which the solve has converged, at least 0.
  public init(gradientTolerance: Double = 1e-10, gapTolerance: Double = 1e-9) {
    self.gradientTolerance = gradientTolerance
    self.gapTolerance = gapTolerance
  }

  /// The settings under the names `gradient_tolerance` and `gap_tolerance`.
  public var settings: [String: Double] {
    ["gradient_tolerance": gradientTolerance, "gap_tolerance": gapTolerance ?? 0]
  }

  /// Throws `invalidArgument` for an invalid setting, `unsupported` for one class against the rest, or
  /// unless the objective is cross-entropy on one dense layer.
  public func validate(_ objective: Objective) throws(SoftmaxError) {
    try validateTolerances()
    guard !objective.loss.isOneVsRest else {
      throw SoftmaxError(
        .unsupported, "\(name) is not there for one class against the rest",
        remedy: "use an L2 penalty alone, or train by batches")
    }
    guard objective.regressionPlan != nil else {
      throw SoftmaxError(
        .unsupported, "\(name) is for cross-entropy on one dense layer that is not frozen",
        remedy: "train by batches")
    }
  }

  /// Takes one step; returns false if no step to the minimum of the model reduces the objective beyond rounding.
  public func iterate(
    _ state: inout SolverState, on objective: Objective
  ) throws(SoftmaxError) -> Bool {
    guard !state.isStill(for: 4) else { return false }
    let before = state.value.objective
    let model = ProximalModel(of: state, on: objective)
    let path = try model.path(in: &state, on: objective, limits: limits)
    guard try LineSearch(sufficientDecrease: 1e-4).step(from: &state, on: objective, path: path)
    else { return false }
    state.countIfStill(since: before, on: objective)
    return true
  }
}

extension LineSearch {
  /// Takes a step along a path; returns false if none of them reduces the objective beyond rounding.
  ///
  /// The predicted change is that of the linear model of the loss plus the L1 penalty. Source: Tseng and Yun, "A
  /// coordinate gradient descent method for nonsmooth separable minimization", Mathematical Programming 117,
  /// 2009.
  ///
  /// - Parameter path: returns the end of the path of a length, of which 1 is the first.
  fileprivate func step(
    from state: inout SolverState, on objective: Objective, path: (Double) -> [Double]
  ) throws(SoftmaxError) -> Bool {
    let (start, smooth, l1Penalty) = (state.parameters, state.smoothGradient, objective.l1Penalty)
    let penalized = objective.layout.segments.filter(\.isPenalized).map(\.range)
    let end = path(1)
    var slope = 0.0
    for index in start.indices { slope += smooth[index] * (end[index] - start[index]) }
    for index in penalized.joined() {
      slope += l1Penalty * (end[index].magnitude - start[index].magnitude)
    }
    return try step(
      from: &state, slope: slope, length: 1, on: objective,
      move: { $0 = path($1).map(objective.rounding.rounded) },
      slopeAtEnd: { end, gradient in
        var slope = 0.0
        for index in end.indices { slope += gradient[index] * (end[index] - start[index]) }
        // A weight that has become 0 had the sign of its start.
        for index in penalized.joined() where end[index] == 0 {
          slope -= l1Penalty * start[index].magnitude
        }
        return slope
      })
  }
}
