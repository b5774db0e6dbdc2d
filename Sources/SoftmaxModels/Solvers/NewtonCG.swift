// SPDX-License-Identifier: Apache-2.0

public import SoftmaxCore

/// Newton's method for softmax regression, whose equations are solved by preconditioned conjugate gradients.
///
/// An iteration minimizes the quadratic model of the objective by conjugate gradients with exact products of
/// the Hessian of all rows, until the residual has shrunk by a factor, and searches along the solution. The
/// preconditioner is the Cholesky factor of one matrix for all classes; where that is not enough, of the whole
/// Hessian of some rows, which includes the coupling between classes. A solve needs few factors. With the loss of one
/// class against the rest it is a factor for each class, whose equations are solved side by side. If the rows are
/// sparse, it is a diagonal, and the products are in single precision.
///
/// Sources: Dembo, Eisenstat and Steihaug, "Inexact Newton methods", SIAM Journal on Numerical Analysis 19,
/// 1982; Byrd, Chin, Neveitt and Nocedal, "On the use of stochastic Hessian information in optimization
/// methods for machine learning", SIAM Journal on Optimization 21, 2011.
///
/// ```swift
/// let objective = try Objective(network, on: dataset, l2Penalty: 1e-4)
/// let result = try NewtonCG(gradientTolerance: 1e-6).minimize(objective)
/// print(result.isConverged, result.objective, result.evaluations)
/// ```
///
/// The number of iterations hardly depends on the scales of the features. The factor takes 5 n^2 bytes for n
/// parameters, at most 320 MiB, and an iteration costs at most 100 products with the Hessian, each a pass over all
/// rows and a solution of n^2 multiplications, so ``LBFGS`` is for networks of more than 8,192 parameters on rows that
/// are not sparse.
public struct NewtonCG: Solver {
  /// `Newton-CG`.
  public let name = "Newton-CG"
  /// The greatest number of rows from which the preconditioner estimates each pair of classes.
  public let sampleCount: Int
  /// The norm of the gradient at or below which the solve has converged.
  public let gradientTolerance: Double
  /// The upper bound of the objective's distance to its minimum, as a share of the objective, at or below
  /// which the solve has converged.
  public let gapTolerance: Double?

  /// Whether the whole Hessian of some rows may be factorized, which pays for a solve to high accuracy.
  var factorsWholeHessian = true

  // The factor by which an iteration reduces the residual, in the norm of the preconditioner. The first
  // iterations, with the shared preconditioner, are far from the optimum, where the quadratic model fits less.
  private static let forcing = 0.1
  private static let forcingOfShared = 0.4
  private static let rowsPerColumn = 32
  private static let leastRowCount = 1024
  // The greatest number of products of an iteration.
  private static let greatestProductCount = 100
  // The numbers of products of the last iteration, and of the first one with the preconditioner.
  private static let productsKey = "products"
  private static let firstProductsKey = "first_products"
  // 1 after the first iteration that lessens the objective by less than a tenth, 2 once a shared preconditioner was
  // estimated after it.
  private static let slowKey = "slow"
  private static let smallDecrease = 0.1
  // Present if the preconditioner is shared by all classes.
  private static let sharedKey = "shared"

  /// Creates a solver.
  ///
  /// - Parameters:
  ///   - sampleCount: the greatest number of rows from which the preconditioner estimates each pair of classes, at
  ///     least 1; at most 32 times the columns, or 1,024, are used.
  ///   - gradientTolerance: the norm of the gradient at or below which the solve has converged, at least 0.
  ///   - gapTolerance: the upper bound of the objective's distance to its minimum, as a share of the
  ///     objective, at or below which the solve has converged, at least 0; it has an effect with an L2 penalty.
  public init(
    sampleCount: Int = 4096, gradientTolerance: Double = 1e-10, gapTolerance: Double = 1e-9
  ) {
    self.sampleCount = sampleCount
    self.gradientTolerance = gradientTolerance
    self.gapTolerance = gapTolerance
  }

  /// The settings under the names `sample_count`, `gradient_tolerance` and `gap_tolerance`.
  public var settings: [String: Double] {
    [
      "sample_count": Double(sampleCount), "gradient_tolerance": gradientTolerance,
      "gap_tolerance": gapTolerance ?? 0,
    ]
  }

