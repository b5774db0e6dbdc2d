// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// Products of the second derivatives of softmax cross-entropy on one linear layer with a direction.
///
/// Along a direction (V, c) the logits z = W x + b change by u = V x + c. The gradient to a row's logits,
/// s (m p - t) with p = softmax(z), the row's scale s, its targets t and their sum m, then changes by
/// s m p (u - <p, u>), for which nothing is approximated. The sum of that times x over the rows is taken as
/// a gradient's is. Source: Pearlmutter, "Fast exact multiplication by the Hessian", 1994.
final class CurvaturePlan: Sendable {
  /// What the logits and the sums over the rows come from.
  let plan: PlainPlan
  private let kernels: Kernels
  private let arena = Arena()
  // A network whose parameters are the direction.
  private let direction: PlainNetwork
  // How the logits of a batch change.
  private let changes: MatrixView

  /// Lays out memory for batches of at most a size; nil for other networks and losses.
  init?(
    _ network: Sequential, on dataset: LabeledDataset, loss: Loss, batchSize: Int,
    workerCount: Int, kernels: Kernels
  ) {
    let operations = LoweredNetwork(network).operations
    guard loss.kind is CrossEntropyLoss, operations.count == 1,
      operations[0].traits.form == .product, !operations[0].isFrozen
    else { return nil }
    plan = PlainPlan(
      network, on: dataset, loss: loss, optimizer: .sgd(), batchSize: batchSize, l2Penalty: 0,
      workerCount: workerCount, kernels: kernels)
    self.kernels = kernels
    direction = PlainNetwork(network, rowCapacity: batchSize, in: arena)
    changes = arena.matrix(rowCount: batchSize, columnCount: direction.outputCount)
  }

  /// Takes over a direction: a network of the form that has it in the place of its parameters.
  func setDirection(_ network: Sequential) { direction.load(network) }

  /// Does a worker's part of a step: what `plan` then has as gradients are the products.
  func run(_ step: Int, features: FeatureSource, targets: FeatureSource?, worker: Worker) {
    let samples = plan.schedule.samples(of: step)
    plan.differentiate(samples, step: step, features: features, targets: targets, worker: worker)
    let rows = worker.share(of: samples.count, alignedTo: 8)
    direction.operations[0].body.forward(
      plan.source(of: 0, for: worker), into: changes,
      part: BatchPart(rows: rows, columns: 0..<changes.columnCount), step: step, with: kernels)
    differentiateGradient(rows, scale: 1 / Float(samples.count))
    worker.barrier()
    plan.updateParameters(rowCount: samples.count, by: nil, worker: worker)
    worker.barrier()
  }

  // In the place of the gradient to the logits: how it changes.
  private func differentiateGradient(_ rows: Range<Int>, scale: Float) {
    let result = plan.gradients[0].rows(rows)
    let changes = changes.rows(rows)
    kernels.softmax(plan.forward.logits.rows(rows), into: result)
    for (index, row) in rows.enumerated() {
      let scale = Double(plan.lossPass?.curvatureScale(ofRow: row) ?? scale)
      var mean = 0.0
      for column in 0..<result.columnCount {
        mean += Double(result[index, column]) * Double(changes[index, column])
      }
      for column in 0..<result.columnCount {
        let change = Double(result[index, column]) * (Double(changes[index, column]) - mean)
        // A row that does not count counts nothing, whatever its logits are.
        result[index, column] = scale > 0 ? Float(scale * change) : 0
      }
    }
  }
}
