// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore
package import SoftmaxModels

/// The text of a comparison for a terminal: each model's metrics beside the differences to the best, what follows from
/// them, and the first rows on which the models disagree.
package struct ComparisonText {
  private static let titleWidth = 15
  private static let greatestRowCount = 5
  // With more models the letters would run out.
  private static let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ").map { String($0) }

  private let comparison: Comparison
  private let metrics: [Metric]
  private let resamples: Resamples
  private let columns: Int
  // The models from the best to the worst.
  private let order: [Int]

  /// Prepares the text.
  ///
  /// - Parameters:
  ///   - metrics: the metrics, at least one; the first one ranks.
  ///   - resamples: the metrics on resamples of the rows.
  ///   - columns: the width of the terminal.
  package init(
    _ comparison: Comparison, metrics: [Metric], _ resamples: Resamples, columns: Int
  ) {
    self.comparison = comparison
    self.metrics = metrics
    self.resamples = resamples
    self.columns = columns
    order = comparison.ranking(by: metrics[0])
  }

  private func letter(_ index: Int) -> String {
    index < Self.letters.count ? Self.letters[index] : "\(index + 1)"
  }

  /// The lines.
  package var lines: [String] {
    nameLines + [""] + metricLines + [""] + outcomeLines + [""] + verdictLines + disagreementLines
  }

  private var nameLines: [String] {
    let rows = NumberText.grouped(comparison.rowCount)
    return comparison.names.enumerated().map { index, name in
      letter(index) + "  " + PrintableText.shortened(PrintableText.line(name), to: columns - 3)
    } + [
      "\(rows) row\(rows == "1" ? "" : "s"), the best by \(metrics[0].title) first; [low, high] is a 95 % interval"
    ]
  }

  // MARK: Metrics

  private var metricLines: [String] {
    let best = order[0]
    let header =
      PrintableText.padded("", to: Self.titleWidth + 30) + "difference to \(letter(best))"
    return [header] + metrics.flatMap { metric in lines(of: metric) }
  }

  private func lines(of metric: Metric) -> [String] {
    let best = order[0]
    return order.enumerated().map { place, index in
      let title = PrintableText.padded(place == 0 ? metric.title : "", to: Self.titleWidth)
      let evaluation = comparison.evaluations[index]
      guard let value = metric.value(of: evaluation) else {
        let reason = metric.undefinedReason(of: evaluation).map { ": " + PrintableText.line($0) }
        return PrintableText.shortened(
          title + letter(index) + " undefined" + (reason ?? ""), to: columns)
      }
      let interval = metric.interval(of: evaluation) ?? resamples.interval(of: metric, in: index)
      let own = title + letter(index) + " " + text(metric, value, interval)
      guard index != best,
        let difference = comparison.difference(of: metric, from: best, to: index, resamples)
      else { return own }
      return PrintableText.padded(own, to: Self.titleWidth + 29) + " "
        + text(metric, difference.value, difference.interval)
    }
  }

  private func text(
    _ metric: Metric, _ value: Double, _ interval: ClosedRange<Double>?
  ) -> String {
    func text(_ value: Double) -> String {
      metric.isFraction ? NumberText.fixed(value) : NumberText.narrow(value)
    }
    let ends = interval.map { " [\(text($0.lowerBound)), \(text($0.upperBound))]" }
    return PrintableText.rightAligned(text(value), to: 7) + (ends ?? "")
  }

  // MARK: What follows

  // The models beside the best one, from the second best to the worst.
  private var others: ArraySlice<Int> { order.dropFirst() }

  private var outcomeLines: [String] {
    let best = order[0]
    return others.map { index in
      let outcomes = comparison.outcomes(of: best, and: index)
      let counts = [
        ("both", outcomes.bothRight), ("\(letter(best)) alone", outcomes.onlyFirstRight),
        ("\(letter(index)) alone", outcomes.onlySecondRight), ("neither", outcomes.bothWrong),
      ].map { "\($0) \(NumberText.grouped($1))" }
      return "right: " + counts.joined(separator: ", ") + "; McNemar's exact test: p "
        + Self.pText(outcomes.mcNemarPValue)
    }
  }

  private static func pText(_ p: Double) -> String {
    p < 0.0001 ? "< 0.0001" : "= " + NumberText.significant(p, 2)
  }

  private var verdictLines: [String] {
    let best = order[0]
    let letters = comparison.names.indices.map(letter)
    return others.flatMap { index in
      let verdict = ComparisonVerdict(
        comparison, best, index, names: letters,
        differences: metrics.map {
          ($0, comparison.difference(of: $0, from: best, to: index, resamples))
        })
      return Self.wrapped(verdict.text, columns: columns)
    }
  }

  private static func wrapped(_ text: String, columns: Int) -> [String] {
    text.split(separator: " ").reduce(into: [""]) { lines, word in
      let longer = lines[lines.count - 1] + (lines[lines.count - 1].isEmpty ? "" : " ") + word
      if PrintableText.width(longer) <= columns {
        lines[lines.count - 1] = longer
      } else {
        lines.append(String(word))
      }
    }
  }

  // MARK: Disagreement

  private var disagreementLines: [String] {
    let rows = comparison.rowsOfDisagreement
    guard !rows.isEmpty else { return [] }
    let count = NumberText.grouped(rows.count)
    let shown = rows.prefix(Self.greatestRowCount)
    let models = comparison.names.indices
    let title =
      "predictions differ in \(count) row\(rows.count == 1 ? "" : "s")"
      + (shown.count < rows.count ? ", the first of them:" : ":")
    let room = max(4, (columns - 12) / (models.count + 1) - 2)
    func className(_ evaluation: Evaluation, _ index: Int) -> String {
      PrintableText.shortened(PrintableText.line(evaluation.classNames[index]), to: room)
    }
    let table =
      [["row", "true"] + models.map(letter)]
      + shown.map { row in
        ["\(row)", className(comparison.evaluations[0], comparison.evaluations[0].labels[row])]
          + comparison.evaluations.map { className($0, $0.predictions[row]) }
      }
    return ["", title] + Self.aligned(table).map { PrintableText.shortened($0, to: columns) }
  }

  // Columns of texts, aligned left.
  private static func aligned(_ rows: [[String]]) -> [String] {
    let widths = rows[0].indices.map { place in
      rows.map { PrintableText.width($0[place]) }.max() ?? 0
    }
    return rows.map { row in
      zip(row, widths).enumerated().map { place, cell in
        place == row.count - 1 ? cell.0 : PrintableText.padded(cell.0, to: cell.1 + 2)
      }.joined()
    }
  }
}
