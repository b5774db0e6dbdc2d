// SPDX-License-Identifier: Apache-2.0

public import SoftmaxCore

/// L-BFGS: a quasi-Newton method on all rows that needs gradients only.
///
/// The direction is -B g, where B approximates the inverse Hessian by the last `memory` changes of the
/// parameters and of the gradient. A line search along it begins with a step of 1. Source: Liu
/// and Nocedal, "On the limited memory BFGS method for large scale optimization", Mathematical Programming
/// 45, 1989.
///
/// ```swift
/// let objective = try Objective(network, on: dataset, l2Penalty: 1e-3)
/// let result = try LBFGS(gradientTolerance: 1e-5).minimize(objective, iterations: 500)
/// print(result.isConverged, result.objective)
/// ```
///
/// For softmax regression B begins from the inverse of an approximation of the Hessian, estimated on some rows: one
/// matrix of the size of the columns for all classes. Then the number of iterations hardly depends on the scales of
/// the features. It is estimated at the parameters 0, and a second time after the first iteration that lessens the
/// objective by less than a tenth.
///
/// An iteration costs an evaluation of all rows, rarely more, and 4 `memory` passes over vectors of the size
/// of the parameters. The state takes 2 `memory` floats per parameter.
public struct LBFGS: Solver {
  /// `L-BFGS`.
  public let name = "L-BFGS"
  /// The number of changes that approximate the Hessian.
  public let memory: Int
  /// The norm of the gradient at or below which the solve has converged.
  public let gradientTolerance: Double
  /// The upper bound of the objective's distance to its minimum, as a share of the objective, at or below
  /// which the solve has converged.
  public let gapTolerance: Double?

  // The greatest number of rows from which the preconditioner is computed.
  private static let sampleCount = 4096
  // The share of the objective by which an iteration lessens it that is small enough to estimate the preconditioner
  // anew, where it then stays.
  private static let smallDecrease = 0.1

  /// Creates a solver.
  ///
  /// - Parameters:
  ///   - memory: the number of changes that approximate the Hessian, in 1...8.
  ///   - gradientTolerance: the norm of the gradient at or below which the solve has converged, at least 0.
  ///   - gapTolerance: the upper bound of the objective's distance to its minimum, as a share of the
  ///     objective, at or below which the solve has converged, at least 0; it has an effect for softmax
  ///     regression with an L2 penalty.
  public init(memory: Int = 8, gradientTolerance: Double = 1e-8, gapTolerance: Double = 1e-7) {
    self.memory = memory
    self.gradientTolerance = gradientTolerance
    self.gapTolerance = gapTolerance
  }

  /// The settings under the names `memory`, `gradient_tolerance` and `gap_tolerance`.
  public var settings: [String: Double] {
    [
      "memory": Double(memory), "gradient_tolerance": gradientTolerance,
      "gap_tolerance": gapTolerance ?? 0,
    ]
  }

  /// Throws `invalidArgument` for an invalid setting, `unsupported` for an L1 penalty, which has no gradient
  /// where a weight is 0.
  public func validate(_ objective: Objective) throws(SoftmaxError) {
    guard 1...8 ~= memory else {
      throw SoftmaxError(
        .invalidArgument, "the memory of \(name) must be within 1...8, got \(memory)")
    }
    try validateSmoothness(of: objective)
  }

  /// Takes one step; returns false if no step along the direction reduces the objective beyond rounding.
  public func iterate(
    _ state: inout SolverState, on objective: Objective
  ) throws(SoftmaxError) -> Bool {
    var changes = try Changes(state, memory: memory, name: name)
    guard !state.isStill(for: 12) else { return false }
    let before = state
    let factor = try preconditioner(at: changes.point, on: objective)
    // Without changes and a factor the first step has a length of 1 in the units of the parameters.
    let length = changes.count == 0 && factor == nil ? 1 / max(1, state.gradientNorm) : 1
    let search = LineSearch(sufficientDecrease: 1e-4, greatestSlope: 0.25)
    var didStep = try search.step(
      from: &state, along: direction(state, changes, factor, objective.vectors), length: length,
      on: objective)
    if !didStep, changes.count > 0 {
      // Changes that are mostly rounding can give a useless direction. The gradient remains.
      changes = Changes(point: changes.point)
      didStep = try search.step(
        from: &state, along: state.gradient.map { -$0 }, length: 1 / max(1, state.gradientNorm),
        on: objective)
    }
    guard didStep else { return false }
    changes.add(from: before, to: state, on: objective.vectors, memory: memory)
    let decrease = before.value.objective - state.value.objective
    if factor != nil, changes.point == nil, decrease < Self.smallDecrease * state.value.objective {
      changes.point = state.parameters.map { Float($0) }
    }
    state.vectors = changes.vectors
    state.countIfStill(since: before.value.objective, on: objective)
    return true
  }

