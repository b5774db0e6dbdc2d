// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore
public import SoftmaxModels

extension PenaltyPath {
  /// The penalties as a table in text, a line each, with the least log loss and the choice marked.
  ///
  /// ```swift
  /// if let path = model.trainingRecord?.penaltyPath { print(path.table) }
  /// ```
  ///
  /// The log loss has its standard error after it. A line is about 70 columns wide.
  public var table: String {
    let header = ["l2", "C", "log loss", "+-", "accuracy", ""]
    let rows = points.map { point in
      [
        NumberText.significant(point.l2Penalty, 3), NumberText.significant(point.c, 3),
        NumberText.metric(point.logLoss), NumberText.metric(point.standardError),
        NumberText.metric(point.accuracy), mark(of: point),
      ]
    }
    var lines = TextTable.lines([header] + rows, first: 9, others: 12)
      .map { line in String(line.reversed().drop { $0 == " " }.reversed()) }
    let leftOut = penaltyCount - points.count
    if leftOut > 0 {
      lines.append(
        "\(leftOut) weaker \(leftOut == 1 ? "one was" : "ones were") left out: the log loss of every "
          + "fold rose twice in a row")
    }
    return lines.joined(separator: "\n")
  }

  private func mark(of point: Point) -> String {
    switch (point == best, point == chosen) {
    case (true, true): "chosen"
    case (true, false): "least"
    case (false, true): "chosen"
    case (false, false): ""
    }
  }

  /// Returns the log loss over the penalties as a text chart, from the strongest penalty to the weakest.
  ///
  /// The choice is a point on the line.
  ///
  /// ```swift
  /// if let path = model.trainingRecord?.penaltyPath { print(path.curve(columns: 80, rows: 12)) }
  /// ```
  ///
  /// - Parameters:
  ///   - columns: the maximum width of a line; clamped to 20...1,000.
  ///   - rows: the height in lines; clamped to 6...1,000.
  ///   - style: the characters to draw with.
  ///   - isColored: whether escape sequences colour the line and the choice.
  /// - Returns: the lines, separated by line feeds; an empty string for a path without points.
  public func curve(
    columns: Int = 80, rows: Int = 12, style: TrainingHistory.CurveStyle = .braille,
    isColored: Bool = false
  ) -> String {
    guard let chosen, let first = points.first, let last = points.last else { return "" }
    let panel = CurvePanel(
      style: style,
      title: "log loss \(NumberText.narrow(chosen.logLoss)) at C "
        + NumberText.significant(chosen.c, 3),
      line: points.map(\.logLoss), points: points.map { $0 == chosen ? $0.logLoss : .nan },
      placeCount: points.count,
      axis: .init(
        first: NumberText.significant(first.c, 3), middle: "C",
        last: NumberText.significant(last.c, 3)),
      columns: min(max(20, columns), 1000), rows: min(max(6, rows), 1000), isColored: isColored)
    return panel.lines().map(\.text).joined(separator: "\n")
  }

  /// The choice in a few words, such as `0.00155 (C 0.359): log loss 0.1402 +- 0.0213 in 5 folds`.
  package var choiceText: String? {
    chosen.map { chosen in
      "\(NumberText.significant(chosen.l2Penalty, 3)) (C \(NumberText.significant(chosen.c, 3))): "
        + "log loss \(NumberText.metric(chosen.logLoss)) "
        + (foldCount > 1
          ? "+- \(NumberText.metric(chosen.standardError)) in \(foldCount) folds" : "in one fold")
        + (usesOneStandardErrorRule ? ", one standard error" : "")
    }
  }
}
