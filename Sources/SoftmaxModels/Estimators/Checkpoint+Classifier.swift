// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

extension Checkpoint {
  /// The classifier at this point of the training, for evaluation or prediction.
  ///
  /// It has the checkpoint's parameters, class names and pipeline, but no training record.
  ///
  /// - Throws: `shapeMismatch` or `invalidArgument` if the class names or the pipeline do not fit the
  ///   network.
  public var classifier: Classifier {
    get throws(SoftmaxError) {
      try Classifier(
        network: state.network, classNames: classNames, pipeline: pipeline,
        outputFunction: outputFunction)
    }
  }
}
