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
    // A table whose cells are missing or texts is refused here; other features pass as they are.
    let batch = try Pipeline().apply(to: batch)
    try validate(batch, loss: loss)
    try Sequential.validate(l1Penalty: l1Penalty, l2Penalty: l2Penalty)
    let execution = try Execution(threads: threads)
    let (plan, team) = TrainingPlans.make(
      for: self, on: batch, loss: loss, optimizer: nil, batchSize: batch.count, l2Penalty: 0,
      execution: execution)
    guard step >= 0 else {
      throw SoftmaxError(.invalidArgument, "the number of a step must be at least 0, got \(step)")
    }
    plan.schedule.setOrder(Array(0..<batch.count))
    plan.schedule.setNumber(of: 0, to: step)
    var totals = LossTotals()
    plan.run(0..<1, dataset: batch, isUpdating: false, team: team)
    plan.schedule.add(0..<1, to: &totals)
    let gradient = Gradient(
      layers: plan.storedGradients(), running: running(after: plan), weight: totals.weightSum)
    guard l1Penalty != 0 || l2Penalty != 0 else { return (totals.loss, gradient) }
    return (
      totals.loss + penalty(l1: l1Penalty, l2: l2Penalty),
      penalized(gradient, l1: Float(l1Penalty), l2: Float(l2Penalty))
    )
  }

  // The numbers of layers at work that training changes, but not along a gradient.
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

  // l1 sum |W| + l2 / 2 ||W||^2, in double: the weights of a unit ascending, then the units.
  private func penalty(l1: Double, l2: Double) -> Double {
    var (sum, squares) = (0.0, 0.0)
    for weight in layers.lazy.compactMap(\.penalizedWeight) {
      for row in 0..<weight.rowCount {
        sum += weight.row(row).reduce(0.0) { $0 + Double($1.magnitude) }
      }
      for square in Kernels.best.sumsOfSquares(weight) { squares += square }
    }
    return l1 * sum + l2 / 2 * squares
  }

  private func penalized(_ gradient: Gradient, l1: Float, l2: Float) -> Gradient {
    var result = gradient
    for index in result.layers.indices {
      let layer = layers[result.layers[index].layer]
      guard var weight = layer.penalizedWeight?.elements,
        let place = result.layers[index].tensors.firstIndex(where: layer.isPenalized)
      else { continue }
      weight.withMatrixView { weight in
        result.layers[index].tensors[place].values.withMatrixView {
          Kernels.best.penalize($0, of: weight, l1: l1, l2: l2)
        }
      }
    }
    return result
  }
}

extension Sequential.LayerState {
  /// The weight that penalties are meant for, if any.
  var penalizedWeight: Matrix? { configuration.kind.penalizedTensor.flatMap { tensors.matrix($0) } }
}
