// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// The operations on the gradient before the update, in this order: penalties, the mean over accumulated
/// batches, clipping by value, clipping by norm.
struct GradientTreatment: Sendable, BitwiseCopyable {
  /// The factors of the penalties that are added to the gradients of dense layers' weights.
  let l1Penalty: Float
  let l2Penalty: Float
  let clipValue: Float?
  let clipNorm: Double?
  /// Whether an update may use the gradients of several batches.
  let isAccumulating: Bool
  /// The factors of the L2 penalty and weight decay that the update's kernel adds.
  let l2OfWeights: Float
  let l2OfBiases: Float

  init(_ optimizer: Optimizer?, l1Penalty: Float, l2Penalty: Float) {
    let decay = Float(optimizer?.coupledDecay ?? 0)
    clipValue = optimizer?.clipValue.map { Float($0) }
    clipNorm = optimizer?.clipNorm
    isAccumulating = (optimizer?.accumulatedBatches ?? 1) > 1
    // If an L2 penalty is the only operation on the gradient, the kernel of the update adds it, which
    // saves a pass over the parameters.
    let isInKernel =
      l1Penalty == 0 && decay == 0 && clipValue == nil && clipNorm == nil && !isAccumulating
    self.l1Penalty = l1Penalty
    self.l2Penalty = isInKernel ? 0 : l2Penalty
    l2OfWeights = isInKernel ? l2Penalty : decay
    l2OfBiases = decay
  }

  /// Whether the update uses the gradient without any operation before it.
  var isNone: Bool {
    !isPenalizing && clipValue == nil && clipNorm == nil && !isAccumulating
  }

  /// Whether penalties are added before the update.
  var isPenalizing: Bool { l1Penalty != 0 || l2Penalty != 0 }

  /// Adds the gradient of a batch to the sum for the update; for the last batch turns the sum into the
  /// mean.
  ///
  /// - Parameter gradient: overwritten, so its values cannot be used afterwards.
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

  /// Returns the factor that limits the norm of a gradient to `clipNorm`, at most 1.
  ///
  /// A NaN in the gradient remains NaN, and an infinite norm gives a factor of 0 and therefore NaN. The
  /// training detects both.
  func factor(sumOfSquares: Double) -> Float {
    guard let clipNorm else { return 1 }
    let norm = sumOfSquares.squareRoot()
    return norm > clipNorm ? Float(clipNorm / norm) : 1
  }
}
