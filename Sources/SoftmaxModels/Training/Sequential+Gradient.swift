// SPDX-License-Identifier: Apache-2.0

public import SoftmaxCore

extension Sequential {
  /// Returns the mean loss of some samples and its gradient, without an update.
  ///
  /// ```swift
  /// let step = try network.valueAndGradient(of: .crossEntropy, on: batch)
  /// print(step.loss, step.gradient.layers[0].weight[0, 0])
  /// ```
  ///
  /// The gradient of a weight is the sum of dz x^T / n over the n samples, that of a bias the sum of dz
  /// / n. Here dz is the gradient of a sample's loss with respect to the outputs of the layer before its
  /// activation, and x are the inputs of the layer. With sample weights the mean is the weighted one.
  ///
  /// Each call prepares the network again; for a loop, create an ``Objective`` once.
  ///
  /// - Parameters:
  ///   - loss: the loss to differentiate.
  ///   - batch: features of the network's input shape, and as many classes as the network has outputs.
  ///   - l1Penalty: the factor l1 in l1 sum |W|, added to the mean loss, where W are the weights of
  ///     dense layers. The derivative of |w| is the sign of w, and 0 at 0.
  ///   - l2Penalty: the factor l2 in l2 / 2 ||W||^2, added to the mean loss.
  ///   - step: the number of previous batches. Together with the network's seed it determines the units
  ///     that ``Dropout`` drops.
  ///   - threads: the number of threads; nil for as many of the machine's as are useful.
  /// - Returns: the mean loss in nats plus the penalties, and its gradient by layer, in the shapes of
  ///   the parameters.
  /// - Throws: `shapeMismatch` or `invalidArgument` if the batch does not fit the network, or for a
  ///   negative penalty; `invalidData` or `nonFiniteValue` for a table with texts or missing cells.
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
        layers: try objective.layers(of: flat), running: running(after: objective.plan),
        weight: value.totals.weightSum)
    )
  }

  // Returns the tensors that training changes without a gradient, such as running means, after the
  // batch. Frozen layers have none.
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
