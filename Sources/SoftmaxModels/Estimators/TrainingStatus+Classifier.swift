// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

extension TrainingStatus {
  /// The network as trained so far with all that it takes to use it, but for a record of the training.
  ///
  /// - Throws: `diverged` where a parameter has become infinite or no number.
  public var classifier: Classifier {
    get throws(SoftmaxError) {
      try Classifier(
        network: try network, classNames: dataset.classNames, pipeline: process.pipeline,
        outputFunction: process.outputFunction)
    }
  }
}
