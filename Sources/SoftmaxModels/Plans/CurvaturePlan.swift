// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// A plan that computes Hessian-vector products of softmax cross-entropy on one linear layer.
///
/// Along a direction (V, c) the logits z = W x + b of a row change by u = V x + c. The gradient of the
/// loss with respect to the logits is s (m p - t), where p = softmax(z), s is the row's scale, t are the
/// row's targets and m is their sum. It changes by s m p (u - <p, u>), which is exact. The product is the
/// sum of this change times x over the rows, computed like a gradient. Source: Pearlmutter, "Fast exact
/// multiplication by the Hessian", 1994.
///
/// It has its own buffers and costs about one and a half times as much as a gradient.
final class CurvaturePlan: Sendable {
  /// The plan that computes the logits and the sums over the rows.
  let plan: PlainPlan
  private let kernels: Kernels
  private let arena = Arena()
  // A network whose parameters are the direction.
  private let direction: PlainNetwork
  // The changes u of the logits of a batch.
  private let changes: MatrixView

  /// Allocates buffers for batches of at most `batchSize` rows; nil if the network or the loss is not
  /// supported.
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

  /// Sets the direction, which is given as the parameters of a network with the same layers.
  func setDirection(_ network: Sequential) { direction.load(network) }

  /// Runs a worker's share of a step; afterwards the gradients of `plan` are the step's Hessian-vector
  /// product.
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

  // Replaces the gradient with respect to the logits by its change along the direction.
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
        // A row of scale 0 contributes 0, even if its logits are infinite or NaN.
        result[index, column] = scale > 0 ? Float(scale * change) : 0
      }
    }
  }
}
