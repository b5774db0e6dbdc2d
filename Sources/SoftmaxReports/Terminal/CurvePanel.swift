// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore
import SoftmaxModels

/// A text chart of a line and points at places of equal distance, such as epochs.
struct CurvePanel {
  /// The texts below the horizontal axis.
  struct Axis {
    let first: String
    let middle: String
    let last: String
  }

  /// The characters that show the dots.
  let style: TrainingHistory.CurveStyle
  /// The text above the chart.
  let title: String
  /// The values of the line; one that is not finite leaves a gap.
  let line: [Double]
  /// The values of the points; one that is not finite has none.
  let points: [Double]
  /// The number of places on the horizontal axis, which may be more than there are values.
  let placeCount: Int
  let axis: Axis
  let columns: Int
  let rows: Int
  let isColored: Bool

  private static let labelWidth = 7

  /// The number of columns of the drawing area.
  private var width: Int { max(1, columns - CurvePanel.labelWidth - 2) }
  /// The number of rows of the drawing area: the title is above it, the axis below.
  private var height: Int { max(1, rows - 2) }

  /// Returns the lines with their visible widths, which are at most `columns`.
  func lines() -> [(text: String, width: Int)] {
    let range = range
    var grid = CurveGrid(columns: width, rows: height, style: style)
    drawLine(into: &grid, range)
    drawPoints(into: &grid, range)
    let indent = PrintableText.rightAligned("", to: CurvePanel.labelWidth + 2)
    var result = [text(indent + title)]
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
    result.append(text(indent + axisText))
    return result
  }

  private func text(_ line: String) -> (text: String, width: Int) {
    let cut = String(line.prefix(columns))
    return (cut, cut.count)
  }

  private var axisText: String {
    guard placeCount > 1 else { return PrintableText.rightAligned(axis.last, to: width) }
    let gap = max(1, width - axis.first.count - axis.last.count - axis.middle.count)
    let text =
      axis.first + PrintableText.rightAligned(axis.middle, to: gap / 2 + axis.middle.count)
    return text + PrintableText.rightAligned(axis.last, to: width - text.count)
  }

  // The range of all finite values, extended on both sides if they are constant.
  private var range: ClosedRange<Double> {
    let values = (line + points).filter(\.isFinite)
    guard let least = values.min(), let greatest = values.max() else { return 0...1 }
    // If the difference of the values overflows, they cannot be drawn to scale, and the range is extended
    // too.
    guard least < greatest, (greatest - least).isFinite else {
      let room = least == 0 ? 0.5 : abs(least) / 2
      return min(least, greatest) - room...max(least, greatest) + room
    }
    return least...greatest
  }

  // Returns the dot of a value, counted from the top left; nil for a value that is not finite.
  private func place(
    _ value: Double, at index: Int, in grid: CurveGrid, _ range: ClosedRange<Double>
  ) -> (x: Int, y: Int)? {
    guard value.isFinite else { return nil }
    let across = placeCount > 1 ? Double(index) / Double(placeCount - 1) : 0.5
    let down = (range.upperBound - value) / (range.upperBound - range.lowerBound)
    guard down.isFinite else { return nil }
    return (
      Int((across * Double(grid.dotColumns - 1)).rounded()),
      Int((min(max(down, 0), 1) * Double(grid.dotRows - 1)).rounded())
    )
  }

  private func drawLine(into grid: inout CurveGrid, _ range: ClosedRange<Double>) {
    var last: (x: Int, y: Int)?
    for (index, value) in line.enumerated() {
      let next = place(value, at: index, in: grid, range)
      if let next { grid.drawLine(from: last ?? next, to: next) }
      last = next
    }
  }

  private func drawPoints(into grid: inout CurveGrid, _ range: ClosedRange<Double>) {
    for (index, value) in points.enumerated() {
      if let place = place(value, at: index, in: grid, range) { grid.mark(place) }
    }
  }
}
