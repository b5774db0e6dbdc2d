// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// A trained tensor or a worker's slice of it: its values, their gradient and their optimizer state, all
/// with the same layout.
struct TrainedTensor: Sendable, BitwiseCopyable {
  let value: MatrixView
  let gradient: MatrixView
  /// The state that the rule of the optimizer keeps per parameter; nil beyond the number of its values.
  let first: MatrixView?
  let second: MatrixView?
  let third: MatrixView?
  /// The sum of the gradients for the next update; nil unless gradients are accumulated.
  let sum: MatrixView?
  /// Whether the tensor is the weight of a dense layer; L1 and L2 penalties apply to these only.
  let isPenalized: Bool

  /// Creates a tensor.
  ///
  /// - Parameter state: returns the view of a value of the state, in the layout of the tensor: first
  ///   those of the rule, then the sum of the gradients.
  init(
    _ value: MatrixView, gradient: MatrixView, ruleCount: Int, isAccumulating: Bool,
    isPenalized: Bool, state: (Int) -> MatrixView
  ) {
    self.value = value
    self.gradient = gradient
    first = ruleCount > 0 ? state(0) : nil
    second = ruleCount > 1 ? state(1) : nil
    third = ruleCount > 2 ? state(2) : nil
    sum = isAccumulating ? state(ruleCount) : nil
    self.isPenalized = isPenalized
  }

  private init(_ whole: TrainedTensor, _ part: (MatrixView) -> MatrixView) {
    value = part(whole.value)
    gradient = part(whole.gradient)
    first = whole.first.map(part)
    second = whole.second.map(part)
    third = whole.third.map(part)
    sum = whole.sum.map(part)
    isPenalized = whole.isPenalized
  }

  /// Returns the slice that a function takes of each of the views.
  func part(_ part: (MatrixView) -> MatrixView) -> TrainedTensor { TrainedTensor(self, part) }

  /// The views of the optimizer state: first those of the rule, then the sum of the gradients.
  var state: [MatrixView] { [first, second, third, sum].compactMap { $0 } }

  /// The gradient that the update uses: the accumulated one or that of the batch.
  var direction: MatrixView { sum ?? gradient }
}

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
      tensor.value, along: tensor.direction, by: update,
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
