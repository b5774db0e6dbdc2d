// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// The rule that turns gradients into steps.
///
/// ```swift
/// let optimizer = Optimizer.sgd(learningRate: 0.1, momentum: 0.9)
/// ```
public struct Optimizer: Hashable, Sendable {
  package enum Rule: Hashable, Sendable {
    case sgd(learningRate: Double, momentum: Double)
    case adam(learningRate: Double, beta1: Double, beta2: Double, epsilon: Double)
  }

  package let rule: Rule

  /// Stochastic gradient descent: v = momentum v + gradient, w = w - learningRate v.
  public static func sgd(learningRate: Double = 0.01, momentum: Double = 0) -> Optimizer {
    Optimizer(rule: .sgd(learningRate: learningRate, momentum: momentum))
  }

  /// Adam: m = beta1 m + (1 - beta1) g, v = beta2 v + (1 - beta2) g^2, and in step t
  /// w = w - learningRate / (1 - beta1^t) m / (sqrt(v / (1 - beta2^t)) + epsilon).
  ///
  /// The defaults are Keras' (in PyTorch epsilon is 1e-8). Moments below 2^-100 in magnitude become
  /// 0. Source: Kingma and Ba, "Adam: a
  /// method for stochastic optimization", ICLR 2015, algorithm 1.
  public static func adam(
    learningRate: Double = 0.001, beta1: Double = 0.9, beta2: Double = 0.999,
    epsilon: Double = 1e-7
  ) -> Optimizer {
    Optimizer(
      rule: .adam(learningRate: learningRate, beta1: beta1, beta2: beta2, epsilon: epsilon))
  }

  /// The name, as the command line has it.
  public var name: String {
    switch rule {
    case .sgd: "sgd"
    case .adam: "adam"
    }
  }

  /// The settings by name, as a saved model has them.
  public var settings: [String: Double] {
    switch rule {
    case .sgd(let rate, let momentum): ["learning_rate": rate, "momentum": momentum]
    case .adam(let rate, let beta1, let beta2, let epsilon):
      ["learning_rate": rate, "beta1": beta1, "beta2": beta2, "epsilon": epsilon]
    }
  }

  /// How many numbers it remembers for each parameter.
  var stateCount: Int {
    switch rule {
    case .sgd(_, let momentum): momentum == 0 ? 0 : 1
    case .adam: 2
    }
  }

  func validate() throws(SoftmaxError) {
    func check(
      _ name: String, _ value: Double, _ isValid: Bool, _ range: String
    ) throws(SoftmaxError) {
      guard Float(value).isFinite, isValid else {
        throw SoftmaxError(.invalidArgument, "\(name) must be \(range), got \(value)")
      }
    }
    switch rule {
    case .sgd(let rate, let momentum):
      try check("the learning rate", rate, Float(rate) > 0, "a float greater than 0")
      try check("the momentum", momentum, momentum >= 0 && Float(momentum) < 1, "in 0..<1")
    case .adam(let rate, let beta1, let beta2, let epsilon):
      try check("the learning rate", rate, Float(rate) > 0, "a float greater than 0")
      try check("beta1", beta1, beta1 >= 0 && Float(beta1) < 1, "in 0..<1")
      try check("beta2", beta2, beta2 >= 0 && Float(beta2) < 1, "in 0..<1")
      try check("epsilon", epsilon, Float(epsilon) > 0, "a float greater than 0")
    }
  }
}

/// An optimizer's count of steps: the powers of the betas as running products in double.
struct OptimizerClock {
  private let rule: Optimizer.Rule
  private var beta1Power = 1.0
  private var beta2Power = 1.0

  /// The clock as so many steps leave it.
  init(_ optimizer: Optimizer, stepCount: Int = 0) {
    rule = optimizer.rule
    // The powers are running products: as many roundings as steps.
    for _ in 0..<stepCount { _ = next() }
  }

  /// The numbers of the next step.
  mutating func next(learningRateFactor factor: Double = 1) -> Kernels.Update {
    switch rule {
    case .sgd(let rate, let momentum):
      return .sgd(rate: Float(rate * factor), momentum: Float(momentum))
    case .adam(let rate, let beta1, let beta2, let epsilon):
      beta1Power *= beta1
      beta2Power *= beta2
      return .adam(
        Kernels.AdamStep(
          beta1: beta1, beta2: beta2, rate: rate * factor / (1 - beta1Power),
          scale: 1 / (1 - beta2Power).squareRoot(), epsilon: epsilon))
    }
  }
}
