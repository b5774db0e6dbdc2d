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
public struct Optimizer: Hashable, Sendable, Codable {
  package let rule: Rule
  /// The factor of the weight decay: in the gradient, or beside the step in AdamW.
  package let weightDecay: Double
  package private(set) var schedule = LearningRateSchedule.constant
  package private(set) var clipNorm: Double?
  package private(set) var clipValue: Double?
  package private(set) var accumulatedBatches = 1

  /// Whose formula says where epsilon is added, which keeps a step from a division by 0.
  public enum EpsilonPlacement: String, Hashable, Sendable, Codable {
    /// To the root, after its correction: sqrt(s) + epsilon. Also Kingma and Ba's algorithm 1.
    case pytorch
    /// Under the root, sqrt(s + epsilon), in Adagrad and RMSprop. In Adam to the root before its
    /// correction, which Kingma and Ba call epsilon hat: sqrt(v) + epsilon, both divided by
    /// sqrt(1 - beta2^t).
    case keras
  }

  /// Stochastic gradient descent: v = momentum v + g, w = w - learningRate v.
  ///
  /// With Nesterov's momentum w = w - learningRate (g + momentum v), with the new v. Keras keeps the
  /// learning rate in v, which is the same as long as the rate does not change.
  ///
  /// - Parameters:
  ///   - learningRate: the size of a step. PyTorch's default is 0.001.
  ///   - momentum: how much of the last step is kept, in 0..<1.
  ///   - isNesterov: whether the step looks ahead along v.
  ///   - weightDecay: added to the gradient, as in PyTorch: g + weightDecay w. An L2 penalty on all
  ///     parameters, biases included.
  ///
  /// Source: Sutskever, Martens, Dahl and Hinton, "On the importance of initialization and momentum
  /// in deep learning", ICML 2013, in PyTorch's form.
  public static func sgd(
    learningRate: Double = 0.01, momentum: Double = 0, nesterov isNesterov: Bool = false,
    weightDecay: Double = 0
  ) -> Optimizer {
    Optimizer(
      rule: .sgd(
        SGD(learningRate: learningRate, momentum: momentum, isNesterov: isNesterov)),
      weightDecay: weightDecay)
  }

  /// Adagrad: s = s + g^2, w = w - learningRate g / (sqrt(s) + epsilon).
  ///
  /// - Parameters:
  ///   - learningRate: the size of the steps. PyTorch's default is 0.01.
  ///   - initialAccumulator: what s begins with. PyTorch's default is 0.
  ///   - epsilon: PyTorch's default is 1e-10.
  ///   - epsilonPlacement: where epsilon is added.
  ///   - weightDecay: added to the gradient, as in ``sgd(learningRate:momentum:nesterov:weightDecay:)``.
  ///
  /// Source: Duchi, Hazan and Singer, "Adaptive subgradient methods for online learning and stochastic
  /// optimization", JMLR 12, 2011.
  public static func adagrad(
    learningRate: Double = 0.001, initialAccumulator: Double = 0.1, epsilon: Double = 1e-7,
    epsilonPlacement: EpsilonPlacement = .pytorch, weightDecay: Double = 0
  ) -> Optimizer {
    Optimizer(
      rule: .adagrad(
        Adagrad(
          learningRate: learningRate, initialAccumulator: initialAccumulator, epsilon: epsilon,
          epsilonPlacement: epsilonPlacement)), weightDecay: weightDecay)
  }

