// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// The solver that is chosen for softmax regression, with the reason.
package struct SolverChoice: Sendable {
  /// The chosen solver with its default settings.
  package let solver: any Solver
  /// The reason in a few words, such as `31 parameters, at most 8,192`.
  package let reason: String
  /// Whether the solver keeps a factor of the Hessian, which takes 5 n^2 bytes for n parameters.
  package let factorsHessian: Bool

  /// Chooses ``ProximalNewton`` for an L1 penalty, otherwise by the number of parameters: ``NewtonCG`` if its
  /// factor of the Hessian is small enough, or if the rows are sparse, whose diagonal is enough; otherwise
  /// ``LBFGS``.
  package init(parameterCount: Int, l1Penalty: Double = 0, isSparse: Bool = false) {
    guard l1Penalty == 0 else {
      solver = ProximalNewton()
      reason = "an L1 penalty"
      factorsHessian = false
      return
    }
    let greatest = HessianFactor.greatestParameterCount
    let isSmall = parameterCount <= greatest
    factorsHessian = isSmall && !isSparse
    solver = isSmall || isSparse ? NewtonCG() : LBFGS()
    let limit = isSmall ? "at most" : "\(isSparse ? "sparse rows, " : "")more than"
    reason =
      "\(NumberText.grouped(parameterCount)) parameters, \(limit) \(NumberText.grouped(greatest))"
  }
}