  /// Returns the factor of the matrix from which B begins; nil for a multiple of the identity.
  ///
  /// It is the approximation of the Hessian of softmax regression, unless its computation costs more than some ten
  /// evaluations.
  ///
  /// - Parameter point: where it is estimated; nil for the parameters 0.
  private func preconditioner(
    at point: [Float]?, on objective: Objective
  ) throws(SoftmaxError) -> HessianFactor? {
    guard let plan = objective.linearPlan else { return nil }
    let (rows, width) = (Double(objective.dataset.count), Double(plan.width))
    let estimate = min(rows, Double(Self.sampleCount)) * width * width / 2
    let cost = estimate + width * width * width / 6
    guard cost <= 20 * rows * Double(objective.parameterCount),
      plan.width <= HessianFactor.greatestParameterCount
    else { return nil }
    let point = point ?? [Float](repeating: 0, count: objective.parameterCount)
    return try objective.hessianFactor(.shared, at: point, rowCount: Self.sampleCount)
  }

  /// Returns -B g by the two-loop recursion.
  private func direction(
    _ state: SolverState, _ changes: Changes, _ factor: HessianFactor?, _ vectors: VectorTeam
  ) -> [Double] {
    var direction = state.gradient
    vectors.scale(&direction, by: -1)
    let pairs = zip(changes.steps, changes.slopes).map { step, slope in
      (step, slope, curvature: vectors.product(step, slope))
    }
    var factors: [Double] = []
    for (step, slope, curvature) in pairs.reversed() {
      let factor = vectors.product(step, direction) / curvature
      factors.append(factor)
      vectors.add(slope, times: -factor, to: &direction)
    }
    factor?.solve(&direction)
    if let (_, newest, curvature) = pairs.last {
      var preconditioned = newest.map { Double($0) }
      factor?.solve(&preconditioned)
      vectors.scale(&direction, by: curvature / vectors.product(newest, preconditioned))
    }
    for ((step, slope, curvature), factor) in zip(pairs, factors.reversed()) {
      let other = vectors.product(slope, direction) / curvature
      vectors.add(step, times: factor - other, to: &direction)
    }
    return direction
  }
}

extension LBFGS {
  /// What the vectors of a state hold: the changes of the parameters and of the gradient, each from the oldest to the
  /// newest, and after them where the preconditioner is estimated, once that is not at 0.
  private struct Changes {
    var steps: ArraySlice<[Float]> = []
    var slopes: ArraySlice<[Float]> = []
    var point: [Float]?

    var count: Int { steps.count }
    var vectors: [[Float]] { steps + slopes + (point.map { [$0] } ?? []) }

    init(point: [Float]?) { self.point = point }

    /// Throws `invalidData` unless the vectors of a state are such.
    init(_ state: SolverState, memory: Int, name: String) throws(SoftmaxError) {
      let count = state.vectors.count / 2
      guard count <= memory, state.vectors.allSatisfy({ $0.count == state.parameters.count })
      else {
        throw SoftmaxError(.invalidData, "the state is not one of \(name) with this memory")
      }
      steps = state.vectors[..<count]
      slopes = state.vectors[count..<2 * count]
      point = state.vectors.count > 2 * count ? state.vectors.last : nil
    }

    /// Adds the change of a step.
    mutating func add(
      from before: SolverState, to state: SolverState, on vectors: VectorTeam, memory: Int
    ) {
      let step = zip(state.parameters, before.parameters).map { Float($0 - $1) }
      let slope = zip(state.gradient, before.gradient).map { Float($0 - $1) }
      // A change without positive curvature, such as one that is all rounding, would make B indefinite.
      guard vectors.product(step, slope) > 1e-10 * vectors.product(slope, slope) else { return }
      if count == memory {
        steps.removeFirst()
        slopes.removeFirst()
      }
      steps.append(step)
      slopes.append(slope)
    }
  }
}
