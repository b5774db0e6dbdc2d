// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

extension ConfusionMatrix {
  /// Precision, recall, F1 and support as a table, in the layout of scikit-learn's
  /// `classification_report`.
  ///
  /// A line for each class that has samples or was predicted, then accuracy, the macro and the
  /// weighted average. Characters that a terminal would obey are written out, and names are aligned
  /// by the columns that they take; else the text is scikit-learn's to the byte.
  ///
  /// - Precondition: `digits` is within 0...9.
  public func report(digits: Int = 2) -> String {
    report(digits: digits, names: classNames)
  }

  /// The same with other names, such as shorter ones.
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
      return line(name, fractions.map { decimal($0, digits: digits) } + ["\(metrics.support)"])
    }
    var text = line("", ["precision", "recall", "f1-score", "support"]) + "\n"
    for index in occurring { text += line(names[index], perClass[index]) }
    text += "\n" + line("accuracy", ["", "", decimal(accuracy, digits: digits), "\(rowCount)"])
    text += line("macro avg", macroAverage)
    text += line("weighted avg", weightedAverage)
    return text
  }
}

/// A number of 0 or more with so many decimals, without Foundation; halves to even, as C has it.
func decimal(_ value: Double, digits: Int) -> String {
  let power = (0..<digits).reduce(1.0) { product, _ in product * 10 }
  guard value.isFinite, value >= 0, value * power < 1e15 else { return "\(value)" }
  let product = value * power
  // What the product's rounding took away; it decides between two numbers that lie equally near.
  let error = (-product).addingProduct(value, power)
  let floor = product.rounded(.down)
  let rest = product - floor
  let isOdd = floor.truncatingRemainder(dividingBy: 2) == 1
  let isUp = rest > 0.5 || (rest == 0.5 && (error > 0 || (error == 0 && isOdd)))
  let scaled = Int(floor) + (isUp ? 1 : 0)
  guard digits > 0 else { return "\(scaled)" }
  let (whole, decimals) = scaled.quotientAndRemainder(dividingBy: Int(power))
  let text = String(decimals)
  return "\(whole)." + String(repeating: "0", count: digits - text.count) + text
}
