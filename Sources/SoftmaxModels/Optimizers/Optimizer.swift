// SPDX-License-Identifier: Apache-2.0

/// The rule that turns gradients into steps, with all that belongs to it: schedule, clipping,
/// accumulation.
///
/// ```swift
/// let optimizer = Optimizer.adamW(learningRate: 0.001, weightDecay: 0.01)
///   .scheduled(.cosine(over: .epochs(10), warmup: .steps(100)))
///   .clipped(norm: 1)
/// ```
///
/// In the formulas w is a parameter, g the gradient of the mean loss with its penalties, and a square,
/// a root or a quotient is that of each element. Where PyTorch and Keras compute different things,
/// the formula is PyTorch's and ``EpsilonPlacement`` gives Keras'; the defaults are Keras'. Moments
/// below 2^-100 in magnitude become 0.
public struct Optimizer: Sendable {
  package let rule: any OptimizerRule
  let values: SettingValues
  /// The learning rate before any schedule.
  public let learningRate: Double
  /// The factor of the weight decay: in the gradient, or beside the step in AdamW.
  package let weightDecay: Double
  package internal(set) var schedule = LearningRateSchedule.constant
  package internal(set) var clipNorm: Double?
  package internal(set) var clipValue: Double?
  package internal(set) var accumulatedBatches = 1

  /// Whose formula says where epsilon is added, which keeps a step from a division by 0.
  public enum EpsilonPlacement: String, Hashable, Sendable, Codable {
    /// To the root, after its correction: sqrt(s) + epsilon. Also Kingma and Ba's algorithm 1.
    case pytorch
    /// Under the root, sqrt(s + epsilon), in Adagrad and RMSprop. In Adam to the root before its
    /// correction, which Kingma and Ba call epsilon hat: sqrt(v) + epsilon, both divided by
    /// sqrt(1 - beta2^t).
    case keras
  }

  /// Creates an optimizer of a rule, with the rule's usual values of what is not given.
  package init(_ rule: any OptimizerRule.Type, _ values: SettingValues) {
    self.values = values.completed(by: rule.settings)
    self.rule = rule.init(self.values)
    learningRate = self.values.number(rule.learningRate)
    weightDecay = self.values.number(rule.weightDecay)
  }
}

extension Optimizer {
  /// The optimizer with a learning rate that follows a schedule.
  public func scheduled(_ schedule: LearningRateSchedule) -> Optimizer {
    var result = self
    result.schedule = schedule
    return result
  }

  /// The optimizer with gradients no longer than a norm.
  ///
  /// The gradient of all parameters together, g, becomes g norm / ||g|| where ||g|| is greater. (In
  /// PyTorch's `clip_grad_norm_` 1e-6 is added to ||g||; Keras calls this `global_clipnorm`.) L1 and
  /// L2 penalties are in g, weight decay is not.
  ///
  /// Source: Pascanu, Mikolov and Bengio, "On the difficulty of training recurrent neural networks",
  /// ICML 2013.
  public func clipped(norm: Double) -> Optimizer {
    var result = self
    result.clipNorm = norm
    return result
  }

  /// The optimizer with gradients whose every element lies within -value...value.
  ///
  /// Where a norm is given too, that is the norm of what has been clipped by value.
  public func clipped(value: Double) -> Optimizer {
    var result = self
    result.clipValue = value
    return result
  }

  /// The optimizer with one step for so many batches, as for one large batch of all their samples.
  ///
  /// The step goes along the gradient of the mean loss of all samples: a batch counts by the sum of
  /// its samples' weights, so a shorter one counts less. The batches of an epoch are counted from its
  /// first, and its last step takes those that are left. Schedules count the steps.
  public func accumulating(_ batches: Int) -> Optimizer {
    var result = self
    result.accumulatedBatches = batches
    return result
  }
}
