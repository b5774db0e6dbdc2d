// SPDX-License-Identifier: Apache-2.0

/// The settings that a peer trains with where its user says nothing.
///
/// ```swift
/// let model = try MLPClassifier(.scikitLearn, epochs: 20).fitted(to: digits.training)
/// let optimizer = TrainingPreset.pytorch.adam(learningRate: 1e-4)
/// ```
///
/// What a peer leaves to its user is as everywhere in this library. Keras' defaults are those of this
/// library too.
public struct TrainingPreset: Hashable, Sendable {
  /// The name, as the command line has it: keras, pytorch or scikit-learn.
  public let name: String
  /// The units of the hidden layers of a multi-layer perceptron.
  public let hiddenUnits: [Int]
  /// How weights begin.
  public let initializer: Initializer
  /// The number of samples of a step.
  public let batchSize: Int
  /// The number of passes.
  public let epochs: Int
  /// The factor l2 in l2 / 2 ||W||^2 beside the mean loss of a multi-layer perceptron.
  public let l2Penalty: Double

  private let peer: Peer

  /// Keras 3.
  ///
  /// Adam's epsilon is 1e-7 and stands where Keras adds it, SGD's rate 0.01, batches of 32, Glorot's
  /// uniform weights. Epochs are this library's 10: in Keras the user says how many.
  public static let keras = TrainingPreset(
    name: "keras", hiddenUnits: [128], initializer: .glorotUniform, batchSize: 32, epochs: 10,
    l2Penalty: 0, peer: .keras)

  /// PyTorch 2.
  ///
  /// Adam's epsilon is 1e-8, AdamW's decay 0.01, SGD's rate 0.001, and weights and biases
  /// of a linear layer begin within 1 / sqrt(inputs). Batches of 64, as its tutorials have them.
  public static let pytorch = TrainingPreset(
    name: "pytorch", hiddenUnits: [128], initializer: .pytorch, batchSize: 64, epochs: 10,
    l2Penalty: 0, peer: .pytorch)

  /// scikit-learn 1.9's `MLPClassifier`.
  ///
  /// One hidden layer of 100 units, Adam with epsilon 1e-8, SGD
  /// with Nesterov's momentum 0.9, batches of 200, at most 200 epochs, alpha 1e-4, which is divided by
  /// the samples of a batch: an l2 of 5e-7. There biases begin at random too, and training stops early
  /// where the loss no longer falls; here say so with ``EarlyStopping``.
  public static let scikitLearn = TrainingPreset(
    name: "scikit-learn", hiddenUnits: [100], initializer: .glorotUniform, batchSize: 200,
    epochs: 200, l2Penalty: 1e-4 / 200, peer: .scikitLearn)

  /// All of them.
  public static let all = [keras, pytorch, scikitLearn]

  /// The preset of a name; nil where there is none.
  public init?(named name: String) {
    guard let found = TrainingPreset.all.first(where: { $0.name == name }) else { return nil }
    self = found
  }

  private init(
    name: String, hiddenUnits: [Int], initializer: Initializer, batchSize: Int, epochs: Int,
    l2Penalty: Double, peer: Peer
  ) {
    self.name = name
    self.hiddenUnits = hiddenUnits
    self.initializer = initializer
    self.batchSize = batchSize
    self.epochs = epochs
    self.l2Penalty = l2Penalty
    self.peer = peer
  }
}

extension TrainingPreset {
  /// Adam, or AMSGrad, as the peer has it.
  public func adam(
    learningRate: Double? = nil, isAMSGrad: Bool = false, weightDecay: Double = 0
  ) -> Optimizer {
    optimizer(
      isAMSGrad ? AMSGrad.self : Adam.self,
      [(Adam.learningRate, learningRate), (Adam.weightDecay, weightDecay)])
  }

  /// AdamW as the peer has it; scikit-learn has none and takes PyTorch's.
  public func adamW(learningRate: Double? = nil, weightDecay: Double? = nil) -> Optimizer {
    optimizer(
      AdamW.self, [(AdamW.learningRate, learningRate), (AdamW.weightDecay, weightDecay)])
  }

  /// SGD as the peer has it.
  public func sgd(
    learningRate: Double? = nil, momentum: Double? = nil, nesterov: Bool? = nil,
    weightDecay: Double = 0
  ) -> Optimizer {
    let given: SettingValues = nesterov.map { [SGD.nesterov: .flag($0)] } ?? [:]
    return optimizer(
      SGD.self,
      [
        (SGD.learningRate, learningRate), (SGD.momentum, momentum),
        (SGD.weightDecay, weightDecay),
      ], given)
  }

  /// RMSprop as the peer has it; scikit-learn has none and takes PyTorch's.
  public func rmsprop(
    learningRate: Double? = nil, momentum: Double = 0, weightDecay: Double = 0
  ) -> Optimizer {
    optimizer(
      RMSprop.self,
      [
        (RMSprop.learningRate, learningRate), (RMSprop.momentum, momentum),
        (RMSprop.weightDecay, weightDecay),
      ])
  }

  /// Adagrad as the peer has it; scikit-learn has none and takes PyTorch's.
  public func adagrad(learningRate: Double? = nil, weightDecay: Double = 0) -> Optimizer {
    optimizer(
      Adagrad.self,
      [(Adagrad.learningRate, learningRate), (Adagrad.weightDecay, weightDecay)])
  }

  /// A rule with some settings given, and the others as the peer has them.
  package func optimizer(_ rule: any OptimizerRule.Type, _ given: SettingValues) -> Optimizer {
    Optimizer(rule, given.replacing(rule.settings(of: peer, given: given)))
  }

  private func optimizer(
    _ rule: any OptimizerRule.Type, _ numbers: [(Setting, Double?)], _ given: SettingValues = [:]
  ) -> Optimizer {
    var given = given
    for case (let setting, let number?) in numbers { given[setting] = .number(number) }
    return optimizer(rule, given)
  }
}
