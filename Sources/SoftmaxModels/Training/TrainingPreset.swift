// SPDX-License-Identifier: Apache-2.0

/// The default training settings of another library.
///
/// ```swift
/// let model = try MLPClassifier(.scikitLearn, epochs: 20).fitted(to: digits.training)
/// let optimizer = TrainingPreset.pytorch.adam(learningRate: 1e-4)
/// ```
///
/// Settings for which the other library has no default are those of this library. Keras' defaults are
/// also the defaults of this library.
public struct TrainingPreset: Hashable, Sendable {
  /// The name on the command line: keras, pytorch or scikit-learn.
  public let name: String
  /// The numbers of units of the hidden layers of a multi-layer perceptron.
  public let hiddenUnits: [Int]
  /// The initializer of the weights.
  public let initializer: Initializer
  /// The number of samples per batch.
  public let batchSize: Int
  /// The number of passes over the data.
  public let epochs: Int
  /// The factor l2 in l2 / 2 ||W||^2, added to the mean loss of a multi-layer perceptron.
  public let l2Penalty: Double

  private let peer: Peer

  /// The defaults of Keras 3.
  ///
  /// Adam's epsilon is 1e-7 and placed as in ``Optimizer/EpsilonPlacement/keras``, the learning rate of SGD
  /// is 0.01, batches have 32 samples, and weights are initialized with Glorot's uniform distribution. Keras
  /// has no useful default for the hidden units and the epochs; 128 units and 10 epochs are this library's.
  public static let keras = TrainingPreset(
    name: "keras", hiddenUnits: [128], initializer: .glorotUniform, batchSize: 32, epochs: 10,
    l2Penalty: 0, peer: .keras)

  /// The defaults of PyTorch 2.
  ///
  /// Adam's epsilon is 1e-8, AdamW's weight decay is 0.01, the learning rate of SGD is 0.001. Weights
  /// and biases of a linear layer are initialized uniformly in -b...b with b = 1 / sqrt(inputs). Batches
  /// have 64 samples, as in PyTorch's tutorials.
  public static let pytorch = TrainingPreset(
    name: "pytorch", hiddenUnits: [128], initializer: .pytorch, batchSize: 64, epochs: 10,
    l2Penalty: 0, peer: .pytorch)

  /// The defaults of `MLPClassifier` in scikit-learn 1.9.
  ///
  /// They are one hidden layer of 100 units, Adam with epsilon 1e-8, SGD with Nesterov's momentum 0.9,
  /// batches of 200 samples and at most 200 epochs. Its alpha of 1e-4 is divided by the batch size,
  /// which gives an l2 of 5e-7. Unlike this preset, scikit-learn also initializes biases at random, and
  /// it ends a training whose loss no longer falls; use ``EarlyStopping`` for the latter.
  public static let scikitLearn = TrainingPreset(
    name: "scikit-learn", hiddenUnits: [100], initializer: .glorotUniform, batchSize: 200,
    epochs: 200, l2Penalty: 1e-4 / 200, peer: .scikitLearn)

  /// All presets.
  public static let all = [keras, pytorch, scikitLearn]

  /// Finds a preset by its name; nil if there is none.
  package init?(named name: String) {
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
  /// Returns Adam or AMSGrad with the defaults of the library.
  public func adam(
    learningRate: Double? = nil, isAMSGrad: Bool = false, weightDecay: Double = 0
  ) -> Optimizer {
    optimizer(
      isAMSGrad ? AMSGrad.self : Adam.self,
      [(Adam.learningRate, learningRate), (Adam.weightDecay, weightDecay)])
  }

  /// Returns AdamW with the defaults of the library; scikit-learn has no AdamW, so its preset uses
  /// PyTorch's.
  public func adamW(learningRate: Double? = nil, weightDecay: Double? = nil) -> Optimizer {
    optimizer(
      AdamW.self, [(AdamW.learningRate, learningRate), (AdamW.weightDecay, weightDecay)])
  }

  /// Returns SGD with the defaults of the library.
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

  /// Returns RMSprop with the defaults of the library; scikit-learn has no RMSprop, so its preset uses
  /// PyTorch's.
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

  /// Returns Adagrad with the defaults of the library; scikit-learn has no Adagrad, so its preset uses
  /// PyTorch's.
  public func adagrad(learningRate: Double? = nil, weightDecay: Double = 0) -> Optimizer {
    optimizer(
      Adagrad.self,
      [(Adagrad.learningRate, learningRate), (Adagrad.weightDecay, weightDecay)])
  }

  /// Returns an optimizer with the given settings, and the defaults of the library for all others.
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
