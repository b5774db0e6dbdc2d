// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

extension Checkpoint {
  /// The network of this moment with its class names, for a look at how good it is.
  ///
  /// - Throws: `shapeMismatch` or `invalidArgument` for names that do not fit the network.
  public var classifier: Classifier {
    get throws(SoftmaxError) {
      try Classifier(
        network: state.network, classNames: classNames, pipeline: pipeline,
        outputFunction: outputFunction)
    }
  }
}
