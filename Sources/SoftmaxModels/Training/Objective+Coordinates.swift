// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

extension Objective {
  /// Returns the Hessian with respect to some of `linearCoordinates`, without the L1 penalty.
  ///
  /// With fewer rows than `rowCount`, or as many, it is computed on all of them.
  ///
  /// - Precondition: `hessianVectorProduct` is supported.
  func activeHessian(
    _ active: [Int], at parameters: [Double], rowCount: Int = .max, candidateCount: Int = 0
  ) -> ActiveHessian {
    guard let linearPlan, let linearCoordinates else {
      preconditionFailure("the Hessian is that of one layer")
    }
    return ActiveHessian(
      linearCoordinates, active, at: parameters, on: linearFeatures,
      rows: hessianRows(
        of: linearPlan, count: rowCount, candidateCount: candidateCount, at: parameters),
      l2Penalty: l2Penalty, team: linearTeam, kernels: execution.kernels)
  }

  /// Returns rows with the weights that make a sum over them an estimate of the sum over all rows.
  ///
  /// If there are more than `count`, they are drawn in proportion to the traces of their shares in the Hessian, a
  /// tenth of them evenly, from `candidateCount` rows or more.
  private func hessianRows(
    of plan: LinearPlan, count: Int, candidateCount: Int, at parameters: [Double]
  ) -> ActiveHessian.Rows {
    guard count < dataset.count else {
      return (0..<dataset.count).map { ($0, plan.loss.hessianScales[$0]) }
    }
    let sample = HessianSample(
      of: plan, on: linearFeatures, at: parameters, l2Penalty: l2Penalty,
      rowCount: max(candidateCount, count), team: linearTeam)
    let traces = sample.factors.enumerated().map { index, factor in
      var squares = 0.0
      for unit in 0..<sample.classCount {
        let probability = Double(sample.probabilities[unit, index])
        squares += probability * probability
      }
      return factor * max(0, 1 - squares)
    }
    let (trace, total) = (traces.reduce(0, +), sample.factors.reduce(0, +))
    // If the model is certain of all rows, they are drawn evenly.
    let ofTraces = trace > 0 ? 0.9 / trace : 0
    let even = (trace > 0 ? 0.1 : 1) / total
    let shares = zip(traces, sample.factors).map { $0 * ofTraces + $1 * even }
    let ofAll = (0..<dataset.count).reduce(0) { $0 + plan.loss.hessianScales[$1] }
    return HessianSample.draw(shares, count: count).map { index, weight in
      (sample.rows[index], sample.factors[index] * weight / shares[index] * ofAll / total)
    }
  }
}
