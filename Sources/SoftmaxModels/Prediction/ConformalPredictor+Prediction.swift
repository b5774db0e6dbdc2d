// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

extension ConformalPredictor {
  /// Returns the indices of the classes in the set of a predicted row, the most probable first.
  ///
  /// - Parameter prediction: a prediction of the classifier whose evaluation the sets were fitted to.
  public func set(for prediction: Prediction) -> [Int] {
    var logits = Matrix(rowCount: 1, columnCount: prediction.logits.count)
    logits.elements = prediction.logits
    return sets(
      of: logits, ClassScores(logits, outputFunction), classCount: prediction.probabilities.count)[
        0]
  }
}
