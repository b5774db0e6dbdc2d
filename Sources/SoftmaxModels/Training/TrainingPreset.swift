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

  private let epsilon: Double
  private let epsilonPlacement: Optimizer.EpsilonPlacement
  private let decayOfAdamW: Double
  private let learningRateOfSGD: Double
  private let momentumOfSGD: Double

  /// Keras 3.
  ///
  /// Adam's epsilon is 1e-7 and stands where Keras adds it, SGD's rate 0.01, batches of 32, Glorot's
  /// uniform weights. Epochs are this library's 10: in Keras the user says how many.
  public static let keras = TrainingPreset(
    name: "keras", hiddenUnits: [128], initializer: .glorotUniform, batchSize: 32, epochs: 10,
    l2Penalty: 0, epsilon: 1e-7, epsilonPlacement: .keras, decayOfAdamW: 0.004,
    learningRateOfSGD: 0.01, momentumOfSGD: 0)

  /// PyTorch 2.
  ///
  /// Adam's epsilon is 1e-8, AdamW's decay 0.01, SGD's rate 0.001, and weights and biases
  /// of a linear layer begin within 1 / sqrt(inputs). Batches of 64, as its tutorials have them.
  public static let pytorch = TrainingPreset(
    name: "pytorch", hiddenUnits: [128], initializer: .pytorch, batchSize: 64, epochs: 10,
    l2Penalty: 0, epsilon: 1e-8, epsilonPlacement: .pytorch, decayOfAdamW: 0.01,
    learningRateOfSGD: 0.001, momentumOfSGD: 0)

  /// scikit-learn 1.9's `MLPClassifier`.
  ///
  /// One hidden layer of 100 units, Adam with epsilon 1e-8, SGD
  /// with Nesterov's momentum 0.9, batches of 200, at most 200 epochs, alpha 1e-4, which is divided by
  /// the samples of a batch: an l2 of 5e-7. There biases begin at random too, and training stops early
  /// where the loss no longer falls; here say so with ``EarlyStopping``.
  public static let scikitLearn = TrainingPreset(
    name: "scikit-learn", hiddenUnits: [100], initializer: .glorotUniform, batchSize: 200,
    epochs: 200, l2Penalty: 1e-4 / 200, epsilon: 1e-8, epsilonPlacement: .pytorch,
    decayOfAdamW: 0.01, learningRateOfSGD: 0.001, momentumOfSGD: 0.9)

  /// All of them.
  public static let all = [keras, pytorch, scikitLearn]

  /// The preset of a name; nil where there is none.
  public init?(named name: String) {
    guard let found = TrainingPreset.all.first(where: { $0.name == name }) else { return nil }
    self = found
  }

  private init(
    name: String, hiddenUnits: [Int], initializer: Initializer, batchSize: Int, epochs: Int,
    l2Penalty: Double, epsilon: Double, epsilonPlacement: Optimizer.EpsilonPlacement,
    decayOfAdamW: Double,
    learningRateOfSGD: Double, momentumOfSGD: Double
  ) {
    self.name = name
    self.hiddenUnits = hiddenUnits
    self.initializer = initializer
    self.batchSize = batchSize
    self.epochs = epochs
    self.l2Penalty = l2Penalty
    self.epsilon = epsilon
    self.epsilonPlacement = epsilonPlacement
    self.decayOfAdamW = decayOfAdamW
    self.learningRateOfSGD = learningRateOfSGD
    self.momentumOfSGD = momentumOfSGD
  }
}

extension TrainingPreset {
  /// Adam, or AMSGrad, as the peer has it.
  public func adam(
    learningRate: Double? = nil, isAMSGrad: Bool = false, weightDecay: Double = 0
  ) -> Optimizer {
    .adam(
      learningRate: learningRate ?? 0.001, epsilon: epsilon, isAMSGrad: isAMSGrad,
      epsilonPlacement: epsilonPlacement, weightDecay: weightDecay)
  }

  /// AdamW as the peer has it; scikit-learn has none and takes PyTorch's.
  public func adamW(learningRate: Double? = nil, weightDecay: Double? = nil) -> Optimizer {
    .adamW(
      learningRate: learningRate ?? 0.001, epsilon: epsilon,
      weightDecay: weightDecay ?? decayOfAdamW, epsilonPlacement: epsilonPlacement)
  }

  /// SGD as the peer has it.
  public func sgd(
    learningRate: Double? = nil, momentum: Double? = nil, nesterov: Bool? = nil,
    weightDecay: Double = 0
  ) -> Optimizer {
    let momentum = momentum ?? momentumOfSGD
    return .sgd(
      learningRate: learningRate ?? learningRateOfSGD, momentum: momentum,
      nesterov: nesterov ?? (momentum > 0 && momentumOfSGD > 0), weightDecay: weightDecay)
  }

  /// RMSprop as the peer has it; scikit-learn has none and takes PyTorch's.
  public func rmsprop(
    learningRate: Double? = nil, momentum: Double = 0, weightDecay: Double = 0
  ) -> Optimizer {
    let isKeras = epsilonPlacement == .keras
    return .rmsprop(
      learningRate: learningRate ?? (isKeras ? 0.001 : 0.01), rho: isKeras ? 0.9 : 0.99,
      momentum: momentum, epsilon: epsilon, epsilonPlacement: epsilonPlacement,
      weightDecay: weightDecay)
  }

  /// Adagrad as the peer has it; scikit-learn has none and takes PyTorch's.
  public func adagrad(learningRate: Double? = nil, weightDecay: Double = 0) -> Optimizer {
    let isKeras = epsilonPlacement == .keras
    return .adagrad(
      learningRate: learningRate ?? (isKeras ? 0.001 : 0.01),
      initialAccumulator: isKeras ? 0.1 : 0, epsilon: isKeras ? 1e-7 : 1e-10,
      epsilonPlacement: epsilonPlacement, weightDecay: weightDecay)
  }
}

extension MLPClassifier {
  /// Creates an estimator with a peer's settings: its layers, Adam, batches, epochs and penalty.
  public init(_ preset: TrainingPreset, epochs: Int? = nil, seed: UInt64 = 0) {
    self.init(
      hiddenUnits: preset.hiddenUnits, l2Penalty: preset.l2Penalty, optimizer: preset.adam(),
      epochs: epochs ?? preset.epochs, batchSize: preset.batchSize,
      initializer: preset.initializer, seed: seed)
  }
}
