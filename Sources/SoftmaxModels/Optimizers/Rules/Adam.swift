// SPDX-License-Identifier: Apache-2.0

package import SoftmaxCore

/// An update rule that divides a running mean of the gradients by the root of a running mean of their
/// squares.
package struct Adam: OptimizerRule {
  package static let name = "adam"
  package static let spelling = name
  package static let learningRate = learningRateSetting(usual: 0.001)
  package static let weightDecay = coupledWeightDecay
  package static let settings = [learningRate] + AdamMoments.settings + [weightDecay]

  private let moments: AdamMoments

  package init(_ values: SettingValues) { moments = AdamMoments(values) }

  package static func settings(of peer: Peer, given: SettingValues) -> SettingValues {
    AdamMoments.settings(of: peer)
  }

  package var stateNames: [String] { AdamMoments.stateNames }
  package var initialState: Float { 0 }
  package var stepsInTiles: Bool { true }
  package var isDecayDecoupled: Bool { false }
  package var hasTensorRates: Bool { false }
  package var betas: [Double] { moments.betas }

  package func validate() {}

  package func update(
    rate: Double, weightDecay: Double, betaPowers: [Double]
  ) -> Kernels.Update {
    .adam(moments.step(rate: rate, weightDecay: 0, betaPowers: betaPowers))
  }
}

/// Adam with the largest second moment so far as divisor, so the divisor never decreases.
package struct AMSGrad: OptimizerRule {
  package static let name = "amsgrad"
  package static let spelling = name
  package static let learningRate = Adam.learningRate
  package static let weightDecay = coupledWeightDecay
  package static let settings = Adam.settings

  private let moments: AdamMoments

  package init(_ values: SettingValues) { moments = AdamMoments(values) }

  package static func settings(of peer: Peer, given: SettingValues) -> SettingValues {
    AdamMoments.settings(of: peer)
  }

  package var stateNames: [String] { AdamMoments.stateNames + [AdamMoments.largestName] }
  package var initialState: Float { 0 }
  package var stepsInTiles: Bool { false }
  package var isDecayDecoupled: Bool { false }
  package var hasTensorRates: Bool { false }
  package var betas: [Double] { moments.betas }

  package func validate() {}

  package func update(
    rate: Double, weightDecay: Double, betaPowers: [Double]
  ) -> Kernels.Update {
    .amsGrad(moments.step(rate: rate, weightDecay: 0, betaPowers: betaPowers))
  }
}

/// Adam or AMSGrad with decoupled weight decay.
package struct AdamW: OptimizerRule {
  package static let name = "adamw"
  package static let spelling = name
  package static let learningRate = Adam.learningRate
  package static let weightDecay = Setting.number(
    "weight_decay", "the weight decay", spelling: "weight-decay", usual: 0.004, .notNegative)
  package static let amsGrad = Setting.flag("amsgrad", "AMSGrad")
  /// Whether each tensor has factors of the rate and the decay of its own, as its kind of layer says.
  package static let tensorRates = Setting.flag("tensor_rates", "rates by tensor")
  package static let settings =
    [learningRate] + AdamMoments.settings + [amsGrad, tensorRates, weightDecay]

  private let moments: AdamMoments
  private let isAMSGrad: Bool
  package let hasTensorRates: Bool

  package init(_ values: SettingValues) {
    moments = AdamMoments(values)
    isAMSGrad = values.flag(Self.amsGrad)
    hasTensorRates = values.flag(Self.tensorRates)
  }

  package static func settings(of peer: Peer, given: SettingValues) -> SettingValues {
    // scikit-learn has no AdamW; it gets PyTorch's default.
    let decay = peer == .keras ? 0.004 : 0.01
    return AdamMoments.settings(of: peer).replacing([weightDecay: .number(decay)])
  }

  package var stateNames: [String] {
    AdamMoments.stateNames + (isAMSGrad ? [AdamMoments.largestName] : [])
  }
  package var initialState: Float { 0 }
  package var stepsInTiles: Bool { !isAMSGrad }
  package var isDecayDecoupled: Bool { true }
  package var betas: [Double] { moments.betas }

  package func validate() {}

  package func update(
    rate: Double, weightDecay: Double, betaPowers: [Double]
  ) -> Kernels.Update {
    let step = moments.step(rate: rate, weightDecay: weightDecay, betaPowers: betaPowers)
    return isAMSGrad ? .amsGrad(step) : .adam(step)
  }
}

/// The settings and coefficients that Adam, AMSGrad and AdamW share: the two moments, their bias
/// correction and epsilon.
private struct AdamMoments {
  static let beta1 = Setting.number("beta1", "beta1", usual: 0.9, .share)
  static let beta2 = Setting.number("beta2", "beta2", usual: 0.999, .share)
  static let epsilon = Adam.epsilonSetting(usual: 1e-7)
  static let settings = [beta1, beta2, epsilon, Adam.kerasEpsilon]
  static let stateNames = ["first moment", "second moment"]
  static let largestName = "largest second moment"

  private let beta1: Double
  private let beta2: Double
  private let epsilon: Double
  private let epsilonPlacement: Optimizer.EpsilonPlacement

  init(_ values: SettingValues) {
    beta1 = values.number(Self.beta1)
    beta2 = values.number(Self.beta2)
    epsilon = values.number(Self.epsilon)
    epsilonPlacement = Optimizer.EpsilonPlacement(values, Adam.kerasEpsilon)
  }

  static func settings(of peer: Peer) -> SettingValues {
    peer == .keras ? [Adam.kerasEpsilon: .flag(true)] : [epsilon: .number(1e-8)]
  }

