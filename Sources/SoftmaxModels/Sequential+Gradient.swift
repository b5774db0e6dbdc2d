// SPDX-License-Identifier: Apache-2.0

public import SoftmaxCore

/// The gradient of a network's loss to its parameters.
public struct Gradient: Hashable, Sendable {
  /// The gradient of one layer's parameters.
  public struct LayerGradient: Hashable, Sendable {
    /// The layer's place in the network.
    public let layer: Int
    /// The gradient of each trained tensor, under the tensor's name and in its shape.
    public let tensors: [LayerTensor]

    /// That of the weight: [outputs, inputs], one row of a normalization; empty in a layer without.
    public var weight: Matrix { tensors.matrix("weight") ?? Matrix(rowCount: 0, columnCount: 0) }
    /// That of the bias, one number for each output; empty in a layer without.
    public var bias: [Float] { tensors["bias"]?.values ?? [] }

    init(layer: Int, tensors: [LayerTensor]) {
      self.layer = layer
      self.tensors = tensors
    }

    init(layer: Int, weight: Matrix, bias: [Float]) {
      self.init(
        layer: layer,
        tensors: [
          LayerTensor(
            name: "weight", shape: [weight.rowCount, weight.columnCount], values: weight.elements),
          LayerTensor(name: "bias", shape: [bias.count], values: bias),
        ])
    }
  }

  /// The layers with parameters, first to last; frozen ones are left out.
  public let layers: [LayerGradient]
}

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
  ///   - threads: the number of threads; without it as many of the machine's as help.
  /// - Returns: the mean loss, in nats, and its gradient by layer, in the shapes of the parameters.
  /// - Throws: `shapeMismatch` or `invalidArgument` for a batch that does not fit the network.
  public func valueAndGradient(
    of loss: Loss, on batch: LabeledDataset, threads: Int? = nil
  ) throws(SoftmaxError) -> (loss: Double, gradient: Gradient) {
    try validate(batch, loss: loss)
    try WorkerTeam.validate(threadCount: threads)
    let (plan, team) = try TrainingPlans.make(
      for: self, on: batch, loss: loss, optimizer: nil, batchSize: batch.count, l2Penalty: 0,
      threads: threads)
    plan.schedule.setOrder(Array(0..<batch.count))
    var totals = BatchSchedule.Totals()
    plan.run(0..<1, dataset: batch, isUpdating: false, team: team)
    plan.schedule.add(0..<1, to: &totals)
    return (totals.meanLoss, Gradient(layers: plan.storedGradients()))
  }
}
