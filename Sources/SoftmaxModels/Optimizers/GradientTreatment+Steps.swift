// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// A tensor that is trained, or a worker's share of one: its values, their gradient and the optimizer's
/// values, all laid out alike.
struct TrainedTensor: Sendable, BitwiseCopyable {
  let value: MatrixView
  let gradient: MatrixView
  /// The optimizer's values, as many as its rule keeps.
  let first: MatrixView?
  let second: MatrixView?
  let third: MatrixView?
  /// The sum of the gradients of a step's batches, where a step may take several.
  let sum: MatrixView?
  /// Whether it is the weight of a dense layer, which penalties are meant for.
  let isPenalized: Bool

  /// - Parameter state: gives views laid out like the value: those of the rule, then the sum.
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

  /// A part of it.
  func part(_ part: (MatrixView) -> MatrixView) -> TrainedTensor { TrainedTensor(self, part) }

  /// The optimizer's values, those of the rule first.
  var state: [MatrixView] { [first, second, third, sum].compactMap { $0 } }

  /// What a step goes along: the gradient of a batch, or the sum of several.
  var direction: MatrixView { sum ?? gradient }
}

// From the gradient of a batch to a step along it, for the plain plan and for a loop of one's own.
extension GradientTreatment {
  /// Makes the gradient of a batch ready for its step, but for the norm.
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

  /// Takes a step.
  func step(_ tensor: TrainedTensor, by update: Kernels.Update, with kernels: Kernels) {
    kernels.update(
      tensor.value, along: tensor.direction, by: update,
      l2: tensor.isPenalized ? l2OfWeights : l2OfBiases, first: tensor.first,
      second: tensor.second, third: tensor.third)
  }

  /// Adds the squares of a tensor's direction to a sum: of a weight those of its units, which have been
  /// summed, ascending; of anything else element by element.
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
