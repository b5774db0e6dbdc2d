// SPDX-License-Identifier: Apache-2.0

import SoftmaxKit

/// A table of comma-separated values with a line for each row and a column for each class.
struct CSVPredictionFormat: PredictionFormat {
  private let classNames: [String]
  let note: String? = nil

  init(classNames: [String]) {
    self.classNames = classNames
  }

  var header: [String] {
    var line = CSVLine()
    for name in ["row", "label", "index", "probability"] { line.append(text: name) }
    for name in classNames { line.append(text: name) }
    return [line.text]
  }

  func lines(for prediction: Prediction, row: Int, of input: PredictionInput) -> [String] {
    var line = CSVLine()
    line.append(number: input.number(ofRow: row))
    line.append(text: prediction.label)
    line.append(number: prediction.index)
    line.append(number: prediction.probability)
    for probability in prediction.probabilities { line.append(number: probability) }
    return [line.text]
  }
}
