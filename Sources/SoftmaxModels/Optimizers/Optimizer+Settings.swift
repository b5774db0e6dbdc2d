// SPDX-License-Identifier: Apache-2.0

extension Optimizer {
  /// The name, as the command line has it: sgd, adagrad, rmsprop, adam, amsgrad or adamw.
  public var name: String {
    switch rule {
    case .sgd: "sgd"
    case .adagrad: "adagrad"
    case .rmsprop: "rmsprop"
    case .adam(let rule):
      rule.isDecayDecoupled ? "adamw" : rule.isAMSGrad ? "amsgrad" : "adam"
    }
  }

  /// The settings by name, as a saved model has them: those of the rule, and of the rest what was
  /// asked for.
  ///
  /// A switch that is on is 1. A schedule's settings begin with its name, as in `cosine_epochs`.
  public var settings: [String: Double] {
    var settings = ["learning_rate": learningRate]
    func set(_ name: String, _ value: Double, unless usual: Double? = nil) {
      if value != usual { settings[name] = value }
    }
    func set(_ placement: EpsilonPlacement) {
      if placement == .keras { settings["keras_epsilon"] = 1 }
    }
    switch rule {
    case .sgd(let rule):
      set("momentum", rule.momentum)
      set("nesterov", rule.isNesterov ? 1 : 0, unless: 0)
    case .adagrad(let rule):
      set("initial_accumulator", rule.initialAccumulator)
      set("epsilon", rule.epsilon)
      set(rule.epsilonPlacement)
    case .rmsprop(let rule):
      set("rho", rule.rho)
      set("momentum", rule.momentum)
      set("epsilon", rule.epsilon)
      set("centered", rule.isCentered ? 1 : 0, unless: 0)
      set(rule.epsilonPlacement)
    case .adam(let rule):
      set("beta1", rule.beta1)
      set("beta2", rule.beta2)
      set("epsilon", rule.epsilon)
      // AMSGrad alone is the name.
      set("amsgrad", rule.isAMSGrad && rule.isDecayDecoupled ? 1 : 0, unless: 0)
      set(rule.epsilonPlacement)
    }
    set("weight_decay", weightDecay, unless: name == "adamw" ? nil : 0)
    if let clipNorm { set("clip_norm", clipNorm) }
    if let clipValue { set("clip_value", clipValue) }
    set("accumulate", Double(accumulatedBatches), unless: 1)
    return settings.merging(schedule.settings) { own, _ in own }
  }
}
