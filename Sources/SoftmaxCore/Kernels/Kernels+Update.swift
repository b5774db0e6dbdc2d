// SPDX-License-Identifier: Apache-2.0

import CSoftmaxKernels

// From gradients to steps: see `docs/decisions/0006`.
extension Kernels {
  /// The numbers of one step of an optimizer.
  package enum Update: Sendable, BitwiseCopyable {
    case sgd(rate: Float, momentum: Float)
    case nesterov(rate: Float, momentum: Float)
    case adagrad(AdagradStep)
    case rmsprop(RMSpropStep)
    case adam(AdamStep)
    /// Adam on parameters that are first multiplied by `keep`; with a third memory AMSGrad.
    case amsGrad(AdamStep)
  }

  /// What is added under a root, and to it.
  package struct Epsilons {
    let inner: Float
    let outer: Float

    package init(inner: Double, outer: Double) {
      self.inner = Float(inner)
      self.outer = Float(outer)
    }
  }

  /// Adagrad's numbers.
  package struct AdagradStep: Sendable, BitwiseCopyable {
    let values: softmax_adagrad

    package init(rate: Double, epsilons: Epsilons) {
      values = softmax_adagrad(
        rate: Float(rate), inner_epsilon: epsilons.inner, outer_epsilon: epsilons.outer)
    }
  }

  /// RMSprop's numbers.
  package struct RMSpropStep: Sendable, BitwiseCopyable {
    let values: softmax_rmsprop
    let isCentered: Bool

    package init(
      rho: Double, rate: Double, momentum: Double, isCentered: Bool, epsilons: Epsilons
    ) {
      values = softmax_rmsprop(
        rho: Float(rho), one_minus_rho: Float(1 - rho), rate: Float(rate),
        momentum: Float(momentum), inner_epsilon: epsilons.inner, outer_epsilon: epsilons.outer,
        least_gradient: Kernels.leastGradient(1 - rho))
      self.isCentered = isCentered
    }
  }

  /// Adam's numbers for step t: rate = learning rate / (1 - beta1^t), scale = 1 / sqrt(1 - beta2^t), and
  /// how much is kept of a weight that decays beside its step.
  package struct AdamStep: Sendable, BitwiseCopyable {
    let values: softmax_adam

    package init(
      beta1: Double, beta2: Double, rate: Double, scale: Double, epsilon: Double, keep: Double
    ) {
      values = softmax_adam(
        beta1: Float(beta1), one_minus_beta1: Float(1 - beta1), beta2: Float(beta2),
        one_minus_beta2: Float(1 - beta2), rate: Float(rate), scale: Float(scale),
        epsilon: Float(epsilon), least_gradient: Kernels.leastGradient(1 - beta2),
        keep: Float(keep))
    }
  }

  // The least gradient whose share of a second moment is no subnormal number (decision 0004).
  private static func leastGradient(_ share: Double) -> Float {
    Float((0x1p-126 / share).squareRoot())
  }

