// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

extension TrainingPlan {
  /// Copies a worker's slices from flat parameters, then waits for the other workers.
  ///
  /// Does nothing for nil, which stands for an empty array.
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
