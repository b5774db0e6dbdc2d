// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// The quadratic model of the loss plus the penalties at a state of ``ProximalNewton``, over the coordinates that
/// may move.
struct ProximalModel {
  private let coordinates: LinearCoordinates
  /// The coordinates that may move, ascending: those that are not 0, the zeros that want to move, and the biases.
  private let active: [Int]
  // Of the active coordinates.
  private let start: [Double]
  private let slopes: [Double]
  private let thresholds: [Double]

  // The factor by which the minimization reduces the residual of the model.
  private static let forcing = 1e-3
  // The same for a step by products, and the greatest number of products.
  private static let forcingByProducts = 0.05
  private static let greatestProductCount = 100
  // The number of zeros that may move at once, unless there are more other weights.
  private static let leastEntryCount = 256

  init(of state: SolverState, on objective: Objective) {
    guard let coordinates = objective.linearCoordinates else {
      preconditionFailure("the solver has validated the objective")
    }
    self.coordinates = coordinates
    let values = coordinates.values(of: state.parameters)
    let slopes = coordinates.slopes(of: state.smoothGradient)
    let thresholds = coordinates.thresholds(l1Penalty: objective.l1Penalty)
    active = Self.active(values, slopes, thresholds)
    start = active.map { values[$0] }
    self.slopes = active.map { slopes[$0] }
    self.thresholds = active.map { thresholds[$0] }
  }

  /// Returns the path to the minimum of the model, by the length of the step.
  ///
  /// The passes over all rows are added to the state's count. The matrix is freed before the line search.
  func path(
    in state: inout SolverState, on objective: Objective, limits: ProximalNewton.Limits
  ) throws(SoftmaxError) -> (Double) -> [Double] {
    let parameters = state.parameters
    let end: [Double]
    if let plan = objective.sparsePlan {
      var model = SparseDescent(
        of: plan, coordinates, active, at: parameters, start: start, slopes: slopes,
        thresholds: thresholds, l2Penalty: objective.l2Penalty, team: objective.linearTeam)
      end = model.minimizer(tolerance: Self.forcing)
    } else if active.count <= limits.matrixSize {
      let affordable = limits.matrixWork / max(1, active.count * active.count)
      let hessian = objective.activeHessian(
        active, at: parameters, rowCount: max(limits.leastRowCount, affordable),
        candidateCount: 8 * limits.leastRowCount)
      var model = PenalizedQuadratic(
        hessian: hessian.matrix, slopes: slopes, thresholds: thresholds, start: start,
        kernels: objective.execution.kernels)
      end = withExtendedLifetime(hessian) { model.minimizer(tolerance: Self.forcing) }
    } else {
      end = try endByProducts(in: &state, on: objective)
    }
    let target = coordinates.moved(parameters, active, from: start, to: end)
    // A weight that becomes 0 becomes exactly 0.
    return { length in
      length == 1 ? target : zip(parameters, target).map { $0 + length * ($1 - $0) }
    }
  }

  /// Returns the point near the minimum of the model at which no coordinate has changed its sign, by products.
  ///
  /// The sign of a coordinate that is 0 is that of its step along the gradient.
  private func endByProducts(
    in state: inout SolverState, on objective: Objective
  ) throws(SoftmaxError) -> [Double] {
    let parameters = state.parameters
    let zeros = [Double](repeating: 0, count: parameters.count)
    let ofActive = [Double](repeating: 0, count: active.count)
    let pulls = active.indices.map(pull)
    var model = SignedQuadratic(
      values: start, gradient: pulls,
      signs: active.indices.map { index in
        let value = start[index] != 0 ? start[index] : -pulls[index]
        return thresholds[index] == 0 || value == 0 ? 0 : value > 0 ? 1 : -1
      },
      vectors: objective.vectors, greatestProductCount: Self.greatestProductCount
    ) { vector throws(SoftmaxError) in
      var product: [Double] = []
      try objective.hessianVectorProduct(
        at: parameters, vector: coordinates.moved(zeros, active, from: ofActive, to: vector),
        into: &product)
      let all = coordinates.slopes(of: product)
      return active.map { all[$0] }
    }
    let end = try model.minimizer(tolerance: Self.forcingByProducts)
    state.evaluationCount += model.productCount
    return end
  }

  // The element of the subgradient with the least norm.
  private func pull(at index: Int) -> Double {
    PenalizedQuadratic.leastSubgradient(
      slope: slopes[index], value: start[index], threshold: thresholds[index])
  }

  /// Returns the coordinates that may move.
  ///
  /// Many zeros want to move at first, few of which are not 0 in the end, so those with the greatest slopes come
  /// first.
  private static func active(
    _ values: [Double], _ slopes: [Double], _ thresholds: [Double]
  ) -> [Int] {
    var active: [Int] = []
    var entering: [(index: Int, pull: Double)] = []
    for index in values.indices {
      guard thresholds[index] > 0, values[index] == 0 else {
        active.append(index)
        continue
      }
      let pull = slopes[index].magnitude - thresholds[index]
      if pull > 0 { entering.append((index, pull)) }
    }
    entering.sort { $0.pull > $1.pull || $0.pull == $1.pull && $0.index < $1.index }
    active += entering.prefix(max(leastEntryCount, active.count)).map(\.index)
    return active.sorted()
  }
}
