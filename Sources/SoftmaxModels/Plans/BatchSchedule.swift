// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// The order in which an epoch visits the samples, cut into batches, and what each step gave.
struct BatchSchedule: Sendable, BitwiseCopyable {
  let batchSize: Int
  /// The sample at each place of the epoch.
  let order: VectorView<Int64>
  /// How many of those places are taken.
  private let placeCount: VectorView<Int64>
  /// The class of each sample.
  private let labels: VectorView<Int32>
  /// What each step updates by.
  private let updates: VectorView<OptimizerStep>
  /// How many steps the training had done before each step: what dropout draws from.
  private let numbers: VectorView<Int64>
  /// The sum of the losses, and the number of right predictions, of each step.
  private let losses: VectorView<Double>
  private let correctCounts: VectorView<Int64>
  /// The weight of the samples, and the number of predictions, of each step.
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

  /// The places of a step's samples in the order.
  func samples(of step: Int) -> Range<Int> {
    step * batchSize..<min((step + 1) * batchSize, Int(placeCount[0]))
  }

  /// The samples after some places of the order, as many or as are left.
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

  /// Sets the samples of step 0, which stands alone.
  func setBatch(_ samples: ArraySlice<Int>) {
    precondition(samples.count <= batchSize, "more samples than a step takes")
    for (place, sample) in samples.enumerated() { order[place] = Int64(sample) }
    placeCount[0] = Int64(samples.count)
  }

  /// What a step gave: the sum of the losses of its samples, and how many it got right.
  func result(of step: Int) -> LossTotals {
    LossTotals(
      lossSum: losses[step], weightSum: weights[step], correctCount: Int(correctCounts[step]),
      predictionCount: Int(predictionCounts[step]), emptyStepCount: weights[step] > 0 ? 0 : 1)
  }

  /// What a step updates by.
  func update(of step: Int) -> OptimizerStep { updates[step] }

  /// Sets what a step updates by.
  func setUpdate(of step: Int, to update: OptimizerStep) { updates[step] = update }

  /// How many steps the training had done before a step.
  func number(of step: Int) -> Int { Int(numbers[step]) }

  /// Sets how many steps the training had done before a step.
  func setNumber(of step: Int, to number: Int) { numbers[step] = Int64(number) }

  /// The classes of some samples of the order.
  func labels(of samples: Range<Int>, into batch: VectorView<Int32>) {
    batch.gather(labels, at: order.elements(samples))
  }

  /// Keeps what a step gave whose samples all count the same.
  func record(step: Int, loss: Double, correctCount: Int) {
    let count = samples(of: step).count
    record(
      step: step,
      LossTotals(
        lossSum: loss, weightSum: Double(count), correctCount: correctCount,
        predictionCount: count))
  }

  /// Keeps what a step gave.
  func record(step: Int, _ totals: LossTotals) {
    losses[step] = totals.lossSum
    weights[step] = totals.weightSum
    correctCounts[step] = Int64(totals.correctCount)
    predictionCounts[step] = Int64(totals.predictionCount)
  }

  /// Adds what some steps gave.
  ///
  /// One after the other, so that the sums do not depend on how many steps a run takes.
  func add(_ steps: Range<Int>, to totals: inout LossTotals) {
    for step in steps { totals += result(of: step) }
  }
}
