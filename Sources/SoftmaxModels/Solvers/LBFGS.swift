// SPDX-License-Identifier: Apache-2.0

public import SoftmaxCore

/// L-BFGS: a quasi-Newton method on all rows that needs gradients only.
///
/// The direction is -B g, where B approximates the inverse Hessian by the last `memory` changes of the
/// parameters and of the gradient. A backtracking line search along it begins with a step of 1. Source: Liu
/// and Nocedal, "On the limited memory BFGS method for large scale optimization", Mathematical Programming
/// 45, 1989.
///
/// ```swift
/// let objective = try Objective(network, on: dataset, l2Penalty: 1e-3)
/// let result = try LBFGS(gradientTolerance: 1e-5).minimize(objective, iterations: 500)
/// print(result.isConverged, result.objective)
/// ```
///
/// For softmax regression B begins from the inverse of the Hessian where all probabilities are equal, estimated on
/// some rows: one matrix of the size of the columns for all classes. Then the number of iterations hardly
/// depends on the scales of the features.
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
    let count = state.vectors.count / 2
    guard state.vectors.count == 2 * count, count <= memory,
      state.vectors.allSatisfy({ $0.count == state.parameters.count })
    else { throw SoftmaxError(.invalidData, "the state is not one of \(name) with this memory") }
    let before = state
    let factor = try preconditioner(on: objective)
    // Without changes and a factor the first step has a length of 1 in the units of the parameters.
    let length = count == 0 && factor == nil ? 1 / max(1, state.gradientNorm) : 1
    let search = LineSearch(sufficientDecrease: 1e-4)
    var didStep = try search.step(
      from: &state, along: direction(state, factor), length: length, on: objective)
    if !didStep, count > 0 {
      // Changes that are mostly rounding can give a useless direction. The gradient remains.
      state.vectors = []
      didStep = try search.step(
        from: &state, along: state.gradient.map { -$0 }, length: 1 / max(1, state.gradientNorm),
        on: objective)
    }
    guard didStep else { return false }
    remember(changeFrom: before, in: &state)
    return true
  }

  /// Returns the factor of the matrix from which B begins; nil for a multiple of the identity.
  ///
  /// It is the approximation of the Hessian of softmax regression at the parameters 0, unless its computation
  /// costs more than some ten evaluations.
  private func preconditioner(on objective: Objective) throws(SoftmaxError) -> HessianFactor? {
    guard let plan = objective.linearPlan else { return nil }
    let (rows, width) = (Double(objective.dataset.count), Double(plan.width))
    let estimate = min(rows, Double(Self.sampleCount)) * width * width / 2
    let cost = estimate + width * width * width / 6
    guard cost <= 20 * rows * Double(objective.parameterCount),
      plan.width <= HessianFactor.greatestParameterCount
    else { return nil }
    let zero = [Float](repeating: 0, count: objective.parameterCount)
    return try objective.hessianFactor(.shared, at: zero, rowCount: Self.sampleCount)
  }

  /// Returns -B g by the two-loop recursion.
  private func direction(_ state: SolverState, _ factor: HessianFactor?) -> [Double] {
    let count = state.vectors.count / 2
    var direction = state.gradient.map { -$0 }
    var factors = [Double](repeating: 0, count: count)
    func product(_ vector: [Float]) -> Double {
      zip(vector, direction).reduce(0) { $0 + Double($1.0) * $1.1 }
    }
    func add(_ vector: [Float], times factor: Double) {
      for index in direction.indices { direction[index] += factor * Double(vector[index]) }
    }
    func curvature(_ index: Int) -> Double {
      zip(state.vectors[index], state.vectors[count + index]).reduce(0) {
        $0 + Double($1.0) * Double($1.1)
      }
    }
    let curvatures = (0..<count).map(curvature)
    for index in (0..<count).reversed() {
      factors[index] = product(state.vectors[index]) / curvatures[index]
      add(state.vectors[count + index], times: -factors[index])
    }
    factor?.solve(&direction)
    if count > 0 {
      let newest = state.vectors[2 * count - 1]
      var preconditioned = newest.map { Double($0) }
      factor?.solve(&preconditioned)
      let square = zip(newest, preconditioned).reduce(0) { $0 + Double($1.0) * $1.1 }
      let scale = curvatures[count - 1] / square
      for index in direction.indices { direction[index] *= scale }
    }
    for index in 0..<count {
      let factor = product(state.vectors[count + index]) / curvatures[index]
      add(state.vectors[index], times: factors[index] - factor)
    }
    return direction
  }

  /// Adds the change of a step to the vectors.
  ///
  /// The vectors are the changes of the parameters followed by those of the gradient, from the oldest to the
  /// newest.
  private func remember(changeFrom before: SolverState, in state: inout SolverState) {
    let parameters = zip(state.parameters, before.parameters).map { Float($0 - $1) }
    let gradient = zip(state.gradient, before.gradient).map { Float($0 - $1) }
    let curvature = zip(parameters, gradient).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    let squares = gradient.reduce(0) { $0 + Double($1) * Double($1) }
    // A change without positive curvature, such as one that is all rounding, would make B indefinite.
    guard curvature > 1e-10 * squares else { return }
    let count = state.vectors.count / 2
    var (steps, slopes) = (state.vectors[..<count], state.vectors[count...])
    if count == memory {
      steps.removeFirst()
      slopes.removeFirst()
    }
    state.vectors = steps + [parameters] + slopes + [gradient]
  }
}
