// SPDX-License-Identifier: Apache-2.0

package import SoftmaxCore

/// An update rule that divides the gradient by the root of the sum of all squared gradients so far.
package struct Adagrad: OptimizerRule {
  package static let name = "adagrad"
  package static let spelling = name
  package static let learningRate = learningRateSetting(usual: 0.001)
  package static let weightDecay = coupledWeightDecay
  package static let initialAccumulator = Setting.number(
    "initial_accumulator", "the initial accumulator", spelling: "initial-accumulator", usual: 0.1,
    .notNegative)
  package static let epsilon = epsilonSetting(usual: 1e-7)
  package static let settings = [
    learningRate, initialAccumulator, epsilon, kerasEpsilon, weightDecay,
  ]

  private let initialAccumulator: Double
  private let epsilon: Double
  private let epsilonPlacement: Optimizer.EpsilonPlacement

  package init(_ values: SettingValues) {
    initialAccumulator = values.number(Self.initialAccumulator)
    epsilon = values.number(Self.epsilon)
    epsilonPlacement = Optimizer.EpsilonPlacement(values, Self.kerasEpsilon)
  }

  package static func settings(of peer: Peer, given: SettingValues) -> SettingValues {
    switch peer {
    case .keras: [kerasEpsilon: .flag(true)]
    // scikit-learn has no Adagrad; it gets PyTorch's defaults.
    case .pytorch, .scikitLearn:
      [
        learningRate: .number(0.01), initialAccumulator: .number(0), epsilon: .number(1e-10),
      ]
    }
  }

  package var stateNames: [String] { ["sum of squares"] }
  package var initialState: Float { Float(initialAccumulator) }
  package var stepsInTiles: Bool { false }
  package var isDecayDecoupled: Bool { false }
  package var hasTensorRates: Bool { false }
  package var betas: [Double] { [] }

  package func validate() {}

  package func update(
    rate: Double, weightDecay: Double, betaPowers: [Double]
  ) -> Kernels.Update {
    .adagrad(Kernels.AdagradStep(rate: rate, epsilons: epsilonPlacement.epsilons(epsilon)))
  }
}

extension Optimizer {
  /// Returns Adagrad: s = s + g^2, w = w - learningRate g / (sqrt(s) + epsilon).
  ///
  /// - Parameters:
  ///   - learningRate: the learning rate. PyTorch's default is 0.01.
  ///   - initialAccumulator: the initial value of s. PyTorch's default is 0.
  ///   - epsilon: the term that prevents a division by 0. PyTorch's default is 1e-10.
  ///   - epsilonPlacement: the position of epsilon in the formula.
  ///   - weightDecay: the factor of the weight decay, which is added to the gradient as in
  ///     ``sgd(learningRate:momentum:nesterov:weightDecay:)``.
  ///
  /// Source: Duchi, Hazan and Singer, "Adaptive subgradient methods for online learning and stochastic
  /// optimization", JMLR 12, 2011.
  public static func adagrad(
    learningRate: Double = 0.001, initialAccumulator: Double = 0.1, epsilon: Double = 1e-7,
    epsilonPlacement: EpsilonPlacement = .pytorch, weightDecay: Double = 0
  ) -> Optimizer {
    Optimizer(
      Adagrad.self,
      [
        Adagrad.learningRate: .number(learningRate),
        Adagrad.initialAccumulator: .number(initialAccumulator),
        Adagrad.epsilon: .number(epsilon), Adagrad.kerasEpsilon: epsilonPlacement.value,
        Adagrad.weightDecay: .number(weightDecay),
      ])
  }
}
