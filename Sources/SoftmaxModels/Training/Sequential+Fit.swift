// SPDX-License-Identifier: Apache-2.0

public import SoftmaxCore

extension Sequential {
  /// Trains the network by passes over a data set in freshly shuffled batches.
  ///
  /// Same seed, same data, same settings give the same bits, whatever the threads and the
  /// processor, watched or not, in one go or interrupted. The last batch of an epoch may be short; its
  /// gradient is the mean over its own rows. The optimizer and the sequence of shuffles begin anew
  /// with each call, but for one that goes on from a checkpoint.
  ///
  /// ```swift
  /// let history = try network.fit(
  ///   to: images, epochs: 100, validation: .fraction(0.1),
  ///   callbacks: [.earlyStopping(patience: 5), .checkpoint(to: "images.safetensors")])
  /// ```
  ///
  /// - Parameters:
  ///   - dataset: features of the network's input shape, and as many classes as it has outputs.
  ///   - pipeline: what to do to the features first, those of the validation too; without it nothing that
  ///     changes their values.
  ///   - loss: what to make small.
  ///   - optimizer: the rule of the steps.
  ///   - epochs: the number of passes.
  ///   - batchSize: the number of samples a step looks at.
  ///   - l1Penalty: the factor l1 in l1 sum |W|, added to the mean loss; biases are left alone.
  ///   - l2Penalty: the factor l2 in l2 / 2 ||W||^2, added to the mean loss; biases are left alone.
  ///   - validation: samples that are not learnt from; loss and accuracy on all of them, with the
  ///     weights as they are, end each epoch.
  ///   - callbacks: what watches the epochs and may end the training, in this order.
  ///   - checkpoint: where to go on; the network must be of the same form, and settings, data and
  ///     callbacks those of the checkpoint's training. The number of epochs may be another.
  ///   - threads: the number of threads; without it as many of the machine's as help.
  ///   - onProgress: called on the caller's thread a few times a second and at each epoch's end;
  ///     what it throws ends the training with the steps done so far.
  /// - Returns: loss and accuracy of each epoch, and what ended the training early, if anything did.
  /// - Throws: `shapeMismatch` or `invalidArgument`; `diverged`, leaving the network as it was; or
  ///   what `onProgress` or a callback throws.
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

  /// Trains the network as `execution` says.
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

  /// The same of rows that are split and prepared.
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

  /// Throws unless samples of a shape can be taken in; a row of numbers fits whatever its shape was.
  func validate(featureCount: Int, shape: [Int]) throws(SoftmaxError) {
    let isRow = shape.count == 1 || inputShape.count == 1
    guard featureCount == inputCount, isRow || shape == inputShape else {
      throw SoftmaxError(
        .shapeMismatch, "the network takes samples of \(inputShape), the data set has \(shape)")
    }
  }

  /// Throws unless both penalties are floats of at least 0.
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
