// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// The order in which an epoch visits the samples, cut into batches, and what each step gave.
struct BatchSchedule: Sendable {
  let batchSize: Int
  /// The sample at each place of the epoch.
  let order: VectorView<Int64>
  /// The class of each sample.
  private let labels: VectorView<Int32>
  /// The sum of the losses, and the number of right guesses, of each step.
  private let losses: VectorView<Double>
  private let correctCounts: VectorView<Int64>

  init(_ dataset: LabeledDataset, batchSize: Int, in arena: Arena) {
    self.batchSize = batchSize
    order = arena.vector(count: dataset.count)
    labels = arena.vector(count: dataset.count)
    let steps = (dataset.count + batchSize - 1) / batchSize
    losses = arena.vector(count: steps)
    correctCounts = arena.vector(count: steps)
    for (index, label) in dataset.labels.enumerated() { labels[index] = Int32(label) }
  }

  /// The number of steps of an epoch.
  var stepCount: Int { losses.count }

  /// The places of a step's samples in the order.
  func samples(of step: Int) -> Range<Int> {
    step * batchSize..<min((step + 1) * batchSize, order.count)
  }

  /// Sets the order in which the next epoch visits the samples.
  func setOrder(_ permutation: [Int]) {
    precondition(permutation.count == order.count, "an order visits every sample")
    for (index, row) in permutation.enumerated() { order[index] = Int64(row) }
  }

  /// Sets which samples the first step looks at.
  func setFirstBatch(_ rows: some Collection<Int>) {
    precondition(rows.count <= order.count, "a batch is no larger than the data set")
    for (index, row) in rows.enumerated() { order[index] = Int64(row) }
  }

  /// The classes of some samples of the order.
  func labels(of samples: Range<Int>, into batch: VectorView<Int32>) {
    for (row, place) in samples.enumerated() { batch[row] = labels[Int(order[place])] }
  }

  /// Keeps what a step gave.
  func record(step: Int, loss: Double, correctCount: Int) {
    losses[step] = loss
    correctCounts[step] = Int64(correctCount)
  }

  /// What the steps of an epoch gave before their updates.
  struct Totals {
    var loss = 0.0
    var correctCount = 0
  }

  /// Adds what some steps gave.
  ///
  /// One after the other, so that the sums do not depend on how many steps a run takes.
  func add(_ steps: Range<Int>, to totals: inout Totals) {
    for step in steps {
      totals.loss += losses[step]
      totals.correctCount += Int(correctCounts[step])
    }
  }
}
