// SPDX-License-Identifier: Apache-2.0

package import SoftmaxCore

/// An update rule: its settings, its state per parameter and the kernel of its update.
///
/// Each rule is implemented in one file; only the list `OptimizerRules` refers to the rules. The
/// protocol deliberately has no default implementations, so the compiler reports everything that a new
/// rule lacks.
package protocol OptimizerRule: Configurable {
  /// The setting of the learning rate before any schedule.
  static var learningRate: Setting { get }
  /// The setting of the weight decay.
  static var weightDecay: Setting { get }

  /// Returns the default settings of another library that differ from the rule's, for a user who gives
  /// some of the settings.
  static func settings(of peer: Peer, given: SettingValues) -> SettingValues

  /// The names of the values that the rule keeps per parameter, at most three.
  var stateNames: [String] { get }
  /// The initial value of the first of these values; the others begin with 0.
  var initialState: Float { get }
  /// Whether a kernel can apply the update to a tile of the gradient while the tile is in registers.
  var stepsInTiles: Bool { get }
  /// Whether weight decay is applied to the parameters directly rather than added to the gradient.
  var isDecayDecoupled: Bool { get }
  /// Whether each tensor has factors of its own for the rate and the decay; the updates are then Adam's or
  /// AMSGrad's.
  var hasTensorRates: Bool { get }
  /// The decay rates whose powers the bias correction needs, one factor per update.
  var betas: [Double] { get }

  /// Throws `invalidArgument` for invalid combinations of settings.
  func validate() throws(SoftmaxError)

  /// Returns an update with its coefficients.
  ///
  /// - Parameters:
  ///   - rate: the learning rate of the update.
  ///   - weightDecay: the decoupled weight decay; 0 for a rule that adds the decay to the gradient.
  ///   - betaPowers: each of the betas to the power of the number of updates, including this one.
  func update(rate: Double, weightDecay: Double, betaPowers: [Double]) -> Kernels.Update
}

/// The available update rules.
package enum OptimizerRules {
  /// All rules in the order of help and messages.
  package static let all: [any OptimizerRule.Type] = [
    SGD.self, Adam.self, AdamW.self, AMSGrad.self, RMSprop.self, Adagrad.self,
  ]
}

/// A library whose default settings can be selected.
package enum Peer: Hashable, Sendable {
  case keras, pytorch, scikitLearn
}

extension OptimizerRule {
  /// Returns the setting of a rule's learning rate with its default.
  static func learningRateSetting(usual: Double) -> Setting {
    .number(
      "learning_rate", "the learning rate", spelling: "learning-rate", usual: usual, .positive)
  }

  /// The setting of a weight decay that is added to the gradient; descriptions omit it if it is 0.
  package static var coupledWeightDecay: Setting {
    .number(
      "weight_decay", "the weight decay", spelling: "weight-decay", usual: 0, .notNegative,
      isOmittedAtZero: true)
  }

  static func epsilonSetting(usual: Double) -> Setting {
    .number("epsilon", "epsilon", usual: usual, .positive)
  }

  /// The setting whether epsilon is added as in Keras; see `Optimizer.EpsilonPlacement`.
  package static var kerasEpsilon: Setting { .flag("keras_epsilon", "Keras' place of epsilon") }

  package static var momentum: Setting { .number("momentum", "the momentum", usual: 0, .share) }
}

extension Optimizer.EpsilonPlacement {
  init(_ values: SettingValues, _ setting: Setting) {
    self = values.flag(setting) ? .keras : .pytorch
  }

  /// The value of the setting `kerasEpsilon`.
  var value: Setting.Value { .flag(self == .keras) }

  /// Returns the terms added under the root and to the root; one of them is 0.
  func epsilons(_ epsilon: Double) -> Kernels.Epsilons {
    self == .keras
      ? Kernels.Epsilons(inner: epsilon, outer: 0) : Kernels.Epsilons(inner: 0, outer: epsilon)
  }
}
