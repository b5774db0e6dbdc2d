// SPDX-License-Identifier: Apache-2.0

import CSoftmaxKernels

// The updates of the optimizers, and the operations on gradients before an update: penalties, clipping and
// scaling. See `docs/decisions/0006`.
extension Kernels {
  /// The rule of an optimizer with the coefficients of one update.
  package enum Update: Sendable, BitwiseCopyable {
    case sgd(rate: Float, momentum: Float)
    case nesterov(rate: Float, momentum: Float)
    case adagrad(AdagradStep)
    case rmsprop(RMSpropStep)
    case adam(AdamStep)
    /// Adam whose divisor uses the largest second moment so far, kept as a third state.
    case amsGrad(AdamStep)
  }

  /// The epsilons of a divisor sqrt(s + inner) + outer.
  package struct Epsilons {
    let inner: Float
    let outer: Float

    package init(inner: Double, outer: Double) {
      self.inner = Float(inner)
      self.outer = Float(outer)
    }
  }

  /// The coefficients of an update by Adagrad.
  package struct AdagradStep: Sendable, BitwiseCopyable {
    let values: softmax_adagrad

    package init(rate: Double, epsilons: Epsilons) {
      values = softmax_adagrad(
        rate: Float(rate), inner_epsilon: epsilons.inner, outer_epsilon: epsilons.outer)
    }
  }

  /// The coefficients of an update by RMSprop.
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

  /// The coefficients of update t by Adam.
  ///
  /// `rate` is learning rate / (1 - beta1^t), and `scale` is 1 / sqrt(1 - beta2^t). `decay` is the fraction
  /// by which decoupled weight decay reduces a parameter, 0 without decay.
  package struct AdamStep: Sendable, BitwiseCopyable {
    private(set) var values: softmax_adam
    private let rate: Double
    private let decay: Double

    package init(
      beta1: Double, beta2: Double, rate: Double, scale: Double, epsilon: Double, decay: Double
    ) {
      self.rate = rate
      self.decay = decay
      values = softmax_adam(
        beta1: Float(beta1), one_minus_beta1: Float(1 - beta1), beta2: Float(beta2),
        one_minus_beta2: Float(1 - beta2), rate: Float(rate), scale: Float(scale),
        epsilon: Float(epsilon), least_gradient: Kernels.leastGradient(1 - beta2),
        keep: Float(1 - decay))
    }

    /// Returns the step with factors of the rate and of the decay.
    package func scaled(rate: Double, decay: Double) -> AdamStep {
      var step = self
      step.values.rate = Float(self.rate * rate)
      step.values.keep = Float(1 - self.decay * decay)
      return step
    }
  }

  // Returns the smallest gradient whose contribution to the second moment, share g^2, is not subnormal
  // (docs/decisions/0004).
  private static func leastGradient(_ share: Double) -> Float {
    Float((0x1p-126 / share).squareRoot())
  }

  /// Updates parameters and their optimizer state.
  ///
  /// All views have the shape of `parameters` and, if there are several rows, its stride.
  ///
  /// - Parameters:
  ///   - parameters: the parameters to update.
  ///   - gradient: the gradient of the loss.
  ///   - update: the rule and its coefficients.
  ///   - l2: the factor of the penalty l2 / 2 times the square of the parameters, whose gradient is added.
  ///   - first: SGD's velocity, or the first state of the other rules; nil only for SGD without momentum.
  ///   - second: Adam's second moment, or RMSprop's momentum or, without momentum, its mean gradient.
  ///   - third: AMSGrad's largest second moment, or RMSprop's mean gradient with momentum.
  package func update(
    _ parameters: MatrixView, along gradient: MatrixView, by update: Update, l2: Float,
    first: MatrixView?, second: MatrixView?, third: MatrixView? = nil
  ) {
    func precondition(fits view: MatrixView?) {
      guard let view else { return }
      Swift.precondition(
        view.rowCount == parameters.rowCount && view.columnCount == parameters.columnCount
          && (view.stride == parameters.stride || view.rowCount == 1), "shapes differ")
    }
    precondition(fits: gradient)
    precondition(fits: first)
    precondition(fits: second)
    precondition(fits: third)
    func memory(_ view: MatrixView?) -> MatrixView {
      guard let view else { preconditionFailure("the optimizer's memory is missing") }
      return view
    }
    // Rows without a gap between them are one row.
    let isContiguous = parameters.stride == parameters.columnCount || parameters.rowCount == 1
    let rowCount = isContiguous ? 1 : parameters.rowCount
    let n = isContiguous ? parameters.rowCount * parameters.columnCount : parameters.columnCount
    func forEachRow(
      _ body: (_ g: UnsafePointer<Float>, _ w: UnsafeMutablePointer<Float>, _ offset: Int) -> Void
    ) {
      for row in 0..<rowCount {
        let offset = row * parameters.stride
        unsafe body(gradient.base + offset, parameters.base + offset, offset)
      }
    }
    // The coefficients are written to memory once, not for each row: the kernel would read them back before
    // the processor has completed the stores of the row before, and wait for all of them.
    switch update {
    case .sgd(let rate, let momentum):
      unsafe forEachRow { g, w, offset in
        unsafe table.pointee.sgd(
          n, rate, momentum, l2, g, w, first.map { unsafe $0.base + offset })
      }
    case .nesterov(let rate, let momentum):
      unsafe forEachRow { g, w, offset in
        unsafe table.pointee.sgd_nesterov(
          n, rate, momentum, l2, g, w, memory(first).base + offset)
      }
    case .adagrad(let step):
      unsafe withUnsafePointer(to: step.values) { values in
        unsafe forEachRow { g, w, offset in
          unsafe table.pointee.adagrad(n, values, l2, g, w, memory(first).base + offset)
        }
      }
    case .rmsprop(let step):
      let hasMomentum = step.values.momentum != 0
      let momentum = hasMomentum ? memory(second) : nil
      let mean = step.isCentered ? memory(hasMomentum ? third : second) : nil
      unsafe withUnsafePointer(to: step.values) { values in
        unsafe forEachRow { g, w, offset in
          unsafe table.pointee.rmsprop(
            n, values, l2, g, w, memory(first).base + offset,
            momentum.map { unsafe $0.base + offset }, mean.map { unsafe $0.base + offset })
        }
      }
    case .adam(let step):
      unsafe withUnsafePointer(to: step.values) { values in
        unsafe forEachRow { g, w, offset in
          unsafe table.pointee.adam(
            n, values, l2, g, w, memory(first).base + offset, memory(second).base + offset)
        }
      }
    case .amsGrad(let step):
      unsafe withUnsafePointer(to: step.values) { values in
        unsafe forEachRow { g, w, offset in
          unsafe table.pointee.amsgrad(
            n, values, l2, g, w, memory(first).base + offset, memory(second).base + offset,
            memory(third).base + offset)
        }
      }
    }
  }
}