  /// RMSprop: s = rho s + (1 - rho) g^2, w = w - learningRate g / (sqrt(s) + epsilon).
  ///
  /// With momentum b = momentum b + g / (sqrt(s) + epsilon), w = w - learningRate b; Keras keeps the
  /// learning rate in b, which is the same as long as the rate does not change. Centred, the root is
  /// that of s - a^2 (at least 0) with a = rho a + (1 - rho) g.
  ///
  /// - Parameters:
  ///   - learningRate: the size of the steps. PyTorch's default is 0.01.
  ///   - rho: how much of s is kept, in 0..<1. PyTorch's default is 0.99, its name alpha.
  ///   - momentum: how much of the last step is kept, in 0..<1.
  ///   - epsilon: PyTorch's default is 1e-8.
  ///   - isCentered: whether the gradient's variance takes the place of its square.
  ///   - epsilonPlacement: where epsilon is added.
  ///   - weightDecay: added to the gradient, as in ``sgd(learningRate:momentum:nesterov:weightDecay:)``.
  ///
  /// Source: Tieleman and Hinton, "Lecture 6.5: rmsprop", 2012; centred: Graves, "Generating sequences
  /// with recurrent neural networks", 2013.
  public static func rmsprop(
    learningRate: Double = 0.001, rho: Double = 0.9, momentum: Double = 0, epsilon: Double = 1e-7,
    isCentered: Bool = false, epsilonPlacement: EpsilonPlacement = .pytorch,
    weightDecay: Double = 0
  ) -> Optimizer {
    Optimizer(
      rule: .rmsprop(
        RMSprop(
          learningRate: learningRate, rho: rho, momentum: momentum, epsilon: epsilon,
          isCentered: isCentered, epsilonPlacement: epsilonPlacement)), weightDecay: weightDecay)
  }

  /// Adam: m = beta1 m + (1 - beta1) g, v = beta2 v + (1 - beta2) g^2, and in step t
  /// w = w - learningRate / (1 - beta1^t) m / (sqrt(v / (1 - beta2^t)) + epsilon).
  ///
  /// As AMSGrad the root is that of the largest v so far.
  ///
  /// - Parameters:
  ///   - learningRate: the size of the steps.
  ///   - beta1: how much of m is kept, in 0..<1.
  ///   - beta2: how much of v is kept, in 0..<1.
  ///   - epsilon: PyTorch's default is 1e-8.
  ///   - isAMSGrad: whether v can only grow in the step.
  ///   - epsilonPlacement: where epsilon is added.
  ///   - weightDecay: added to the gradient, as in ``sgd(learningRate:momentum:nesterov:weightDecay:)``.
  ///
  /// Source: Kingma and Ba, "Adam: a method for stochastic optimization", ICLR 2015, algorithm 1;
  /// AMSGrad: Reddi, Kale and Kumar, "On the convergence of Adam and beyond", ICLR 2018.
  public static func adam(
    learningRate: Double = 0.001, beta1: Double = 0.9, beta2: Double = 0.999,
    epsilon: Double = 1e-7, isAMSGrad: Bool = false, epsilonPlacement: EpsilonPlacement = .pytorch,
    weightDecay: Double = 0
  ) -> Optimizer {
    Optimizer(
      rule: .adam(
        Adam(
          learningRate: learningRate, beta1: beta1, beta2: beta2, epsilon: epsilon,
          isAMSGrad: isAMSGrad, isDecayDecoupled: false, epsilonPlacement: epsilonPlacement)),
      weightDecay: weightDecay)
  }

  /// AdamW: w = (1 - learningRate weightDecay) w, then Adam's step, with moments of g alone.
  ///
  /// All parameters decay, biases included. The learning rate is that of the step, as its schedule
  /// has it.
  ///
  /// - Parameters:
  ///   - weightDecay: the share of a parameter that a step of learning rate 1 takes away. PyTorch's
  ///     default is 0.01.
  ///   - learningRate: as in Adam, and what follows too.
  ///
  /// Source: Loshchilov and Hutter, "Decoupled weight decay regularization", ICLR 2019.
  public static func adamW(
    learningRate: Double = 0.001, beta1: Double = 0.9, beta2: Double = 0.999,
    epsilon: Double = 1e-7, weightDecay: Double = 0.004, isAMSGrad: Bool = false,
    epsilonPlacement: EpsilonPlacement = .pytorch
  ) -> Optimizer {
    Optimizer(
      rule: .adam(
        Adam(
          learningRate: learningRate, beta1: beta1, beta2: beta2, epsilon: epsilon,
          isAMSGrad: isAMSGrad, isDecayDecoupled: true, epsilonPlacement: epsilonPlacement)),
      weightDecay: weightDecay)
  }

  private init(rule: Rule, weightDecay: Double) {
    self.rule = rule
    self.weightDecay = weightDecay
  }

  /// The learning rate before any schedule.
  public var learningRate: Double {
    switch rule {
    case .sgd(let rule): rule.learningRate
    case .adagrad(let rule): rule.learningRate
    case .rmsprop(let rule): rule.learningRate
    case .adam(let rule): rule.learningRate
    }
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
