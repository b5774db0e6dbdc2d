// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// An approximation of the Hessian whose equations are cheap to solve.
protocol Preconditioner {
  /// Replaces a vector, in the layout of the flat parameters, by the solution of M y = x.
  func solve(_ vector: inout [Double])
}

extension HessianFactor: Preconditioner {}
