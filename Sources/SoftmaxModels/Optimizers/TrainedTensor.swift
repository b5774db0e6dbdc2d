// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// A trained tensor or a worker's slice of it: its values, their gradient and their optimizer state, all
/// with the same layout.
struct TrainedTensor: Sendable, BitwiseCopyable {
  let value: MatrixView
  let gradient: MatrixView
  /// The values that the rule of the optimizer keeps per parameter; nil for those that it does not keep.
  let first: MatrixView?
  let second: MatrixView?
  let third: MatrixView?
  /// The sum of the gradients for the next update; nil unless gradients are accumulated.
  let sum: MatrixView?
  /// Whether the tensor is the weight of a dense layer; L1 and L2 penalties apply to these only.
  let isPenalized: Bool
  /// The factors of the rate and the decay; nil if all tensors have those of the update.
  private(set) var rateFactors: RateFactors?

  /// Creates a tensor.
  ///
  /// - Parameter state: returns the view of a value of the state, in the layout of the tensor: first
  ///   those of the rule, then the sum of the gradients.
  init(
    _ value: MatrixView, gradient: MatrixView, ruleStateCount: Int, isAccumulating: Bool,
    isPenalized: Bool, rateFactors: RateFactors?, state: (Int) -> MatrixView
  ) {
    self.value = value
    self.gradient = gradient
    first = ruleStateCount > 0 ? state(0) : nil
    second = ruleStateCount > 1 ? state(1) : nil
    third = ruleStateCount > 2 ? state(2) : nil
    sum = isAccumulating ? state(ruleStateCount) : nil
    self.isPenalized = isPenalized
    self.rateFactors = rateFactors
  }

  private init(_ whole: TrainedTensor, _ part: (MatrixView) -> MatrixView) {
    value = part(whole.value)
    gradient = part(whole.gradient)
    first = whole.first.map(part)
    second = whole.second.map(part)
    third = whole.third.map(part)
    sum = whole.sum.map(part)
    isPenalized = whole.isPenalized
    rateFactors = whole.rateFactors
  }

  /// Returns a slice of the tensor; `part` takes the slice of each view.
  func part(_ part: (MatrixView) -> MatrixView) -> TrainedTensor { TrainedTensor(self, part) }

  /// Returns the tensor with factors of the rate and the decay.
  func with(rateFactors: RateFactors?) -> TrainedTensor {
    var result = self
    result.rateFactors = rateFactors
    return result
  }

  /// The views of the optimizer state: first those of the rule, then the sum of the gradients.
  var state: [MatrixView] { [first, second, third, sum].compactMap { $0 } }

  /// The gradient that the update uses: the accumulated one or that of the batch.
  var direction: MatrixView { sum ?? gradient }
}