// MARK: - Gradients before the optimizer's update

extension Kernels {
  /// Adds the gradient of the penalties: g = g + l2 w + l1 sign(w), where sign(0) = 0.
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

  /// Clamps each element to -limit...limit; NaN is not changed.
  package func clip(_ gradient: MatrixView, to limit: Float) {
    for row in 0..<gradient.rowCount {
      unsafe table.pointee.clip(
        gradient.columnCount, limit, gradient.base + row * gradient.stride)
    }
  }

  /// Multiplies each element by a factor.
  package func multiply(_ gradient: MatrixView, by factor: Float) {
    for row in 0..<gradient.rowCount {
      unsafe table.pointee.multiply(
        gradient.columnCount, factor, gradient.base + row * gradient.stride)
    }
  }

  /// Computes the sum of the squares of each row, or of each column, in ascending order and in double.
  package func sumSquares(
    _ a: MatrixView, ofColumns: Bool, into sums: VectorView<Double>
  ) {
    precondition(sums.count == (ofColumns ? a.columnCount : a.rowCount), "shapes of a sum")
    unsafe table.pointee.sum_of_squares(
      sums.count, ofColumns ? a.rowCount : a.columnCount, a.base, ofColumns ? 1 : a.stride,
      ofColumns ? a.stride : 1, sums.base)
  }

  /// Updates weights by SGD, Adam or AdamW with the gradient a^T b, or a b, which is never stored.
  ///
  /// The gradient is summed over at most `rowChunk` rows of a batch. Updates with other rules are not
  /// available here: they stop with a precondition failure.
  ///
  /// - Parameters:
  ///   - weight: [inputs, outputs].
  ///   - a: [rows, inputs], or [inputs, rows] if `isTransposed` is true.
  ///   - isTransposed: whether a is stored transposed.
  ///   - b: [rows, outputs].
  ///   - update: the rule and its coefficients.
  ///   - l2: the factor of the penalty l2 / 2 times the square of the weights.
  ///   - first: SGD's velocity, nil without momentum, or Adam's first moment.
  ///   - second: Adam's second moment; nil for SGD.
  package func descend(
    _ weight: MatrixView, alongProductOf a: MatrixView, isTransposed: Bool, _ b: MatrixView,
    by update: Update, l2: Float, first: MatrixView?, second: MatrixView?
  ) {
    let inputs = isTransposed ? a.rowCount : a.columnCount
    precondition(
      inputs == weight.rowCount && (isTransposed ? a.columnCount : a.rowCount) >= b.rowCount
        && b.columnCount == weight.columnCount && b.paddedColumnCount % 16 == 0
        && weight.paddedColumnCount == b.paddedColumnCount && b.rowCount <= Kernels.rowChunk
        && (first?.stride ?? weight.stride) == weight.stride
        && (second?.stride ?? weight.stride) == weight.stride, "shapes of a step")
    switch update {
    case .sgd(let rate, let momentum):
      unsafe table.pointee.gradient_sgd(
        inputs, b.paddedColumnCount, b.rowCount, a.base, isTransposed ? a.stride : 1,
        isTransposed ? 1 : a.stride, b.base, b.stride, rate, momentum, l2, weight.base, first?.base,
        weight.stride)
    case .adam(let step):
      guard let first, let second else { preconditionFailure("Adam has two moments") }
      unsafe withUnsafePointer(to: step.values) { values in
        unsafe table.pointee.gradient_adam(
          inputs, b.paddedColumnCount, b.rowCount, a.base, isTransposed ? a.stride : 1,
          isTransposed ? 1 : a.stride, b.base, b.stride, values, l2, weight.base, first.base,
          second.base, weight.stride)
      }
    case .nesterov, .adagrad, .rmsprop, .amsGrad:
      preconditionFailure("this rule steps along stored gradients")
    }
  }
}
