// SPDX-License-Identifier: Apache-2.0

package import SoftmaxCore

/// An update rule that divides the gradient by the root of a running mean of the squared gradients.
package struct RMSprop: OptimizerRule {
  package static let name = "rmsprop"
  package static let spelling = name
  package static let learningRate = learningRateSetting(usual: 0.001)
  package static let weightDecay = coupledWeightDecay
  package static let rho = Setting.number("rho", "rho", usual: 0.9, .share)
  package static let epsilon = epsilonSetting(usual: 1e-7)
  package static let centered = Setting.flag("centered", "centring")
  package static let settings = [
    learningRate, rho, momentum, epsilon, centered, kerasEpsilon, weightDecay,
  ]

  private let rho: Double
  private let momentum: Double
  private let epsilon: Double
  private let isCentered: Bool
  private let epsilonPlacement: Optimizer.EpsilonPlacement

  package init(_ values: SettingValues) {
    rho = values.number(Self.rho)
    momentum = values.number(Self.momentum)
    epsilon = values.number(Self.epsilon)
    isCentered = values.flag(Self.centered)
    epsilonPlacement = Optimizer.EpsilonPlacement(values, Self.kerasEpsilon)
  }

  package static func settings(of peer: Peer, given: SettingValues) -> SettingValues {
    switch peer {
    case .keras: [kerasEpsilon: .flag(true)]
    // scikit-learn has no RMSprop; it gets PyTorch's defaults.
    case .pytorch, .scikitLearn:
      [learningRate: .number(0.01), rho: .number(0.99), epsilon: .number(1e-8)]
    }
  }

  // The kernel expects this order: the mean comes after the momentum, if there is one.
  package var stateNames: [String] {
    ["mean square"] + (momentum == 0 ? [] : ["momentum"]) + (isCentered ? ["mean"] : [])
  }
  package var initialState: Float { 0 }
  package var stepsInTiles: Bool { false }
  package var isDecayDecoupled: Bool { false }
  package var hasTensorRates: Bool { false }
  package var betas: [Double] { [] }

  package func validate() {}

  package func update(
    rate: Double, weightDecay: Double, betaPowers: [Double]
  ) -> Kernels.Update {
    .rmsprop(
      Kernels.RMSpropStep(
        rho: rho, rate: rate, momentum: momentum, isCentered: isCentered,
        epsilons: epsilonPlacement.epsilons(epsilon)))
  }
}

extension Optimizer {
  /// Returns RMSprop: s = rho s + (1 - rho) g^2, w = w - learningRate g / (sqrt(s) + epsilon).
  ///
  /// With momentum: b = momentum b + g / (sqrt(s) + epsilon), w = w - learningRate b. Keras includes the
  /// learning rate in b, which is equivalent while the rate is constant. If centered, s - a^2 (at least
  /// 0) with a = rho a + (1 - rho) g replaces s under the root.
  ///
  /// - Parameters:
  ///   - learningRate: the learning rate. PyTorch's default is 0.01.
  ///   - rho: the decay rate of s, in 0..<1. PyTorch calls it alpha, with a default of 0.99.
  ///   - momentum: the factor of the previous b, in 0..<1.
  ///   - epsilon: the term that prevents a division by 0. PyTorch's default is 1e-8.
  ///   - isCentered: whether the variance of the gradient replaces its mean square.
  ///   - epsilonPlacement: the position of epsilon in the formula.
  ///   - weightDecay: the factor of the weight decay, which is added to the gradient as in
  ///     ``sgd(learningRate:momentum:nesterov:weightDecay:)``.
  ///
  /// Source: Tieleman and Hinton, "Lecture 6.5: rmsprop", 2012; centered: Graves, "Generating sequences
  /// with recurrent neural networks", 2013.
  public static func rmsprop(
    learningRate: Double = 0.001, rho: Double = 0.9, momentum: Double = 0, epsilon: Double = 1e-7,
    isCentered: Bool = false, epsilonPlacement: EpsilonPlacement = .pytorch,
    weightDecay: Double = 0
  ) -> Optimizer {
    Optimizer(
      RMSprop.self,
      [
        RMSprop.learningRate: .number(learningRate), RMSprop.rho: .number(rho),
        RMSprop.momentum: .number(momentum), RMSprop.epsilon: .number(epsilon),
        RMSprop.centered: .flag(isCentered), RMSprop.kerasEpsilon: epsilonPlacement.value,
        RMSprop.weightDecay: .number(weightDecay),
      ])
  }
}