  /// One step on some parameters, with the optimizer's memory of them.
  ///
  /// With `l2` the gradient is that of the loss plus l2 / 2 times the square of the parameters.
  package func update(
    _ parameters: MatrixView, along gradient: MatrixView, by update: Update, l2: Float,
    first: MatrixView?, second: MatrixView?, third: MatrixView? = nil
  ) {
    func precondition(fits view: MatrixView?) {
      guard let view else { return }
      Swift.precondition(
        view.rowCount == parameters.rowCount && view.columnCount == parameters.columnCount
          && view.stride == parameters.stride, "shapes differ")
    }
    precondition(fits: gradient)
    precondition(fits: first)
    precondition(fits: second)
    precondition(fits: third)
    func memory(_ view: MatrixView?) -> MatrixView {
      guard let view else { preconditionFailure("the optimizer's memory is missing") }
      return view
    }
    let n = parameters.columnCount
    for row in 0..<parameters.rowCount {
      let offset = row * parameters.stride
      let g = unsafe gradient.base + offset
      let w = unsafe parameters.base + offset
      switch update {
      case .sgd(let rate, let momentum):
        unsafe table.pointee.sgd(
          n, rate, momentum, l2, g, w, first.map { unsafe $0.base + offset })
      case .nesterov(let rate, let momentum):
        unsafe table.pointee.sgd_nesterov(
          n, rate, momentum, l2, g, w, memory(first).base + offset)
      case .adagrad(let step):
        unsafe withUnsafePointer(to: step.values) { values in
          unsafe table.pointee.adagrad(n, values, l2, g, w, memory(first).base + offset)
        }
      case .rmsprop(let step):
        let hasMomentum = step.values.momentum != 0
        let momentum = hasMomentum ? memory(second) : nil
        let mean = step.isCentered ? memory(hasMomentum ? third : second) : nil
        unsafe withUnsafePointer(to: step.values) { values in
          unsafe table.pointee.rmsprop(
            n, values, l2, g, w, memory(first).base + offset,
            momentum.map { unsafe $0.base + offset }, mean.map { unsafe $0.base + offset })
        }
      case .adam(let step):
        unsafe withUnsafePointer(to: step.values) { values in
          unsafe table.pointee.adam(
            n, values, l2, g, w, memory(first).base + offset, memory(second).base + offset)
        }
      case .amsGrad(let step):
        unsafe withUnsafePointer(to: step.values) { values in
          unsafe table.pointee.amsgrad(
            n, values, l2, g, w, memory(first).base + offset, memory(second).base + offset,
            memory(third).base + offset)
        }
      }
    }
  }
}

// MARK: - Gradients before their step

extension Kernels {
  /// g = g + l2 w + l1 sign(w), with a sign of 0 at 0.
  package func penalize(
    _ gradient: MatrixView, of parameters: MatrixView, l1: Float, l2: Float
  ) {
    precondition(
      gradient.rowCount == parameters.rowCount && gradient.columnCount == parameters.columnCount,
      "shapes differ")
    for row in 0..<gradient.rowCount {
      unsafe table.pointee.penalize(
        gradient.columnCount, l1, l2, parameters.base + row * parameters.stride,
        gradient.base + row * gradient.stride)
    }
  }

  /// Each element becomes at least -limit and at most limit.
  package func clip(_ gradient: MatrixView, to limit: Float) {
    for row in 0..<gradient.rowCount {
      unsafe table.pointee.clip(
        gradient.columnCount, limit, gradient.base + row * gradient.stride)
    }
  }

  /// Each element is multiplied by a factor.
  package func multiply(_ gradient: MatrixView, by factor: Float) {
    for row in 0..<gradient.rowCount {
      unsafe table.pointee.multiply(
        gradient.columnCount, factor, gradient.base + row * gradient.stride)
    }
  }

  /// The sum of the squares of each row's elements, or of each column's; ascending, in double.
  package func sumSquares(
    _ a: MatrixView, ofColumns: Bool, into sums: VectorView<Double>
  ) {
    precondition(sums.count == (ofColumns ? a.columnCount : a.rowCount), "shapes of a sum")
    unsafe table.pointee.sum_of_squares(
      sums.count, ofColumns ? a.rowCount : a.columnCount, a.base, ofColumns ? 1 : a.stride,
      ofColumns ? a.stride : 1, sums.base)
  }

  /// The sum of the squares of each row's elements, ascending, in double.
  package func sumsOfSquares(_ a: Matrix) -> [Double] {
    var sums = [Double](repeating: 0, count: a.rowCount)
    unsafe table.pointee.sum_of_squares(
      a.rowCount, a.columnCount, a.elements, a.columnCount, 1, &sums)
    return sums
  }
}

extension Array<Float> {
  /// The elements as a matrix of so many rows, for the kernels.
  package mutating func withMatrixView<Result>(
    rowCount: Int = 1, _ body: (MatrixView) -> Result
  ) -> Result {
    precondition(rowCount > 0 && count % rowCount == 0, "rows of different lengths")
    return unsafe withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress else {
        preconditionFailure("a matrix has elements")
      }
      let columnCount = buffer.count / rowCount
      return unsafe body(
        MatrixView(
          base: base, rowCount: rowCount, columnCount: columnCount, stride: columnCount,
          padding: 0))
    }
  }
}
