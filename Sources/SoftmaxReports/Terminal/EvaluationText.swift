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

  /// Prepares the text.
  ///
  /// - Parameters:
  ///   - evaluation: the evaluation.
  ///   - columns: the width of the terminal.
  ///   - color: the colour codes; nil means no colours.
  package init(_ evaluation: Evaluation, columns: Int, color: TerminalColor?) {
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
    let metrics = Metric.all.filter { !$0.isInReport }
    return evaluation.lines(of: metrics) + [""]
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
  /// - Parameter prefix: the text before the first title, such as "test ".
  package func lines(of metrics: [Metric], prefix: String = "") -> [String] {
    metrics.enumerated().compactMap { place, metric in
      let title = PrintableText.padded((place == 0 ? prefix : "") + metric.title, to: 15)
      guard let value = metric.value(of: self) else {
        let reason = metric.undefinedReason(of: self)
        return reason.map { title + "undefined: " + PrintableText.line($0) }
      }
      var parts = [metric.isFraction ? NumberText.fixed(value) : NumberText.metric(value)]
      if let interval = metric.interval(of: self) {
        let (low, high) = (interval.lowerBound, interval.upperBound)
        parts.append("95 % interval \(NumberText.fixed(low)) to \(NumberText.fixed(high))")
      }
      if let meaning = metric.meaning { parts.append(meaning) }
      if place == 0 { parts.append("\(NumberText.grouped(rowCount)) rows") }
      return title + parts.joined(separator: ", ")
    }
  }
}
