// SPDX-License-Identifier: Apache-2.0

package import SoftmaxCore

/// Stochastic gradient descent with or without momentum.
package struct SGD: OptimizerRule {
  package static let name = "sgd"
  package static let spelling = name
  package static let learningRate = learningRateSetting(usual: 0.01)
  package static let weightDecay = coupledWeightDecay
  package static let nesterov = Setting.flag("nesterov", "Nesterov's momentum")
  package static let settings = [learningRate, momentum, nesterov, weightDecay]

  private let momentum: Double
  private let isNesterov: Bool

  package init(_ values: SettingValues) {
    momentum = values.number(Self.momentum)
    isNesterov = values.flag(Self.nesterov)
  }

  package static func settings(of peer: Peer, given: SettingValues) -> SettingValues {
    switch peer {
    case .keras: return [learningRate: .number(0.01)]
    case .pytorch: return [learningRate: .number(0.001)]
    case .scikitLearn:
      // scikit-learn's default is Nesterov's momentum, which is invalid with a momentum of 0.
      let hasMomentum = !given.has(momentum) || given.number(momentum) > 0
      return [
        learningRate: .number(0.001), momentum: .number(0.9), nesterov: .flag(hasMomentum),
      ]
    }
  }

  package var stateNames: [String] { momentum == 0 ? [] : ["velocity"] }
  package var initialState: Float { 0 }
  package var stepsInTiles: Bool { !isNesterov }
  package var isDecayDecoupled: Bool { false }
  package var hasTensorRates: Bool { false }
  package var betas: [Double] { [] }

  package func validate() throws(SoftmaxError) {
    guard !isNesterov || momentum > 0 else {
      throw SoftmaxError(
        .invalidArgument, "Nesterov's momentum needs a momentum, got \(momentum)",
        remedy: "use one such as 0.9, or leave nesterov out")
    }
  }

  package func update(
    rate: Double, weightDecay: Double, betaPowers: [Double]
  ) -> Kernels.Update {
    isNesterov
      ? .nesterov(rate: Float(rate), momentum: Float(momentum))
      : .sgd(rate: Float(rate), momentum: Float(momentum))
  }
}

extension Optimizer {
  /// Returns stochastic gradient descent: v = momentum v + g, w = w - learningRate v.
  ///
  /// With Nesterov's momentum w = w - learningRate (g + momentum v), with the new v. Keras includes the
  /// learning rate in v, which is equivalent while the rate is constant.
  ///
  /// - Parameters:
  ///   - learningRate: the learning rate. PyTorch's default is 0.001.
  ///   - momentum: the factor of the previous v, in 0..<1.
  ///   - isNesterov: whether to use Nesterov's momentum, which needs a momentum above 0.
  ///   - weightDecay: the factor of the weight decay, which is added to the gradient as in PyTorch: g +
  ///     weightDecay w. It acts as an L2 penalty on all parameters, including biases.
  ///
  /// Source: Sutskever, Martens, Dahl and Hinton, "On the importance of initialization and momentum in
  /// deep learning", ICML 2013, in PyTorch's form.
  public static func sgd(
    learningRate: Double = 0.01, momentum: Double = 0, nesterov isNesterov: Bool = false,
    weightDecay: Double = 0
  ) -> Optimizer {
    Optimizer(
      SGD.self,
      [
        SGD.learningRate: .number(learningRate), SGD.momentum: .number(momentum),
        SGD.nesterov: .flag(isNesterov), SGD.weightDecay: .number(weightDecay),
      ])
  }
}
