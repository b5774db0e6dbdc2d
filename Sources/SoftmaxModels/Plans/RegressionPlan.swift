// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// The evaluation of a `LinearLoss` on one dense layer over all rows, in double precision.
///
/// There are two: `LinearPlan` for rows that are full, and `SparsePlan` for rows that are mostly 0.
protocol RegressionPlan: Sendable {
  /// Computes the mean loss of all rows, and its gradient.
  func valueAndGradient(
    at parameters: [Double], on features: FeatureSource, team: WorkerTeam,
    into gradient: inout [Double]
  ) -> LossTotals

  /// Computes the product of the Hessian of the mean loss with a vector.
  func hessianVectorProduct(
    at parameters: [Double], vector: [Double], on features: FeatureSource, team: WorkerTeam,
    into product: inout [Double]
  )

  /// Subtracts from the weights and biases their means over the classes, which changes no probability.
  ///
  /// Of all parameters with these probabilities the result has the least norm. Where an L1 penalty acts on more
  /// than two classes, only the biases are centered: weights that are 0 stay 0. For one class against the rest nothing
  /// is common to the classes, so it is not called.
  func centered(_ flat: [Double], l1Penalty: Double) -> [Double]
}
