// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore
public import SoftmaxModels

extension ConfusionMatrix {
  /// Returns a table of precision, recall, F1 and support in the layout of `classification_report`.
  ///
  /// The layout is scikit-learn's: a line for each class that has samples or was predicted, then accuracy,
  /// macro average and weighted average. The text is the same byte for byte, except that control characters
  /// are escaped and names are aligned by their width in a terminal.
  ///
  /// - Precondition: `digits` is within 0...9.
  public func report(digits: Int = 2) -> String {
    report(digits: digits, names: classNames)
  }

  /// Returns the same table with other class names, such as shortened ones.
  package func report(digits: Int = 2, names: [String]) -> String {
    precondition(0...9 ~= digits, "a report has 0 to 9 digits, not \(digits)")
    let names = names.map(PrintableText.line)
    let occurring = occurringClasses
    let perClass = perClass
    let width = max(
      "weighted avg".count, occurring.map { PrintableText.width(names[$0]) }.max() ?? 0)
    func line(_ name: String, _ cells: [String]) -> String {
      PrintableText.rightAligned(name, to: width) + " "
        + cells.map { " " + PrintableText.rightAligned($0, to: 9) }.joined() + "\n"
    }
    func line(_ name: String, _ metrics: ClassMetrics) -> String {
      let fractions = [metrics.precision, metrics.recall, metrics.f1]
      return line(name, fractions.map { NumberText.fixed($0, digits) } + ["\(metrics.support)"])
    }
    var text = line("", ["precision", "recall", "f1-score", "support"]) + "\n"
    for index in occurring { text += line(names[index], perClass[index]) }
    text += "\n" + line("accuracy", ["", "", NumberText.fixed(accuracy, digits), "\(rowCount)"])
    text += line("macro avg", macroAverage)
    text += line("weighted avg", weightedAverage)
    return text
  }
}

extension Evaluation {
  /// Precision, recall, F1 and support of each class, in the layout of scikit-learn's
  /// `classification_report`.
  public var report: String { confusionMatrix.report() }
}
