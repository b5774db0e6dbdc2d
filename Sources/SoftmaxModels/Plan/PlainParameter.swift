// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// Some of a network's parameters in the plain plan, with all that their updates need.
struct PlainParameter: Sendable, BitwiseCopyable {
  let value: MatrixView
  let gradient: MatrixView
  /// The optimizer's memory.
  let first: MatrixView?
  let second: MatrixView?
  let third: MatrixView?
  /// The sum of the gradients of the batches of a step; nil where each batch has a step of its own.
  let sum: MatrixView?
  /// Whether the penalties are meant for it.
  let isPenalized: Bool

  init(
    _ value: MatrixView, memoryOf optimizer: Optimizer, isPenalized: Bool, in arena: Arena
  ) {
    func like() -> MatrixView {
      arena.matrix(rowCount: value.rowCount, columnCount: value.columnCount)
    }
    self.value = value
    gradient = like()
    first = optimizer.memoryCount > 0 ? like() : nil
    second = optimizer.memoryCount > 1 ? like() : nil
    third = optimizer.memoryCount > 2 ? like() : nil
    sum = optimizer.accumulatedBatches > 1 ? like() : nil
    self.isPenalized = isPenalized
    first?.fill(optimizer.initialMemory)
  }

  private init(_ whole: PlainParameter, _ part: (MatrixView) -> MatrixView) {
    value = part(whole.value)
    gradient = part(whole.gradient)
    first = whole.first.map(part)
    second = whole.second.map(part)
    third = whole.third.map(part)
    sum = whole.sum.map(part)
    isPenalized = whole.isPenalized
  }

  /// Some of the rows.
  func rows(_ range: Range<Int>) -> PlainParameter { PlainParameter(self) { $0.rows(range) } }

  /// Some of the columns.
  func columns(_ range: Range<Int>) -> PlainParameter {
    PlainParameter(self) { $0.columns(range) }
  }

  /// The optimizer's memory, as a list.
  var memory: [MatrixView] { [first, second, third].compactMap(\.self) }

  /// What the step goes along.
  var direction: MatrixView { sum ?? gradient }

  /// Makes the gradient of a batch ready for its step, but for the norm; whether there is a step.
  func prepare(
    _ treatment: GradientTreatment, for step: OptimizerStep, with kernels: Kernels
  ) -> Bool {
    if isPenalized, treatment.isPenalizing {
      kernels.penalize(
        gradient, of: value, l1: treatment.l1Penalty, l2: treatment.l2Penalty)
    }
    if let sum {
      if step.groupCount == 1 { sum.assign(gradient) } else { kernels.add(gradient, to: sum) }
      guard step.update != nil else { return false }
      if step.groupCount > 1 { kernels.multiply(sum, by: 1 / Float(step.groupCount)) }
    }
    if let limit = treatment.clipValue { kernels.clip(direction, to: limit) }
    return step.update != nil
  }

  /// Takes the step.
  func step(
    by update: Kernels.Update, _ treatment: GradientTreatment, with kernels: Kernels
  ) {
    kernels.update(
      value, along: direction, by: update,
      l2: isPenalized ? treatment.l2OfWeights : treatment.l2OfBiases, first: first,
      second: second, third: third)
  }
}
