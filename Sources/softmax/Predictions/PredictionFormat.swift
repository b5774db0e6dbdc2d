// SPDX-License-Identifier: Apache-2.0

import SoftmaxKit

/// A way to write predictions.
protocol PredictionFormat {
  /// The lines before the first row.
  var header: [String] { get }
  /// What is to be said behind the last row, not as a part of the result.
  var note: String? { get }
  /// The lines of a row.
  mutating func lines(
    for prediction: Prediction, row: Int, of input: PredictionInput
  ) -> [String]
}
