// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

extension TrainingStatus {
  /// The classifier at this point of the training, without a training record.
  ///
  /// - Throws: `diverged` if a parameter is infinite or NaN.
  public var classifier: Classifier {
    get throws(SoftmaxError) {
      try Classifier(
        network: try network, classNames: dataset.classNames, pipeline: process.pipeline,
        outputFunction: process.outputFunction)
    }
  }
}
