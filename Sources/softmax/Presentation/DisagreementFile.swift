// SPDX-License-Identifier: Apache-2.0

import SoftmaxKit

/// A table of the rows on which models disagree: the row, its true class, and the class that each model predicts, with its
/// probability where that is known.
struct DisagreementFile {
  let comparison: Comparison

  /// The character between cells.
  let separator: Character

  /// Writes the table to a file, which appears complete or not at all.
  func write(to destination: OutputDestination) throws(SoftmaxError) {
    var taken = UniqueNames(taken: ["row", "true"])
    var header = CSVLine(separator: separator)
    header.append(text: "row")
    header.append(text: "true")
    for (name, evaluation) in zip(comparison.names, comparison.evaluations) {
      let name = taken.name(name)
      header.append(text: name)
      if evaluation.hasProbabilities { header.append(text: taken.name("probability_\(name)")) }
    }
    try destination.write(Array((header.text + "\n").utf8))
    let first = comparison.evaluations[0]
    for row in comparison.rowsOfDisagreement {
      var line = CSVLine(separator: separator)
      line.append(number: row)
      line.append(text: first.classNames[first.labels[row]])
      for evaluation in comparison.evaluations {
        let index = evaluation.predictions[row]
        line.append(text: evaluation.classNames[index])
        if evaluation.hasProbabilities {
          line.append(number: Float(evaluation.probability(row: row, class: index)))
        }
      }
      try destination.write(Array((line.text + "\n").utf8))
    }
    try destination.finish()
  }
}
