// SPDX-License-Identifier: Apache-2.0

import SoftmaxKit

/// A table of separated values with a line for each row and a column for each class.
struct CSVPredictionFormat: LinePredictionFormat {
  private let classNames: [String]
  private let separator: Character

  init(classNames: [String], separator: Character = ",") {
    self.classNames = classNames
    self.separator = separator
  }

  var header: [String] {
    var line = CSVLine(separator: separator)
    for name in ["row", "label", "index", "probability"] { line.append(text: name) }
    for name in classNames { line.append(text: name) }
    return [line.text]
  }

  func lines(for prediction: Prediction, row: Int, of input: PredictionInput) -> [String] {
    var line = CSVLine(separator: separator)
    line.append(number: input.number(ofRow: row))
    line.append(text: prediction.label)
    line.append(number: prediction.index)
    line.append(number: prediction.probability)
    for probability in prediction.probabilities { line.append(number: probability) }
    return [line.text]
  }
}
