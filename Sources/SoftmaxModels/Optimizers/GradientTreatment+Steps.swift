// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

// The computation from the gradient of a batch to the update, shared by the plain plan and
// `OptimizerState`.
extension GradientTreatment {
  /// Applies penalties, accumulation and clipping by value to the gradient of a batch.
  ///
  /// Clipping by norm needs the gradients of all tensors and is applied later.
  func prepare(_ tensor: TrainedTensor, for step: OptimizerStep, with kernels: Kernels) {
    guard !isNone else { return }
    if tensor.isPenalized, isPenalizing {
      kernels.penalize(tensor.gradient, of: tensor.value, l1: l1Penalty, l2: l2Penalty)
    }
    if let sum = tensor.sum {
      accumulate(tensor.gradient, into: sum, for: step, with: kernels)
      guard step.update != nil else { return }
    }
    if let clipValue { kernels.clip(tensor.direction, to: clipValue) }
  }

  /// Updates the values and the optimizer state of a tensor.
  func step(_ tensor: TrainedTensor, by update: Kernels.Update, with kernels: Kernels) {
    kernels.update(
      tensor.value, along: tensor.direction, by: update.scaled(by: tensor.rateFactors),
      l2: tensor.isPenalized ? l2OfWeights : l2OfBiases, first: tensor.first,
      second: tensor.second, third: tensor.third)
  }

  /// Adds the squares of a tensor's gradient to a sum.
  ///
  /// For a weight the sums of each unit are given and are added in ascending order; for other tensors
  /// the elements are squared and added one by one.
  func addSquares(
    of tensor: TrainedTensor, squaresOfUnits: VectorView<Double>?, to sum: inout Double
  ) {
    if let squaresOfUnits, squaresOfUnits.count > 0 {
      for unit in 0..<squaresOfUnits.count { sum += squaresOfUnits[unit] }
      return
    }
    for column in 0..<tensor.direction.columnCount {
      let x = Double(tensor.direction[0, column])
      sum += x * x
    }
  }
}
