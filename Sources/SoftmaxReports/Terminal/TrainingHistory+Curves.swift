// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore
public import SoftmaxModels

extension TrainingHistory {
  /// The characters that curves are drawn with.
  public enum CurveStyle: Hashable, Sendable {
    /// Braille patterns, eight dots in a character.
    case braille
    /// Asterisks and letters, for terminals without Unicode.
    case ascii
  }

  /// Returns loss and accuracy over the epochs as text charts.
  ///
  /// The training metric is a line, the validation metric points. The two charts are side by side from 64
  /// columns, otherwise one above the other. A value that is not finite leaves a gap.
  ///
  /// ```swift
  /// print(history.curves(columns: 80, rows: 12))
  /// ```
  ///
  /// - Parameters:
  ///   - columns: the maximum width of a line; clamped to 20...1,000.
  ///   - rows: the total height in lines; clamped to 6...1,000.
  ///   - style: the characters to draw with.
  ///   - isColored: whether escape sequences colour training and validation.
  ///   - epochCount: the number of epochs on the axis, if more will follow; by default those of the
  ///     history.
  /// - Returns: the lines, separated by line feeds; an empty string for a history without epochs.
  public func curves(
    columns: Int = 80, rows: Int = 12, style: CurveStyle = .braille, isColored: Bool = false,
    epochCount: Int? = nil
  ) -> String {
    guard !epochs.isEmpty else { return "" }
    let columns = min(max(20, columns), 1000)
    let rows = min(max(6, rows), 1000)
    let isWide = columns >= 64
    let gap = 2
    let width = isWide ? (columns - gap) / 2 : columns
    let height = isWide ? rows - 1 : max(3, (rows - 1) / 2)
    // An epoch without validation leaves a gap.
    let hasValidation = epochs.contains { $0.validation != nil }
    func validation(_ value: (Metrics) -> Double) -> [Double] {
      hasValidation ? epochs.map { $0.validation.map(value) ?? .nan } : []
    }
    let placeCount = max(epochs.count, epochCount ?? 0)
    // The name of the metric and its last values.
    func heading(_ name: String, _ training: [Double], _ validation: [Double]) -> String {
      var text = name
      if let last = training.last { text += " " + NumberText.narrow(last) }
      if let last = validation.last { text += ", val " + NumberText.narrow(last) }
      return text
    }
    func lines(
      _ name: String, _ training: [Double], _ validation: [Double]
    ) -> [(text: String, width: Int)] {
      CurvePanel(
        style: style, title: heading(name, training, validation), line: training,
        points: validation, placeCount: placeCount,
        axis: .init(first: "1", middle: unit.rawValue, last: "\(placeCount)"), columns: width,
        rows: height, isColored: isColored
      ).lines()
    }
    let loss = lines("loss", epochs.map(\.loss), validation(\.loss))
    let accuracy = lines("accuracy", epochs.map(\.accuracy), validation(\.accuracy))
    var result: [String]
    if isWide {
      result = zip(loss, accuracy).map { left, right in
        left.text + String(repeating: " ", count: width - left.width + gap) + right.text
      }
    } else {
      result = (loss + accuracy).map(\.text)
    }
    if hasValidation { result.append(legend(style, isColored: isColored, columns: columns)) }
    return result.joined(separator: "\n")
  }

  private func legend(_ style: CurveStyle, isColored: Bool, columns: Int) -> String {
    func colored(_ text: String, _ color: String) -> String {
      isColored ? "\u{1b}[\(color)m\(text)\u{1b}[0m" : text
    }
    let (line, point) = style == .braille ? ("⠒⠒", "•") : ("**", "o")
    guard columns >= 40 else { return "\(colored(line, "36")) tr. \(colored(point, "33")) val." }
    return "         \(colored(line, "36")) training  \(colored(point, "33")) validation"
  }
}
