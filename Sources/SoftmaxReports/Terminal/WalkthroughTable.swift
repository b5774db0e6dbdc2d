// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// A table of one row of a walkthrough: a line for each class, a column for each stage.
struct WalkthroughTable {
  private static let nameWidth = 11
  private static let columnWidths = [9, 9, 9, 9, 3, 9]
  private static let naiveWidths = [10, 8]
  // Above 20 classes only the 12 most probable ones are shown, and the true class.
  private static let greatestClassCount = 20
  private static let shownClassCount = 12

  private let walkthrough: SoftmaxWalkthrough
  private let row: Int

  init(_ walkthrough: SoftmaxWalkthrough, row: Int) {
    self.walkthrough = walkthrough
    self.row = row
  }

  func lines(title: String) -> [String] {
    let names = walkthrough.classNames.map(PrintableText.line)
    let label = walkthrough.labels[row]
    let (shown, hidden) = classes
    var lines = [
      "\(title), the true class is \(PrintableText.shortened(names[label], to: 50))", "",
      Self.line("class", ["z", "z - max", "exp", "p", "y", "p - y"], ["exp z", "p"]),
    ]
    lines += shown.map { index in
      Self.line(
        names[index],
        [
          walkthrough.logits, walkthrough.shifted, walkthrough.exponentials,
          walkthrough.probabilities,
        ].map { cell($0, index) } + [
          index == label ? "1" : "0", cell(walkthrough.gradient, index),
        ],
        [walkthrough.naive.exponentials, walkthrough.naive.probabilities].map { cell($0, index) })
    }
    if hidden > 0 { lines.append("(\(hidden) less probable classes are not shown)") }
    let gradientSum = walkthrough.gradient.row(row).reduce(0) { $0 + Double($1) }
    let sum = walkthrough.probabilities.row(row).reduce(0) { $0 + Double($1) }
    let naiveSum = walkthrough.naive.probabilities.row(row).reduce(0) { $0 + Double($1) }
    lines += [
      Self.line(
        "sum",
        [
          "", "", cell(walkthrough.sums), Self.cell(rounded(sum)), "",
          Self.cell(rounded(gradientSum)),
        ], [cell(walkthrough.naive.sums), Self.cell(rounded(naiveSum))]),
      Self.line(
        "loss", ["", "", "", cell(walkthrough.losses), "", ""],
        ["", cell(walkthrough.naive.losses)]),
    ]
    return lines + notes
  }

  // The sums of floats are 1 and 0 up to rounding errors, which would distract from the table's subject.
  private func rounded(_ value: Double) -> Double {
    value.isFinite ? (value * 1e5).rounded() / 1e5 : value
  }

  private var classes: (shown: [Int], hidden: Int) {
    let count = walkthrough.classNames.count
    guard count > Self.greatestClassCount else { return (Array(0..<count), 0) }
    let z = Array(walkthrough.logits.row(row))
    let best = z.indices.sorted { (z[$1], $0) < (z[$0], $1) }.prefix(Self.shownClassCount)
    let shown = Set(best).union([walkthrough.labels[row]]).sorted()
    return (shown, count - shown.count)
  }

  private var notes: [String] {
    let naive = walkthrough.naive
    let label = walkthrough.labels[row]
    if naive.sums[row].isInfinite {
      return [
        "exp z is beyond the greatest Float, 3.4e38, so it is inf; and inf / inf is nan."
      ]
    }
    if naive.losses[row].isInfinite || naive.losses[row].isNaN {
      return [
        "p underflows to 0, and -ln 0 is inf; the loss from the scores is on the left."
      ]
    }
    guard walkthrough.logits.row(row) == [3, 1, -3] else { return [] }
    return [
      "Rounded: exp z is 20, 2.7, 0.05; p is 0.88, 0.12, 0.00; the loss is -ln "
        + "\(Self.cell(Double(walkthrough.probabilities[row, label])))."
    ]
  }

  private func cell(_ matrix: Matrix, _ index: Int) -> String {
    Self.cell(Double(matrix[row, index]))
  }

  private func cell(_ values: [Float]) -> String { Self.cell(Double(values[row])) }

  private static func line(_ name: String, _ cells: [String], _ naive: [String]) -> String {
    func aligned(_ cells: [String], _ widths: [Int]) -> String {
      zip(cells, widths).map { PrintableText.rightAligned($0, to: $1) }.joined()
    }
    let name = PrintableText.shortened(name, to: nameWidth)
    return PrintableText.padded(name, to: nameWidth) + aligned(cells, columnWidths) + " |"
      + aligned(naive, naiveWidths)
  }

  /// Returns a number in at most 8 characters.
  static func cell(_ value: Double) -> String {
    let size = abs(value)
    if value.isNaN { return "nan" }
    if value.isInfinite { return value < 0 ? "-inf" : "inf" }
    if value == 0 { return "0" }
    if size >= 99_999 || size < 0.000_05 { return NumberText.exponent(value, 1) }
    if value == value.rounded() { return NumberText.fixed(value, 0) }
    return NumberText.fixed(value, size >= 1000 ? 1 : size >= 100 ? 2 : size >= 10 ? 3 : 4)
  }
}
