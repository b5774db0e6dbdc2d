// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore
package import SoftmaxModels

/// The full text of an evaluation for a terminal.
package struct EvaluationText {
  private static let confusionCount = 5
  // With longer names a line of the report would exceed 80 columns.
  private static let longestName = 34

  private let evaluation: Evaluation
  private let columns: Int
  private let color: TerminalColor?
  private let names: [String]
  private let matrix: ConfusionMatrix
  private let metricLines: [String]

  /// Prepares the text.
  ///
  /// - Parameters:
  ///   - evaluation: the evaluation.
  ///   - metrics: the metrics to show; nil for the usual ones that the table of the classes does not show.
  ///   - intervals: the intervals of the metrics, or nil for those that need no resampling.
  ///   - columns: the width of the terminal.
  ///   - color: the colour codes; nil means no colours.
  package init(
    _ evaluation: Evaluation, metrics: [Metric]? = nil, intervals: [ClosedRange<Double>?]? = nil,
    columns: Int, color: TerminalColor?
  ) {
    metricLines =
      evaluation.lines(
        of: metrics ?? Metric.usual.filter { $0.place != .report }, intervals: intervals)
      + (intervals?.contains { $0 != nil } == true
        ? ["", "[low, high] is a 95 % interval; \(NumberText.grouped(evaluation.rowCount)) rows"]
        : [])
    self.evaluation = evaluation
    self.columns = columns
    self.color = color
    matrix = evaluation.confusionMatrix
    names = evaluation.classNames.map {
      PrintableText.shortened(PrintableText.line($0), to: Self.longestName)
    }
  }

  /// The lines: metrics, the report of the classes, warnings, the confusion matrix, the most frequent
  /// mistakes.
  package var lines: [String] {
    metricLines + [""]
      + matrix.report(names: names).split(separator: "\n", omittingEmptySubsequences: false)
      .dropLast().map(String.init)
      + warningLines + [""] + matrixLines + confusionLines
  }

  private var warningLines: [String] {
    let never = matrix.neverPredictedClasses
    let absent = Set(names.indices).subtracting(matrix.occurringClasses).sorted()
    func line(_ classes: [Int], _ what: String) -> [String] {
      classes.isEmpty
        ? []
        : ["", what + PrintableText.list(classes.map { names[$0] }, columns: columns - what.count)]
    }
    return line(never, "never predicted, so their precision is 0: ")
      + line(absent, "neither in the data nor predicted: ")
  }

  private var matrixLines: [String] {
    guard let lines = matrix.lines(columns: columns, color: color) else {
      return [
        "confusion matrix of \(names.count) classes: too wide for \(columns) columns; --json has it, "
          + "--figures draws it"
      ]
    }
    return lines
  }

  private var confusionLines: [String] {
    let confusions = matrix.mostConfused(Self.confusionCount)
    guard !confusions.isEmpty else { return [] }
    let counts = matrix.labelCounts
    let width = confusions.map { NumberText.grouped($0.count).count }.max() ?? 1
    return ["", "most confused"]
      + confusions.map { confusion in
        let count = PrintableText.rightAligned(NumberText.grouped(confusion.count), to: width)
        let share = NumberText.percent(Double(confusion.count) / Double(counts[confusion.label]))
        let room = max(8, (columns - width - 36) / 2)
        let label = PrintableText.shortened(names[confusion.label], to: room)
        let prediction = PrintableText.shortened(names[confusion.prediction], to: room)
        return "  \(count) times \(label) was taken for \(prediction) (\(share) of it)"
      }
  }

  /// Returns the lines of a gallery, with the number of samples that it was chosen from.
  package func lines(of gallery: Gallery) -> [String] {
    let wrong = gallery.rowCount - gallery.correctCount
    return [
      "",
      "true / predicted: \(gallery.tiles.count) pictures, the wrong ones "
        + "(\(NumberText.grouped(wrong)) of \(NumberText.grouped(gallery.rowCount)) rows) first",
      "",
    ] + gallery.lines(columns: columns, color: color)
  }
}

extension Evaluation {
  /// Returns a line for each defined metric; the first one also has the number of rows.
  ///
  /// An undefined metric has a line only if there is a reason to report.
  ///
  /// - Parameters:
  ///   - prefix: the text before the first title, such as "test ".
  ///   - intervals: the intervals of the metrics, or nil for those that need no resampling.
  package func lines(
    of metrics: [Metric], prefix: String = "", intervals: [ClosedRange<Double>?]? = nil
  ) -> [String] {
    metrics.enumerated().compactMap { place, metric in
      let title = PrintableText.padded((place == 0 ? prefix : "") + metric.title, to: 15)
      guard let value = metric.value(of: self) else {
        let reason = metric.undefinedReason(of: self)
        return reason.map { title + "undefined: " + PrintableText.line($0) }
      }
      func text(_ value: Double) -> String {
        metric.isFraction ? NumberText.fixed(value) : NumberText.metric(value)
      }
      var parts = [text(value)]
      if let interval = intervals?[place] ?? metric.interval(of: self) {
        let (low, high) = (text(interval.lowerBound), text(interval.upperBound))
        if metric.place == .line {
          parts.append("95 % interval \(low) to \(high)")
        } else {
          parts[0] += " [\(low), \(high)]"
        }
      }
      if metric.place != .line { parts.append(metric.meaning) }
      if place == 0, metric.place == .line { parts.append("\(NumberText.grouped(rowCount)) rows") }
      return title + parts.joined(separator: ", ")
    }
  }
}