  static func values(
    beta1: Double, beta2: Double, epsilon: Double, _ placement: Optimizer.EpsilonPlacement
  ) -> SettingValues {
    [
      Self.beta1: .number(beta1), Self.beta2: .number(beta2), Self.epsilon: .number(epsilon),
      Adam.kerasEpsilon: placement.value,
    ]
  }

  var betas: [Double] { [beta1, beta2] }

  func step(rate: Double, weightDecay: Double, betaPowers: [Double]) -> Kernels.AdamStep {
    let scale = 1 / (1 - betaPowers[1]).squareRoot()
    return Kernels.AdamStep(
      beta1: beta1, beta2: beta2, rate: rate / (1 - betaPowers[0]), scale: scale,
      epsilon: epsilonPlacement == .keras ? scale * epsilon : epsilon,
      decay: rate * weightDecay)
  }
}

extension Optimizer {
  /// Returns Adam: m = beta1 m + (1 - beta1) g, v = beta2 v + (1 - beta2) g^2, and in step t w = w -
  /// learningRate / (1 - beta1^t) m / (sqrt(v / (1 - beta2^t)) + epsilon).
  ///
  /// AMSGrad uses the largest v so far under the root.
  ///
  /// - Parameters:
  ///   - learningRate: the learning rate.
  ///   - beta1: the decay rate of m, in 0..<1.
  ///   - beta2: the decay rate of v, in 0..<1.
  ///   - epsilon: the term that prevents a division by 0. PyTorch's default is 1e-8.
  ///   - isAMSGrad: whether the largest v so far is used.
  ///   - epsilonPlacement: the position of epsilon in the formula.
  ///   - weightDecay: the factor of the weight decay, which is added to the gradient as in
  ///     ``sgd(learningRate:momentum:nesterov:weightDecay:)``.
  ///
  /// Source: Kingma and Ba, "Adam: a method for stochastic optimization", ICLR 2015, algorithm 1;
  /// AMSGrad: Reddi, Kale and Kumar, "On the convergence of Adam and beyond", ICLR 2018.
  public static func adam(
    learningRate: Double = 0.001, beta1: Double = 0.9, beta2: Double = 0.999,
    epsilon: Double = 1e-7, isAMSGrad: Bool = false, epsilonPlacement: EpsilonPlacement = .pytorch,
    weightDecay: Double = 0
  ) -> Optimizer {
    let moments = AdamMoments.values(
      beta1: beta1, beta2: beta2, epsilon: epsilon, epsilonPlacement)
    let values: SettingValues = [
      Adam.learningRate: .number(learningRate), Adam.weightDecay: .number(weightDecay),
    ]
    return Optimizer(isAMSGrad ? AMSGrad.self : Adam.self, values.replacing(moments))
  }

  /// Returns AdamW: w = (1 - learningRate weightDecay) w, then the update of Adam, whose moments do not
  /// include the decay.
  ///
  /// All parameters decay, including biases. The decay uses the scheduled learning rate of the update.
  ///
  /// - Parameters:
  ///   - learningRate: the learning rate, as in Adam.
  ///   - beta1: the decay rate of the first moment, as in Adam.
  ///   - beta2: the decay rate of the second moment, as in Adam.
  ///   - epsilon: the term that prevents a division by 0, as in Adam.
  ///   - weightDecay: the fraction by which an update with a learning rate of 1 reduces a parameter.
  ///     PyTorch's default is 0.01.
  ///   - isAMSGrad: whether the largest second moment so far is used, as in Adam.
  ///   - epsilonPlacement: the position of epsilon in the formula, as in Adam.
  ///
  /// Source: Loshchilov and Hutter, "Decoupled weight decay regularization", ICLR 2019.
  public static func adamW(
    learningRate: Double = 0.001, beta1: Double = 0.9, beta2: Double = 0.999,
    epsilon: Double = 1e-7, weightDecay: Double = 0.004, isAMSGrad: Bool = false,
    epsilonPlacement: EpsilonPlacement = .pytorch
  ) -> Optimizer {
    let moments = AdamMoments.values(
      beta1: beta1, beta2: beta2, epsilon: epsilon, epsilonPlacement)
    let values: SettingValues = [
      AdamW.learningRate: .number(learningRate), AdamW.weightDecay: .number(weightDecay),
      AdamW.amsGrad: .flag(isAMSGrad),
    ]
    return Optimizer(AdamW.self, values.replacing(moments))
  }

  /// Returns AdamW with factors of the learning rate and the weight decay for each tensor.
  ///
  /// With n inputs, the rate of a dense weight is multiplied by 1 / sqrt(n) and its decay by 1, those of its
  /// bias by 0.1 and 0, those of ``Scaling`` by 6, those of ``ParametricActivation`` by 0.1. So a dense layer
  /// whose initial weights have the variance 1 / n is trained as one whose product divides weights of
  /// variance 1 by sqrt(n), the neural tangent parametrization.
  ///
  /// The factor d of the decay is not multiplied by that of the rate: w = (1 - learningRate weightDecay d) w.
  /// The factors of other layers are 1.
  ///
  /// Source: Holzmüller, Grinsztajn and Steinwart, "Better by default: strong pre-tuned MLPs and boosted
  /// trees on tabular data", NeurIPS 2024.
  package static func adamWByTensor(
    learningRate: Double = 0.04, beta1: Double = 0.9, beta2: Double = 0.95,
    epsilon: Double = 1e-8, weightDecay: Double = 0.02
  ) -> Optimizer {
    let moments = AdamMoments.values(beta1: beta1, beta2: beta2, epsilon: epsilon, .pytorch)
    let values: SettingValues = [
      AdamW.learningRate: .number(learningRate), AdamW.weightDecay: .number(weightDecay),
      AdamW.tensorRates: .flag(true),
    ]
    return Optimizer(AdamW.self, values.replacing(moments))
  }
}
