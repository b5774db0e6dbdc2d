// SPDX-License-Identifier: Apache-2.0

public import SoftmaxCore

/// Multinomial logistic regression: one layer, trained by stochastic gradient descent.
///
/// p(class j | x) = softmax(x W^T + b)_j; the loss is the mean cross-entropy plus
/// l2 / 2 ||W||^2, biases not counted. Fitting gives a ``Classifier``.
///
/// ```swift
/// let digits = try Digits.load()
/// let model = try SoftmaxRegression(epochs: 20).fitted(to: digits.training)
/// ```
public struct SoftmaxRegression: Hashable, Sendable {
  /// The factor l2 of the penalty; scikit-learn's C is 1 / (l2 n) for n samples.
  public var l2Penalty: Double
  /// The rule of the steps.
  public var optimizer: Optimizer
  /// The number of passes over the data.
  public var epochs: Int
  /// The number of samples a step looks at.
  public var batchSize: Int
  /// How the weights begin.
  public var initializer: Initializer
  /// What initial weights and shuffles are drawn from.
  public var seed: UInt64

  /// Creates an estimator.
  public init(
    l2Penalty: Double = 0, optimizer: Optimizer = .sgd(learningRate: 0.1), epochs: Int = 10,
    batchSize: Int = 64, initializer: Initializer = .glorotUniform, seed: UInt64 = 0
  ) {
    self.l2Penalty = l2Penalty
    self.optimizer = optimizer
    self.epochs = epochs
    self.batchSize = batchSize
    self.initializer = initializer
    self.seed = seed
  }

  /// The model fitted to a data set.
  ///
  /// - Throws: as ``Sequential/fit(to:loss:optimizer:epochs:batchSize:l1Penalty:l2Penalty:threads:onProgress:)``.
  public func fitted(
    to dataset: LabeledDataset, threads: Int? = nil,
    onProgress: ((TrainingProgress) throws -> Void)? = nil
  ) throws -> Classifier {
    var network = try Sequential(input: dataset.featureShape, seed: seed) {
      Flatten()
      Dense(dataset.classCount, activation: .softmax, initializer: initializer)
    }
    let history = try network.fit(
      to: dataset, optimizer: optimizer, epochs: epochs, batchSize: batchSize,
      l2Penalty: l2Penalty, threads: threads, onProgress: onProgress)
    return try Classifier(
      network: network, trainedOn: dataset,
      record: TrainingRecord(
        rowCount: dataset.count, loss: .crossEntropy, optimizer: optimizer, l2Penalty: l2Penalty,
        batchSize: batchSize, seed: seed, history: history))
  }
}