  /// Throws `invalidArgument` for an invalid setting, `unsupported` for an L1 penalty, for more than 8,192
  /// parameters unless the rows are sparse, or unless the objective is cross-entropy on one dense layer.
  public func validate(_ objective: Objective) throws(SoftmaxError) {
    guard sampleCount >= 1 else {
      throw SoftmaxError(
        .invalidArgument, "the preconditioner needs at least 1 row, got \(sampleCount)")
    }
    try validateSmoothness(of: objective)
    guard objective.regressionPlan != nil else {
      throw SoftmaxError(
        .unsupported, "\(name) is for cross-entropy on one dense layer that is not frozen",
        remedy: "use LBFGS")
    }
    guard objective.parameterCount <= HessianFactor.greatestParameterCount || objective.isSparse
    else {
      throw SoftmaxError(
        .unsupported,
        "\(name) is for at most \(HessianFactor.greatestParameterCount) parameters, got "
          + "\(objective.parameterCount)", remedy: "use LBFGS")
    }
  }

  /// Takes one step; returns false if no step along the direction reduces the objective beyond rounding.
  public func iterate(
    _ state: inout SolverState, on objective: Objective
  ) throws(SoftmaxError) -> Bool {
    guard !state.isStill(for: 4) else { return false }
    let before = state.value.objective
    let (direction, productCount) = try direction(&state, on: objective)
    if state.values[Self.firstProductsKey] == nil {
      state.values[Self.firstProductsKey] = Double(productCount)
    }
    state.values[Self.productsKey] = Double(productCount)
    state.evaluationCount += productCount
    let search = LineSearch(sufficientDecrease: 1e-4)
    if try search.step(from: &state, along: direction, length: 1, on: objective) {
      state.countIfStill(since: before, on: objective)
      if state.values[Self.slowKey] == nil,
        before - state.value.objective < Self.smallDecrease * before
      {
        state.values[Self.slowKey] = 1
      }
      return true
    }
    // Where the Hessian is all rounding, the gradient remains.
    return try search.step(
      from: &state, along: state.gradient.map { -$0 }, length: 1 / max(1, state.gradientNorm),
      on: objective)
  }

  /// Gives a solve for another penalty the factor of the whole Hessian of the last one, if it has one.
  ///
  /// The objective keeps the matrix.
  static func keepFactor(of last: SolverState, in state: inout SolverState) {
    guard usesWholeFactor(last) else { return }
    state.vectors = last.vectors
    for key in [productsKey, firstProductsKey] { state.values[key] = last.values[key] }
  }

  /// Gives a solve on other rows, whose vector is the point of another solve's factor, the form of that factor.
  static func takeForm(of other: SolverState, in state: inout SolverState) {
    for key in [firstProductsKey, sharedKey] { state.values[key] = other.values[key] }
    // The other solve was near its end.
    if state.values[sharedKey] != nil { state.values[slowKey] = 2 }
  }

  /// Whether the last iteration of a solve had a factor of the whole Hessian.
  static func usesWholeFactor(_ state: SolverState) -> Bool {
    state.vectors.count == 1 && state.values[sharedKey] == nil
  }

  /// Returns the preconditioner of an iteration.
  ///
  /// The first one is shared by all classes, unless the whole Hessian costs as little as a few products. It is
  /// estimated a second time when the first iterations, which go far, are over. The state keeps its parameters and
  /// its form, from which a resumed solve computes it anew.
  private func preconditioner(
    _ state: inout SolverState, on objective: Objective
  ) throws(SoftmaxError) -> HessianFactor {
    let cost = factorCost(for: objective)
    let productCount = state.values[Self.productsKey, default: 0]
    let isShared = state.values[Self.sharedKey] != nil
    guard state.vectors.count <= 1,
      state.vectors.allSatisfy({ $0.count == state.parameters.count })
    else { throw SoftmaxError(.invalidData, "the state is not one of \(name)") }
    let isFirst = state.vectors.isEmpty
    // The factor of the whole Hessian serves several iterations, one that replaces it fewer.
    let greatestCount =
      isShared
      ? min(20, max(2, cost / 20))
      : max(min(60, max(2, cost / 10)), 1.5 * state.values[Self.firstProductsKey, default: 0])
    let isSeparate = objective.loss.isOneVsRest
    let isSlow = productCount > greatestCount
    let isRenewed = isShared && state.values[Self.slowKey] == 1
    if isRenewed { state.values[Self.slowKey] = 2 }
    if isFirst || isSlow || isRenewed {
      state.vectors = [state.parameters.map { Float($0) }]
      state.values[Self.firstProductsKey] = nil
      let staysShared = isFirst && cost > 40 || isRenewed && !isSlow
      state.values[Self.sharedKey] =
        !isSeparate && (staysShared || !factorsWholeHessian) ? 1 : nil
    }
    return try objective.hessianFactor(
      isSeparate ? .separate : state.values[Self.sharedKey] != nil ? .shared : .whole,
      at: state.vectors[0], rowCount: rowCount(for: objective))
  }

