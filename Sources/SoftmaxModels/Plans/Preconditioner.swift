// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// An approximation of the Hessian whose equations are cheap to solve.
protocol Preconditioner {
  /// Replaces a vector, in the layout of the flat parameters, by the solution of M y = x.
  func solve(_ vector: inout [Double])
}

extension HessianFactor: Preconditioner {}

/// The diagonal of the Hessian, the preconditioner for sparse rows.
///
/// Columns that few rows have differ from the others by orders of magnitude in the Hessian, which the diagonal
/// takes away. Source: Hsia, Chiang and Lin, "Preconditioned conjugate gradient methods in truncated Newton
/// frameworks for large-scale linear classification", ACML 2018.
struct HessianDiagonal: Preconditioner {
  /// The parameters at which it was computed.
  let point: [Double]
  private let inverses: [Double]
  private let vectors: VectorTeam

  init(_ values: [Double], at point: [Double], team: WorkerTeam) {
    self.point = point
    vectors = VectorTeam(team: team)
    // An element is 0 where all rows are classified with certainty and nothing is penalized.
    inverses = values.map { $0 > 0 && $0.isFinite ? 1 / $0 : 1 }
  }

  func solve(_ vector: inout [Double]) {
    vectors.multiply(&vector, by: inverses)
  }
}
