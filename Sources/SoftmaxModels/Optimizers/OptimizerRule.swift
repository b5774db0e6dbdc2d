// SPDX-License-Identifier: Apache-2.0

package import SoftmaxCore

/// The rule of the steps of an optimizer: what it keeps of each parameter, and how it steps.
///
/// All of a rule stands in its own file; nobody else knows which rules there are, but for
/// `OptimizerRules`, the list. Every rule has the settings `learningRate` and `weightDecay`, with
/// usual values of its own. Nothing here has a default, so whatever a new rule forgets to say does not
/// compile.
package protocol OptimizerRule: Configurable {
  /// The size of a step before any schedule.
  static var learningRate: Setting { get }
  /// How much parameters decay.
  static var weightDecay: Setting { get }

  /// What a peer begins with where its user gives some of the settings and no others.
  static func settings(of peer: Peer, given: SettingValues) -> SettingValues

  /// The names of the values that it keeps of each parameter, its state; at most three.
  var stateNames: [String] { get }
  /// What the first of these values is in the beginning; the others are 0.
  var initialState: Float { get }
  /// Whether its step has a kernel that takes it in the register tile of the gradient.
  var stepsInTiles: Bool { get }
  /// Whether parameters decay beside the step, rather than in its gradient.
  var isDecayDecoupled: Bool { get }
  /// The factors whose powers, one factor a step, the steps depend on.
  var betas: [Double] { get }

  /// Throws `invalidArgument` for settings that make no sense together.
  func validate() throws(SoftmaxError)

  /// The values of a step.
  ///
  /// - Parameters:
  ///   - rate: the learning rate of the step.
  ///   - weightDecay: how much parameters decay beside the step; 0 unless that is decoupled.
  ///   - betaPowers: each of the betas to the power of the number of steps, this one included.
  func update(rate: Double, weightDecay: Double, betaPowers: [Double]) -> Kernels.Update
}

/// The rules that an optimizer can step by.
package enum OptimizerRules {
  /// All of them.
  package static let all: [any OptimizerRule.Type] = [
    SGD.self, Adam.self, AdamW.self, AMSGrad.self, RMSprop.self, Adagrad.self,
  ]
}

/// Whose defaults hold.
package enum Peer: Hashable, Sendable {
  case keras, pytorch, scikitLearn
}

extension OptimizerRule {
  /// The learning rate that every rule has.
  static func learningRateSetting(usual: Double) -> Setting {
    .number(
      "learning_rate", "the learning rate", spelling: "learning-rate", usual: usual, .positive)
  }

  /// A weight decay that is part of the gradient, and where there is none is not said.
  package static var coupledWeightDecay: Setting {
    .number(
      "weight_decay", "the weight decay", spelling: "weight-decay", usual: 0, .notNegative,
      isOmittedAtZero: true)
  }

  static func epsilonSetting(usual: Double) -> Setting {
    .number("epsilon", "epsilon", usual: usual, .positive)
  }

  /// Whether epsilon is added where Keras adds it.
  package static var kerasEpsilon: Setting { .flag("keras_epsilon", "Keras' place of epsilon") }

  package static var momentum: Setting { .number("momentum", "the momentum", usual: 0, .share) }
}

extension Optimizer.EpsilonPlacement {
  init(_ values: SettingValues, _ setting: Setting) {
    self = values.flag(setting) ? .keras : .pytorch
  }

  /// The value of a setting that says whether it is Keras'.
  var value: Setting.Value { .flag(self == .keras) }

  /// What is added under a root, and to it.
  func epsilons(_ epsilon: Double) -> Kernels.Epsilons {
    self == .keras
      ? Kernels.Epsilons(inner: epsilon, outer: 0) : Kernels.Epsilons(inner: 0, outer: epsilon)
  }
}