  /// Returns the greatest number of rows of a factor: more than some times the columns hardly improve it.
  private func rowCount(for objective: Objective) -> Int {
    min(
      sampleCount,
      max(Self.leastRowCount, Self.rowsPerColumn * (objective.linearPlan?.width ?? sampleCount)))
  }

  /// Returns the number of products that cost as much as a factor of the whole Hessian, or of all classes'.
  private func factorCost(for objective: Objective) -> Double {
    let (parameters, rows) = (Double(objective.parameterCount), Double(objective.dataset.count))
    // The number of rows and columns of the matrix, or of each class' matrix.
    let count =
      objective.loss.isOneVsRest ? parameters / Double(objective.dataset.classCount) : parameters
    let estimate = min(rows, Double(rowCount(for: objective))) * parameters * count / 2
    let factor = estimate + parameters * count * count / 6
    return factor / (2 * rows * parameters)
  }

  /// Solves H d = -g by preconditioned conjugate gradients, and returns d with the number of products.
  private func direction(
    _ state: inout SolverState, on objective: Objective
  ) throws(SoftmaxError) -> ([Double], Int) {
    if let equations = objective.sparseEquations {
      return equations.solution(
        at: objective.rounded(state.parameters), gradient: state.gradient,
        l2Penalty: objective.l2Penalty, columnCounts: objective.columnCounts, forcing: Self.forcing,
        greatestProductCount: Self.greatestProductCount, team: objective.linearTeam)
    }
    return try direction(state, on: objective, preconditioner(&state, on: objective))
  }

  private func direction(
    _ state: SolverState, on objective: Objective, _ factor: HessianFactor
  ) throws(SoftmaxError) -> ([Double], Int) {
    let vectors = ConjugateVectors(of: objective)
    var residual = state.gradient.map { -$0 }
    var solution = residual.map { _ in 0.0 }
    var preconditioned = residual
    factor.solve(&preconditioned)
    var search = preconditioned
    // One scalar, or one for each class.
    var squares = vectors.products(residual, preconditioned)
    let isShared = state.values[Self.sharedKey] != nil
    let forcing = isShared ? Self.forcingOfShared : Self.forcing
    let goal = squares.reduce(0, +) * forcing * forcing
    var product: [Double] = []
    var count = 0
    while squares.reduce(0, +) > goal, count < Self.greatestProductCount {
      try objective.hessianVectorProduct(at: state.parameters, vector: search, into: &product)
      count += 1
      let curvatures = vectors.products(search, product)
      // The Hessian is positive semidefinite; less is rounding.
      guard curvatures.contains(where: { $0 > 0 }) else { break }
      let lengths = Self.quotients(squares, curvatures)
      vectors.add(search, times: lengths, to: &solution)
      vectors.add(product, times: lengths.map { -$0 }, to: &residual)
      objective.vectors.copy(residual, to: &preconditioned)
      factor.solve(&preconditioned)
      let next = vectors.products(residual, preconditioned)
      vectors.scale(&search, by: Self.quotients(next, squares), adding: preconditioned)
      squares = next
    }
    // Without a step the direction is that of the preconditioner alone.
    return (solution.allSatisfy { $0 == 0 } ? search : solution, count)
  }

  // A class whose equations are solved exactly has no step.
  private static func quotients(_ dividends: [Double], _ divisors: [Double]) -> [Double] {
    zip(dividends, divisors).map { $1 > 0 ? $0 / $1 : 0 }
  }
}
