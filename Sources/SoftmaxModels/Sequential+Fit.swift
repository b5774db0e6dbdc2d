// SPDX-License-Identifier: Apache-2.0

public import SoftmaxCore

extension Sequential {
  /// Trains the network by passes over a data set in freshly shuffled batches.
  ///
  /// Same seed, same data, same settings give the same bits, whatever the threads and the
  /// processor. The last batch of an epoch may be short; its gradient is the mean over its own
  /// rows. The optimizer and the sequence of shuffles begin anew with each call.
  ///
  /// - Parameters:
  ///   - dataset: features of the network's input shape, and as many classes as it has outputs.
  ///   - loss: what to make small.
  ///   - optimizer: the rule of the steps.
  ///   - epochs: the number of passes.
  ///   - batchSize: the number of samples a step looks at.
  ///   - l1Penalty: the factor l1 in l1 sum |W|, added to the mean loss; biases are left alone.
  ///   - l2Penalty: the factor l2 in l2 / 2 ||W||^2, added to the mean loss; biases are left alone.
  ///   - threads: the number of threads; without it as many of the machine's as help.
  ///   - onProgress: called on the caller's thread a few times a second and at each epoch's end;
  ///     what it throws ends the training with the steps done so far.
  /// - Returns: loss and accuracy of each epoch.
  /// - Throws: `shapeMismatch` or `invalidArgument`; `diverged`, leaving the network as it was; or
  ///   what `onProgress` throws.
  @discardableResult
  public mutating func fit(
    to dataset: LabeledDataset, loss: Loss = .crossEntropy, optimizer: Optimizer = .adam(),
    epochs: Int = 1, batchSize: Int = 32, l1Penalty: Double = 0,
    l2Penalty: Double = 0, threads: Int? = nil,
    onProgress: ((TrainingProgress) throws -> Void)? = nil
  ) throws -> TrainingHistory {
    guard epochs >= 0 else {
      throw SoftmaxError(.invalidArgument, "epochs must not be negative, got \(epochs)")
    }
    let trainer = try Trainer(
      self, on: dataset, loss: loss, optimizer: optimizer, batchSize: batchSize,
      l1Penalty: l1Penalty, l2Penalty: l2Penalty, threads: threads)
    var history = TrainingHistory()
    for epoch in 0..<epochs {
      let start = ContinuousClock.now
      trainer.begin(try trainer.batches(epoch: epoch))
      var totals = BatchSchedule.Totals()
      var next = 0
      var chunk = 1
      while next < trainer.stepsOfEpoch {
        let steps = next..<min(next + chunk, trainer.stepsOfEpoch)
        let began = ContinuousClock.now
        trainer.run(steps, addingTo: &totals)
        next = steps.upperBound
        // How often progress is told follows the clock; the numbers do not.
        let took = ContinuousClock.now - began
        if took < .milliseconds(25) { chunk *= 2 }
        if took > .milliseconds(100) { chunk = max(1, chunk / 2) }

        let progress = TrainingProgress(
          epoch: epoch + 1, epochCount: epochs, step: next, stepCount: trainer.stepsOfEpoch,
          loss: totals.meanLoss, accuracy: totals.accuracy,
          seconds: (ContinuousClock.now - start).seconds)
        guard totals.loss.isFinite else {
          throw SoftmaxError(
            .diverged, "the loss became \(totals.loss) in epoch \(epoch + 1), by step \(next)",
            remedy: "try a smaller learning rate, or features of a smaller scale")
        }
        if progress.isEpochEnd {
          history.epochs.append(
            TrainingHistory.Epoch(
              number: epoch + 1, loss: progress.loss, accuracy: progress.accuracy,
              seconds: progress.seconds, emptyStepCount: totals.emptyStepCount))
        }
        do {
          try onProgress?(progress)
        } catch {
          self = trainer.networkAsItIs
          throw error
        }
      }
    }
    // A loss is looked at before its step, so the last step can still end in nonsense.
    self = try trainer.network
    return history
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

extension TrainingPlan {
  /// Runs some steps on a data set; see `run(_:features:targets:isUpdating:team:)`.
  func run(
    _ steps: Range<Int>, dataset: LabeledDataset, isUpdating: Bool, team: WorkerTeam
  ) {
    dataset.features.withSource { features in
      guard let matrix = dataset.targets.matrix else {
        run(steps, features: features, targets: nil, isUpdating: isUpdating, team: team)
        return
      }
      Features.floats(matrix).withSource { targets in
        run(steps, features: features, targets: targets, isUpdating: isUpdating, team: team)
      }
    }
  }
}

extension Duration {
  /// The duration in seconds.
  var seconds: Double {
    Double(components.seconds) + Double(components.attoseconds) * 1e-18
  }
}
