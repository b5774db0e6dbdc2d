// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// A slice of a network's parameters that one worker holds, with its position in the flat parameters.
///
/// Flat parameters are all trained parameters of a network in one contiguous array.
struct ParameterPart: Sendable, BitwiseCopyable {
  /// The parameters.
  let value: MatrixView
  /// Their gradient; valid only if the plan stores it.
  let gradient: MatrixView
  /// The index of the first value in the flat parameters, and the distance between the starts of two rows.
  let offset: Int
  let stride: Int
  /// Whether this worker reports the slice: if every worker has a copy, exactly one of them does.
  let isOwned: Bool

  /// Returns the view of the slice's values in flat parameters, or in an array with the same layout.
  func view(of flat: MatrixView) -> MatrixView {
    flat.matrix(
      at: offset, rowCount: value.rowCount, columnCount: value.columnCount, stride: stride)
  }
}

extension TrainingPlan {
  /// Copies a worker's slices from flat parameters, then waits for the other workers; does nothing for nil.
  func load(_ parameters: MatrixView?, worker: Worker) {
    guard let parameters else { return }
    forEachPart(of: worker, afterStep: 0) { $0.value.assign($0.view(of: parameters)) }
    worker.barrier()
  }

  /// Runs some steps on a data set with a team; see `run(_:features:targets:isUpdating:worker:)`.
  func run(_ steps: Range<Int>, dataset: LabeledDataset, isUpdating: Bool, team: WorkerTeam) {
    dataset.withSources { features, targets in
      team.run(steps, prepare: prepare) { worker, steps in
        self.run(
          steps, features: features, targets: targets, isUpdating: isUpdating, worker: worker)
      }
    }
  }
}

extension LabeledDataset {
  /// Calls `body` with the features and the targets; nil for targets that are labels.
  func withSources(_ body: (FeatureSource, FeatureSource?) -> Void) {
    features.withSource { features in
      guard let matrix = targets.matrix else { return body(features, nil) }
      Features.floats(matrix).withSource { body(features, $0) }
    }
  }
}

extension PlainPlan {
  // The memory does not depend on the number of workers.
  func prepare(workerCount: Int) {}

  func forEachPart(of worker: Worker, afterStep step: Int, _ body: (ParameterPart) -> Void) {
    var offset = 0
    for parameter in parameters {
      let tensor = parameter.tensor
      let share = parameter.share(of: worker)
      let stride = tensor.value.columnCount
      if !share.isEmpty {
        body(
          ParameterPart(
            value: tensor.value[share], gradient: tensor.gradient[share],
            offset: offset + share.rows.lowerBound * stride + share.columns.lowerBound,
            stride: stride, isOwned: true))
      }
      offset += tensor.value.rowCount * stride
    }
  }
}

/// A worker's slice of a parameter of a fused plan, with its position in the flat parameters.
struct FusedPart: Sendable, BitwiseCopyable {
  let parameter: FusedParameter
  let offset: Int
  let stride: Int
  let isOwned: Bool
}

extension FusedNetwork {
  /// Returns a worker's slices, with their positions in the flat parameters.
  func parts(of worker: Int, in layout: ParameterLayout) -> [FusedPart] {
    var parts: [FusedPart] = []
    func add(
      _ parameter: FusedParameter, _ name: String, ofLayer layer: Int, firstColumn: Int,
      isOwned: Bool = true
    ) {
      guard let segment = layout.segments.first(where: { $0.layer == layer && $0.name == name })
      else { preconditionFailure("a fused network trains all its layers") }
      parts.append(
        FusedPart(
          parameter: parameter, offset: segment.offset + firstColumn, stride: segment.columnCount,
          isOwned: isOwned))
    }
    for (index, layer) in shape.hidden.enumerated() {
      let part = hidden[worker][index]
      for panel in part.panels.elements() {
        add(panel.weight, "weight", ofLayer: layer.index, firstColumn: panel.firstUnit)
      }
      add(part.bias, "bias", ofLayer: layer.index, firstColumn: part.firstUnit)
      for (place, tensor) in layer.unitTensors.enumerated() {
        guard let parameter = part.unitTensors[place].parameter else { continue }
        add(parameter, tensor.shape.name, ofLayer: tensor.layer, firstColumn: part.firstUnit)
      }
    }
    let own = output[worker]
    add(own.weight, "weight", ofLayer: shape.output.index, firstColumn: own.firstInput)
    add(own.bias, "bias", ofLayer: shape.output.index, firstColumn: 0, isOwned: worker == 0)
    return parts
  }
}
