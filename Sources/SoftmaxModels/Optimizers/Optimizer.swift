// SPDX-License-Identifier: Apache-2.0

/// An update rule with its settings: learning rate schedule, gradient clipping and gradient
/// accumulation.
///
/// ```swift
/// let optimizer = Optimizer.adamW(learningRate: 0.001, weightDecay: 0.01)
///   .scheduled(.cosine(over: .epochs(10), warmup: .steps(100)))
///   .clipped(norm: 1)
/// ```
///
/// A value of this type has no state and costs nothing; ``OptimizerState`` and ``Trainer`` hold the
/// state of an optimizer. Settings are not validated here; training validates them.
///
/// In the formulas w is a parameter and g the gradient of the mean loss with its penalties; squares,
/// roots and quotients are taken element by element. Where PyTorch and Keras differ, the formula is that
/// of PyTorch and ``EpsilonPlacement`` selects that of Keras; the default settings are those of Keras.
/// Moments below 2^-100 in magnitude become 0.
public struct Optimizer: Sendable {
  package let rule: any OptimizerRule
  let values: SettingValues
  /// The learning rate before the schedule.
  public let learningRate: Double
  /// The factor of the weight decay, which is added to the gradient or, in AdamW, applied to the
  /// parameters.
  package let weightDecay: Double
  package internal(set) var schedule = LearningRateSchedule.constant
  package internal(set) var clipNorm: Double?
  package internal(set) var clipValue: Double?
  package internal(set) var accumulatedBatches = 1

  /// The position of epsilon, which prevents a division by 0, in the formula of an update.
  public enum EpsilonPlacement: String, Hashable, Sendable, Codable {
    /// Added to the root, after its bias correction: sqrt(s) + epsilon. Also algorithm 1 of Kingma and
    /// Ba.
    case pytorch
    /// Added under the root in Adagrad and RMSprop: sqrt(s + epsilon). In Adam added to the root before
    /// its bias correction, which Kingma and Ba call epsilon hat: sqrt(v) + epsilon, both divided by
    /// sqrt(1 - beta2^t).
    case keras
  }

  /// Creates an optimizer with a rule; settings that are not given have the defaults of the rule.
  package init(_ rule: any OptimizerRule.Type, _ values: SettingValues) {
    self.values = values.completed(by: rule.settings)
    self.rule = rule.init(self.values)
    learningRate = self.values.number(rule.learningRate)
    weightDecay = self.values.number(rule.weightDecay)
  }
}

extension Optimizer {
  /// Returns the optimizer with a learning rate that follows a schedule.
  public func scheduled(_ schedule: LearningRateSchedule) -> Optimizer {
    var result = self
    result.schedule = schedule
    return result
  }

  /// Returns the optimizer with gradients clipped to a norm.
  ///
  /// If the norm of the gradient g of all parameters exceeds `norm`, g becomes g norm / ||g||.
  /// (PyTorch's `clip_grad_norm_` adds 1e-6 to ||g||; Keras calls this `global_clipnorm`.) L1 and L2
  /// penalties are part of g, weight decay is not.
  ///
  /// Source: Pascanu, Mikolov and Bengio, "On the difficulty of training recurrent neural networks",
  /// ICML 2013.
  public func clipped(norm: Double) -> Optimizer {
    var result = self
    result.clipNorm = norm
    return result
  }

  /// Returns the optimizer with every element of the gradient clipped to -value...value.
  ///
  /// If a norm is given too, clipping by norm follows clipping by value.
  public func clipped(value: Double) -> Optimizer {
    var result = self
    result.clipValue = value
    return result
  }

  /// Returns the optimizer with one update per several batches, equivalent to one large batch of their
  /// samples.
  ///
  /// The update uses the gradient of the mean loss of all samples: a batch counts by the sum of its
  /// samples' weights, so a shorter batch counts less. The count of batches starts again with each
  /// epoch, and the last update of an epoch uses the remaining batches. Schedules count updates.
  public func accumulating(_ batches: Int) -> Optimizer {
    var result = self
    result.accumulatedBatches = batches
    return result
  }
}
