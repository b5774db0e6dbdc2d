// SPDX-License-Identifier: Apache-2.0

package import SoftmaxCore

/// Steps divided by the root of a running mean of the squares of the gradients.
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
    // scikit-learn has none and takes PyTorch's.
    case .pytorch, .scikitLearn:
      [learningRate: .number(0.01), rho: .number(0.99), epsilon: .number(1e-8)]
    }
  }

  // The kernel takes the mean after the momentum, where there is one.
  package var stateNames: [String] {
    ["mean square"] + (momentum == 0 ? [] : ["momentum"]) + (isCentered ? ["mean"] : [])
  }
  package var initialState: Float { 0 }
  package var stepsInTiles: Bool { false }
  package var isDecayDecoupled: Bool { false }
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
      RMSprop.self,
      [
        RMSprop.learningRate: .number(learningRate), RMSprop.rho: .number(rho),
        RMSprop.momentum: .number(momentum), RMSprop.epsilon: .number(epsilon),
        RMSprop.centered: .flag(isCentered), RMSprop.kerasEpsilon: epsilonPlacement.value,
        RMSprop.weightDecay: .number(weightDecay),
      ])
  }
}
