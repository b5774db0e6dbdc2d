// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// What happens to the gradient of a batch before the step along it: penalties, then the mean over
/// the samples of a step's batches, then clipping by value, then by norm.
struct GradientTreatment: Sendable, BitwiseCopyable {
  /// The penalties that are added to the gradients of weights.
  let l1Penalty: Float
  let l2Penalty: Float
  let clipValue: Float?
  let clipNorm: Double?
  /// Whether a step may take several batches.
  let isAccumulating: Bool
  /// The penalties that the kernel of the step adds.
  let l2OfWeights: Float
  let l2OfBiases: Float

  init(_ optimizer: Optimizer?, l1Penalty: Float, l2Penalty: Float) {
    let decay = Float(optimizer?.coupledDecay ?? 0)
    clipValue = optimizer?.clipValue.map { Float($0) }
    clipNorm = optimizer?.clipNorm
    isAccumulating = (optimizer?.accumulatedBatches ?? 1) > 1
    // An L2 penalty that is alone is left to the kernel.
    let isInKernel =
      l1Penalty == 0 && decay == 0 && clipValue == nil && clipNorm == nil && !isAccumulating
    self.l1Penalty = l1Penalty
    self.l2Penalty = isInKernel ? 0 : l2Penalty
    l2OfWeights = isInKernel ? l2Penalty : decay
    l2OfBiases = decay
  }

  /// Whether the step goes along the gradient as it is.
  var isNone: Bool {
    !isPenalizing && clipValue == nil && clipNorm == nil && !isAccumulating
  }

  /// Whether penalties are added before the step.
  var isPenalizing: Bool { l1Penalty != 0 || l2Penalty != 0 }

  /// Adds the gradient of a batch to the sum of those of its step, and where the step comes, makes
  /// their mean of it.
  ///
  /// - Parameter gradient: of no use afterwards.
  func accumulate(
    _ gradient: MatrixView, into sum: MatrixView, for step: OptimizerStep, with kernels: Kernels
  ) {
    let share = step.share
    if share.kept == 0 {
      sum.assign(gradient)
    } else {
      if share.kept != 1 { kernels.multiply(sum, by: share.kept) }
      if share.added > 0 {
        if share.added != 1 { kernels.multiply(gradient, by: share.added) }
        kernels.add(gradient, to: sum)
      }
    }
    if step.update != nil, share.divisor != 1 { kernels.multiply(sum, by: 1 / share.divisor) }
  }

  /// What a gradient is multiplied by so that its norm is no greater than it may be.
  ///
  /// A gradient that is no number stays so, and one of infinite norm becomes so: training reports it.
  func factor(sumOfSquares: Double) -> Float {
    guard let clipNorm else { return 1 }
    let norm = sumOfSquares.squareRoot()
    return norm > clipNorm ? Float(clipNorm / norm) : 1
  }
}
