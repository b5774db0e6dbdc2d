// SPDX-License-Identifier: Apache-2.0

// The rules with their numbers, as the user gave them.
extension Optimizer {
  package enum Rule: Hashable, Sendable, Codable {
    case sgd(SGD)
    case adagrad(Adagrad)
    case rmsprop(RMSprop)
    case adam(Adam)
  }

  package struct SGD: Hashable, Sendable, Codable {
    package let learningRate: Double
    package let momentum: Double
    package let isNesterov: Bool
  }

  package struct Adagrad: Hashable, Sendable, Codable {
    package let learningRate: Double
    package let initialAccumulator: Double
    package let epsilon: Double
    package let epsilonPlacement: EpsilonPlacement
  }

  package struct RMSprop: Hashable, Sendable, Codable {
    package let learningRate: Double
    package let rho: Double
    package let momentum: Double
    package let epsilon: Double
    package let isCentered: Bool
    package let epsilonPlacement: EpsilonPlacement
  }

  package struct Adam: Hashable, Sendable, Codable {
    package let learningRate: Double
    package let beta1: Double
    package let beta2: Double
    package let epsilon: Double
    package let isAMSGrad: Bool
    package let isDecayDecoupled: Bool
    package let epsilonPlacement: EpsilonPlacement
  }

  /// How many numbers it remembers for each parameter, 0...3.
  ///
  /// SGD the velocity; Adagrad the sum; RMSprop the mean square, the momentum, the mean; Adam the first
  /// moment, the second, the largest second.
  package var memoryCount: Int {
    switch rule {
    case .sgd(let rule): rule.momentum == 0 ? 0 : 1
    case .adagrad: 1
    case .rmsprop(let rule): 1 + (rule.momentum == 0 ? 0 : 1) + (rule.isCentered ? 1 : 0)
    case .adam(let rule): rule.isAMSGrad ? 3 : 2
    }
  }

  /// What the first of those numbers is in the beginning; the others are 0.
  var initialMemory: Float {
    if case .adagrad(let rule) = rule { Float(rule.initialAccumulator) } else { 0 }
  }

  /// Whether its step has a kernel that takes it in the register tile of the gradient.
  var stepsInTiles: Bool {
    switch rule {
    case .sgd(let rule): !rule.isNesterov
    case .adam(let rule): !rule.isAMSGrad
    case .adagrad, .rmsprop: false
    }
  }

  /// The weight decay that is part of the gradient.
  var coupledDecay: Double {
    if case .adam(let rule) = rule, rule.isDecayDecoupled { 0 } else { weightDecay }
  }
}
