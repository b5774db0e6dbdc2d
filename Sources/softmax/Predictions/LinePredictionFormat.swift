// SPDX-License-Identifier: Apache-2.0

import SoftmaxKit

/// A format that writes lines of text for each row by itself.
protocol LinePredictionFormat: PredictionFormat {
  /// The lines before the first row.
  var header: [String] { get }
  /// Returns the lines of a row.
  mutating func lines(
    for prediction: Prediction, row: Int, of input: PredictionInput
  ) -> [String]
}

extension LinePredictionFormat {
  mutating func appendHeader(to output: inout [UInt8]) { append(header, to: &output) }

  mutating func append(
    _ predictions: [Prediction], of rows: PredictionInput, to output: inout [UInt8]
  ) throws(SoftmaxError) {
    for (row, prediction) in predictions.enumerated() {
      append(lines(for: prediction, row: row, of: rows), to: &output)
    }
  }

  private func append(_ lines: [String], to output: inout [UInt8]) {
    for line in lines {
      output += line.utf8
      output.append(UInt8(ascii: "\n"))
    }
  }
}
