// SPDX-License-Identifier: Apache-2.0

import SoftmaxKit

/// An output format for predictions.
protocol PredictionFormat {
  /// The lines before the first row.
  var header: [String] { get }
  /// A message for standard error after the last row; nil if there is none.
  var note: String? { get }
  /// Returns the lines of a row.
  mutating func lines(
    for prediction: Prediction, row: Int, of input: PredictionInput
  ) -> [String]
}
