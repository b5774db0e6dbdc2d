// SPDX-License-Identifier: Apache-2.0

import SoftmaxKit

/// A table of separated values with a line for each row and a column for each class, and one for the names of files if
/// rows are files.
struct CSVPredictionFormat: LinePredictionFormat {
  private let classNames: [String]
  private let hasFileNames: Bool
  private let rule: DecisionRule
  private let separator: Character

  init(
    classNames: [String], hasFileNames: Bool, rule: DecisionRule, separator: Character = ","
  ) {
    self.rule = rule
    self.classNames = classNames
    self.hasFileNames = hasFileNames
    self.separator = separator
  }

  var header: [String] {
    var line = CSVLine(separator: separator)
    let names = ["row"] + (hasFileNames ? ["file"] : []) + ["label", "index", "probability"]
    for name in names { line.append(text: name) }
    for name in classNames + rule.names { line.append(text: name) }
    return [line.text]
  }

  func lines(for prediction: Prediction, row: Int, of input: PredictionInput) -> [String] {
    var line = CSVLine(separator: separator)
    line.append(number: input.number(ofRow: row))
    if hasFileNames { line.append(text: input.fileName(ofRow: row) ?? "") }
    line.append(text: prediction.label)
    line.append(number: prediction.index)
    line.append(number: prediction.probability)
    for probability in prediction.probabilities { line.append(number: probability) }
    for column in rule.columns(of: prediction) { line.append(text: column.text) }
    return [line.text]
  }
}
