// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// The batches of an epoch: the order of the samples, the update of each step, and the results of each
/// step.
///
/// A step processes one batch. All copies of the value share the same arena memory.
struct BatchSchedule: Sendable, BitwiseCopyable {
  let batchSize: Int
  /// The sample at each position of the epoch.
  let order: VectorView<Int64>
  /// The number of valid entries of `order`.
  private let placeCount: VectorView<Int64>
  /// The class of each sample.
  private let labels: VectorView<Int32>
  /// The update of each step.
  private let updates: VectorView<OptimizerStep>
  /// The number of steps that the training did before each step; dropout's random numbers depend on it.
  private let numbers: VectorView<Int64>
  /// The sum of the losses and the number of correct predictions of each step.
  private let losses: VectorView<Double>
  private let correctCounts: VectorView<Int64>
  /// The sum of the sample weights and the number of predictions of each step.
  private let weights: VectorView<Double>
  private let predictionCounts: VectorView<Int64>

  init(_ dataset: LabeledDataset, batchSize: Int, in arena: Arena) {
    self.batchSize = batchSize
    order = arena.vector(count: dataset.count)
    placeCount = arena.vector(count: 1)
    labels = arena.vector(count: dataset.count)
    let steps = (dataset.count + batchSize - 1) / batchSize
    updates = arena.vector(copying: Array(repeating: .none, count: steps))
    numbers = arena.vector(count: steps)
    losses = arena.vector(count: steps)
    correctCounts = arena.vector(count: steps)
    weights = arena.vector(count: steps)
    predictionCounts = arena.vector(count: steps)
    for (index, label) in dataset.labels.enumerated() { labels[index] = Int32(label) }
  }

  /// The number of steps of an epoch.
  var stepCount: Int { losses.count }

  /// Returns the positions in the order that a step's batch takes.
  func samples(of step: Int) -> Range<Int> {
    step * batchSize..<min((step + 1) * batchSize, Int(placeCount[0]))
  }

  /// Returns the samples after a range of positions in the order: as many as the range has, or fewer at the
  /// end of the epoch.
  func places(after places: Range<Int>) -> VectorView<Int64> {
    order.elements(
      places.upperBound..<min(places.upperBound + places.count, Int(placeCount[0])))
  }

  /// Sets the order in which the next epoch visits the samples.
  func setOrder(_ permutation: [Int]) {
    precondition(permutation.count == order.count, "an order visits every sample")
    order.assign(permutation)
    placeCount[0] = Int64(order.count)
  }

  /// Sets the samples of step 0, for a batch that is not part of an epoch.
  func setBatch(_ samples: ArraySlice<Int>) {
    precondition(samples.count <= batchSize, "more samples than a step takes")
    for (place, sample) in samples.enumerated() { order[place] = Int64(sample) }
    placeCount[0] = Int64(samples.count)
  }

  /// Returns the results of a step: losses, weights and correct predictions.
  func result(of step: Int) -> LossTotals {
    LossTotals(
      lossSum: losses[step], weightSum: weights[step], correctCount: Int(correctCounts[step]),
      predictionCount: Int(predictionCounts[step]), emptyStepCount: weights[step] > 0 ? 0 : 1)
  }

  /// Returns the update of a step.
  func update(of step: Int) -> OptimizerStep { updates[step] }

  /// Sets the update of a step.
  func setUpdate(of step: Int, to update: OptimizerStep) { updates[step] = update }

  /// Returns the number of steps that the training did before a step.
  func number(of step: Int) -> Int { Int(numbers[step]) }

  /// Sets the number of steps that the training did before a step.
  func setNumber(of step: Int, to number: Int) { numbers[step] = Int64(number) }

  /// Copies the classes of the samples at some positions of the order into `batch`.
  func labels(of samples: Range<Int>, into batch: VectorView<Int32>) {
    batch.gather(labels, at: order.elements(samples))
  }

  /// Stores the results of a step whose samples all have weight 1.
  func record(step: Int, loss: Double, correctCount: Int) {
    let count = samples(of: step).count
    record(
      step: step,
      LossTotals(
        lossSum: loss, weightSum: Double(count), correctCount: correctCount,
        predictionCount: count))
  }

  /// Stores the results of a step.
  func record(step: Int, _ totals: LossTotals) {
    losses[step] = totals.lossSum
    weights[step] = totals.weightSum
    correctCounts[step] = Int64(totals.correctCount)
    predictionCounts[step] = Int64(totals.predictionCount)
  }

  /// Adds the results of some steps to `totals`.
  ///
  /// The steps are added one by one in order, so the sums do not depend on the number of steps of a run.
  func add(_ steps: Range<Int>, to totals: inout LossTotals) {
    for step in steps { totals += result(of: step) }
  }
}
