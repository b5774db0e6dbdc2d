// SPDX-License-Identifier: Apache-2.0

public import SoftmaxCore

extension Sequential {
  /// Trains the network on a data set in shuffled mini-batches.
  ///
  /// The same seed, data and settings give the same bits, independent of the number of threads and the
  /// processor, of progress reports, and of interruptions if the training is resumed from a checkpoint.
  /// The last batch of an epoch may be smaller; its gradient is the mean over its own rows. Each call
  /// starts with a new optimizer state and with the shuffle of the first epoch, unless it resumes from a
  /// checkpoint.
  ///
  /// ```swift
  /// let history = try network.fit(
  ///   to: images, epochs: 100, validation: .fraction(0.1),
  ///   callbacks: [.earlyStopping(patience: 5), .checkpoint(to: "images.safetensors")])
  /// ```
  ///
  /// - Parameters:
  ///   - dataset: features of the network's input shape, and as many classes as the network has outputs.
  ///   - pipeline: the preprocessing of the features for training and validation. With nil, features are
  ///     only converted to floats: columns in the order of the table, bytes times their scale.
  ///   - loss: the loss to minimize.
  ///   - optimizer: the update rule.
  ///   - epochs: the number of passes over the data.
  ///   - batchSize: the number of samples per batch.
  ///   - l1Penalty: the factor l1 in l1 sum |W|, added to the mean loss; W does not include biases.
  ///   - l2Penalty: the factor l2 in l2 / 2 ||W||^2, added to the mean loss; W does not include biases.
  ///   - validation: samples that are not trained on. After each epoch their loss and accuracy are
  ///     computed with the weights at that moment.
  ///   - callbacks: the callbacks, called in this order; they observe the epochs and may end the
  ///     training.
  ///   - checkpoint: the checkpoint from which to resume. The network must have the same layers;
  ///     settings, data and callbacks must be those of the checkpoint's training. The number of epochs
  ///     may differ.
  ///   - threads: the number of threads; nil for as many of the machine's as are useful.
  ///   - onProgress: called on the caller's thread a few times per second and at the end of each epoch.
  ///     An error that it throws ends the training; the network keeps the steps so far.
  /// - Returns: the loss and accuracy of each epoch, and the reason if the training ended early.
  /// - Throws: `shapeMismatch` or `invalidArgument`; `diverged`, in which case the network is not
  ///   changed; the errors of `onProgress` and the callbacks.
  @discardableResult
  public mutating func fit(
    to dataset: LabeledDataset, pipeline: Pipeline? = nil, loss: Loss = .crossEntropy,
    optimizer: Optimizer = .adam(), epochs: Int = 1, batchSize: Int = 32, l1Penalty: Double = 0,
    l2Penalty: Double = 0, validation: Validation = .none,
    callbacks: [any TrainingCallback] = [], resuming checkpoint: Checkpoint? = nil,
    threads: Int? = nil, onProgress: ((TrainingProgress) throws -> Void)? = nil
  ) throws -> TrainingHistory {
    try fit(
      to: dataset, pipeline: pipeline, loss: loss, optimizer: optimizer, epochs: epochs,
      batchSize: batchSize, l1Penalty: l1Penalty, l2Penalty: l2Penalty, validation: validation,
      callbacks: callbacks, resuming: checkpoint, execution: Execution(threads: threads),
      onProgress: onProgress)
  }

  /// Trains the network with the threads and kernels of `execution`.
  package mutating func fit(
    to dataset: LabeledDataset, pipeline: Pipeline? = nil, loss: Loss, optimizer: Optimizer,
    epochs: Int, batchSize: Int, l1Penalty: Double, l2Penalty: Double, validation: Validation,
    callbacks: [any TrainingCallback], resuming checkpoint: Checkpoint?, execution: Execution,
    onProgress: ((TrainingProgress) throws -> Void)? = nil
  ) throws -> TrainingHistory {
    guard dataset.count > 0 else {
      throw SoftmaxError(.invalidArgument, "the data set has no samples")
    }
    let data = try TrainingData(
      dataset, validation: validation, preprocessing: pipeline?.steps ?? [], seed: seed)
    return try fit(
      to: data, loss: loss, optimizer: optimizer, epochs: epochs, batchSize: batchSize,
      l1Penalty: l1Penalty, l2Penalty: l2Penalty, callbacks: callbacks, resuming: checkpoint,
      execution: execution, onProgress: onProgress)
  }

  /// Trains the network on rows that are already split and preprocessed.
  mutating func fit(
    to data: TrainingData, loss: Loss, optimizer: Optimizer, epochs: Int, batchSize: Int,
    l1Penalty: Double, l2Penalty: Double, callbacks: [any TrainingCallback],
    resuming checkpoint: Checkpoint?, execution: Execution,
    onProgress: ((TrainingProgress) throws -> Void)?
  ) throws -> TrainingHistory {
    guard epochs >= 0 else {
      throw SoftmaxError(.invalidArgument, "epochs must not be negative, got \(epochs)")
    }
    let trainer = try Trainer(
      self, on: data, loss: loss, optimizer: optimizer, batchSize: batchSize,
      l1Penalty: l1Penalty, l2Penalty: l2Penalty, execution: execution)
    try validateWeights(of: data.training, loss: loss)
    if let validation = data.validation { try validate(validation, loss: loss) }
    var loop = TrainingLoop(
      trainer, epochCount: epochs, validation: data.validation, callbacks: callbacks,
      onProgress: onProgress)
    if let checkpoint { try loop.resume(checkpoint) }
    do {
      self = try loop.run()
    } catch let error as SoftmaxError where error.code == .diverged {
      throw error
    } catch {
      if loop.hasBegun { self = trainer.networkAsItIs }
      throw error
    }
    return loop.history
  }

  /// Throws unless the network accepts samples of a shape.
  ///
  /// If either shape is one-dimensional, only the number of features must match.
  func validate(featureCount: Int, shape: [Int]) throws(SoftmaxError) {
    let isRow = shape.count == 1 || inputShape.count == 1
    guard featureCount == inputCount, isRow || shape == inputShape else {
      throw SoftmaxError(
        .shapeMismatch, "the network takes samples of \(inputShape), the data set has \(shape)")
    }
  }

  /// Throws `invalidArgument` unless both penalties are at least 0 and finite in single precision.
  static func validate(l1Penalty: Double, l2Penalty: Double) throws(SoftmaxError) {
    for (name, penalty) in [("L1", l1Penalty), ("L2", l2Penalty)]
    where !(Float(penalty).isFinite && penalty >= 0) {
      throw SoftmaxError(
        .invalidArgument, "the \(name) penalty must be a float of at least 0, got \(penalty)")
    }
  }
}

extension Duration {
  /// The duration in seconds.
  var seconds: Double {
    Double(components.seconds) + Double(components.attoseconds) * 1e-18
  }
}
