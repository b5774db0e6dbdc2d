// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore
import SoftmaxModels

/// A text chart of one metric over the epochs: training as a line, validation as points.
struct CurvePanel {
  /// The characters that show the dots.
  let style: TrainingHistory.CurveStyle
  let title: String
  let unit: TrainingHistory.Unit
  /// The metric on the training samples in each epoch; a value that is not finite leaves a gap.
  let training: [Double]
  /// The metric on the validation samples; empty without validation.
  let validation: [Double]
  /// The number of epochs on the horizontal axis, which may be more than there are values.
  let epochCount: Int
  let columns: Int
  let rows: Int
  let isColored: Bool

  private static let labelWidth = 7

  /// The number of columns of the drawing area.
  private var width: Int { max(1, columns - CurvePanel.labelWidth - 2) }
  /// The number of rows of the drawing area: the title is above it, the epochs below.
  private var height: Int { max(1, rows - 2) }

  /// Returns the lines with their visible widths, which are at most `columns`.
  func lines() -> [(text: String, width: Int)] {
    let range = range
    var grid = CurveGrid(columns: width, rows: height, style: style)
    drawLine(into: &grid, range)
    drawPoints(into: &grid, range)
    var result = [text(heading)]
    for row in 0..<height {
      let isEnd = row == 0 || row == height - 1
      let label =
        row == 0
        ? NumberText.narrow(range.upperBound)
        : row == height - 1 ? NumberText.narrow(range.lowerBound) : ""
      let axis = style == .ascii ? (isEnd ? "+" : "|") : (isEnd ? "┤" : "│")
      let (picture, count) = grid.text(row: row, isColored: isColored)
      result.append(
        (
          PrintableText.rightAligned(label, to: CurvePanel.labelWidth) + " " + axis + picture,
          CurvePanel.labelWidth + 2 + count
        ))
    }
    result.append(text(epochAxis))
    return result
  }

  private func text(_ line: String) -> (text: String, width: Int) {
    let cut = String(line.prefix(columns))
    return (cut, cut.count)
  }

  // The name of the metric and its last values.
  private var heading: String {
    var text = PrintableText.rightAligned("", to: CurvePanel.labelWidth + 2) + title
    if let last = training.last { text += " " + NumberText.narrow(last) }
    if let last = validation.last { text += ", val " + NumberText.narrow(last) }
    return text
  }

  private var epochAxis: String {
    let last = "\(epochCount)"
    let middle = epochCount > 1 ? unit.rawValue : ""
    let gap = max(1, width - 1 - last.count - middle.count)
    let text =
      epochCount > 1 ? "1" + PrintableText.rightAligned(middle, to: gap / 2 + middle.count) : ""
    return PrintableText.rightAligned("", to: CurvePanel.labelWidth + 2) + text
      + PrintableText.rightAligned(last, to: width - text.count)
  }

  // The range of all finite values, extended on both sides if they are constant.
  private var range: ClosedRange<Double> {
    let values = (training + validation).filter(\.isFinite)
    guard let least = values.min(), let greatest = values.max() else { return 0...1 }
    // If the difference of the values overflows, they cannot be drawn to scale, and the range is extended
    // too.
    guard least < greatest, (greatest - least).isFinite else {
      let room = least == 0 ? 0.5 : abs(least) / 2
      return min(least, greatest) - room...max(least, greatest) + room
    }
    return least...greatest
  }

  // Returns the dot of an epoch's value, counted from the top left; nil for a value that is not finite.
  private func place(
    _ value: Double, epoch: Int, in grid: CurveGrid, _ range: ClosedRange<Double>
  ) -> (x: Int, y: Int)? {
    guard value.isFinite else { return nil }
    let across = epochCount > 1 ? Double(epoch) / Double(epochCount - 1) : 0.5
    let down = (range.upperBound - value) / (range.upperBound - range.lowerBound)
    guard down.isFinite else { return nil }
    return (
      Int((across * Double(grid.dotColumns - 1)).rounded()),
      Int((min(max(down, 0), 1) * Double(grid.dotRows - 1)).rounded())
    )
  }

  private func drawLine(into grid: inout CurveGrid, _ range: ClosedRange<Double>) {
    var last: (x: Int, y: Int)?
    for (epoch, value) in training.enumerated() {
      let next = place(value, epoch: epoch, in: grid, range)
      if let next { grid.drawLine(from: last ?? next, to: next) }
      last = next
    }
  }

  private func drawPoints(into grid: inout CurveGrid, _ range: ClosedRange<Double>) {
    for (epoch, value) in validation.enumerated() {
      if let place = place(value, epoch: epoch, in: grid, range) { grid.mark(place) }
    }
  }
}
