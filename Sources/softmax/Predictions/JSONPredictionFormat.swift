// SPDX-License-Identifier: Apache-2.0

import SoftmaxKit

/// JSON Lines: one object for each row.
struct JSONPredictionFormat: LinePredictionFormat {
  let rule: DecisionRule
  let header: [String] = []

  func lines(for prediction: Prediction, row: Int, of input: PredictionInput) -> [String] {
    [
      prediction.json(
        row: input.number(ofRow: row), file: input.fileName(ofRow: row),
        further: rule.columns(of: prediction).map { ($0.name, $0.value) }
      ).text
    ]
  }
}
