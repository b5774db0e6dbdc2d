// SPDX-License-Identifier: Apache-2.0

import SoftmaxKit

/// An object a row.
struct JSONPredictionFormat: PredictionFormat {
  let header: [String] = []
  let note: String? = nil

  func lines(for prediction: Prediction, row: Int, of input: PredictionInput) -> [String] {
    let object = JSONValue.object([
      ("event", .string("prediction")),
      ("row", .integer(input.number(ofRow: row))),
      ("label", .string(prediction.label)),
      ("index", .integer(prediction.index)),
      ("probability", .float(prediction.probability)),
      ("probabilities", .array(prediction.probabilities.map { .float($0) })),
    ])
    return [object.text]
  }
}
