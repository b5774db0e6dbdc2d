// SPDX-License-Identifier: Apache-2.0

public import SoftmaxCore

extension Sequential {
  /// The mean loss of some samples and its gradient, without an update.
  ///
  /// ```swift
  /// let step = try network.valueAndGradient(of: .crossEntropy, on: batch)
  /// print(step.loss, step.gradient.layers[0].weight[0, 0])
  /// ```
  ///
  /// The gradient of a weight is the sum over the samples of dz x^T / samples, with dz the gradient of
  /// a sample's loss to the layer's outputs and x its inputs; that of a bias the sum of dz / samples.
  ///
  /// - Parameters:
  ///   - loss: what to differentiate.
  ///   - batch: features of the network's input shape, and as many classes as it has outputs.
  ///   - l1Penalty: the factor l1 in l1 sum |W|, added to the mean loss. W are the weights of dense
  ///     layers; the slope of |w| is the sign of w, and 0 at 0.
  ///   - l2Penalty: the factor l2 in l2 / 2 ||W||^2, added to the mean loss.
  ///   - step: the number of batches before this one, from which ``Dropout`` draws: with the same
  ///     number the same units of the same rows are dropped again.
  ///   - threads: the number of threads; without it as many of the machine's as help.
  /// - Returns: the mean loss, in nats, with the penalties, and its gradient by layer, in the shapes
  ///   of the parameters.
  /// - Throws: `shapeMismatch` or `invalidArgument` for a batch that does not fit the network, or for
  ///   a penalty below 0; `invalidData` or `nonFiniteValue` for a table with texts or missing cells.
  public func valueAndGradient(
    of loss: Loss, on batch: LabeledDataset, l1Penalty: Double = 0, l2Penalty: Double = 0,
    step: Int = 0, threads: Int? = nil
  ) throws(SoftmaxError) -> (loss: Double, gradient: Gradient) {
    let objective = try Objective(
      self, on: batch, loss: loss, batchSize: max(1, batch.count), l1Penalty: l1Penalty,
      l2Penalty: l2Penalty, threads: threads)
    var flat: [Float] = []
    let value = try objective.valueAndGradient(
      at: objective.parameters, rows: Array(0..<batch.count), step: step, into: &flat)
    return (
      value.objective,
      Gradient(
        layers: objective.layers(of: flat), running: running(after: objective.plan),
        weight: value.totals.weightSum)
    )
  }

  // The values of layers at work that training changes, but not along a gradient.
  private func running(after plan: any TrainingPlan) -> [LayerTensors] {
    func isRunning(_ tensor: LayerTensor) -> Bool { !tensor.isTrained }
    let places = layers.indices.filter {
      !layers[$0].isFrozen && layers[$0].tensors.contains(where: isRunning)
    }
    guard !places.isEmpty else { return [] }
    var after = self
    plan.store(into: &after)
    return places.map {
      LayerTensors(layer: $0, tensors: after.layers[$0].tensors.filter(isRunning))
    }
  }
}
