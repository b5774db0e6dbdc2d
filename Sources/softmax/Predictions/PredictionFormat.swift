// SPDX-License-Identifier: Apache-2.0

import SoftmaxKit

/// An output format for predictions.
protocol PredictionFormat {
  /// A message for standard error after the last row; nil if there is none.
  var note: String? { get }
  /// Appends what comes before the first row of all data.
  mutating func appendHeader(to output: inout [UInt8])
  /// Appends the rows of a block with their predictions.
  mutating func append(
    _ predictions: [Prediction], of rows: PredictionInput, to output: inout [UInt8]
  ) throws(SoftmaxError)
}

extension PredictionFormat {
  var note: String? { nil }
  mutating func appendHeader(to output: inout [UInt8]) {}
}
