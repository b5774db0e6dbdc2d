// SPDX-License-Identifier: Apache-2.0

/// A picture in text of one figure over the epochs: training as a line, validation as points.
struct CurvePanel {
  /// How dots become characters.
  let style: TrainingHistory.CurveStyle
  let title: String
  /// The figure in each epoch; what is not finite leaves a gap.
  let training: [Double]
  /// The same on the validation samples; empty without them.
  let validation: [Double]
  /// The epochs to leave room for.
  let epochCount: Int
  let columns: Int
  let rows: Int
  let isColored: Bool

  private static let labelWidth = 7

  /// The columns of the picture proper.
  private var width: Int { max(1, columns - CurvePanel.labelWidth - 2) }
  /// Its rows: a title stands above, the epochs below.
  private var height: Int { max(1, rows - 2) }

  /// The lines, each as wide as the panel at most; colours count nothing.
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
        ? CurvePanel.label(range.upperBound)
        : row == height - 1 ? CurvePanel.label(range.lowerBound) : ""
      let axis = style == .ascii ? (isEnd ? "+" : "|") : (isEnd ? "┤" : "│")
      let (picture, count) = grid.text(row: row, isColored: isColored)
      result.append(
        (
          pad(label, to: CurvePanel.labelWidth) + " " + axis + picture,
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

  // The name of the figure and its last values.
  private var heading: String {
    var text = pad("", to: CurvePanel.labelWidth + 2) + title
    if let last = training.last { text += " " + CurvePanel.label(last) }
    if let last = validation.last { text += ", val " + CurvePanel.label(last) }
    return text
  }

  private var epochAxis: String {
    let last = "\(epochCount)"
    let middle = epochCount > 1 ? "epoch" : ""
    let gap = max(1, width - 1 - last.count - middle.count)
    let text = epochCount > 1 ? "1" + pad(middle, to: gap / 2 + middle.count) : ""
    return pad("", to: CurvePanel.labelWidth + 2) + text + pad(last, to: width - text.count)
  }

  private func pad(_ text: String, to count: Int) -> String {
    String(repeating: " ", count: max(0, count - text.count)) + text
  }

  // From the least to the greatest value; around a constant some room, so that it is seen.
  private var range: ClosedRange<Double> {
    let values = (training + validation).filter(\.isFinite)
    guard let least = values.min(), let greatest = values.max() else { return 0...1 }
    // Of values so large that their difference overflows no picture can be drawn to scale.
    guard least < greatest, (greatest - least).isFinite else {
      let room = least == 0 ? 0.5 : abs(least) / 2
      return min(least, greatest) - room...max(least, greatest) + room
    }
    return least...greatest
  }

  // The dot of an epoch's value, counted from the upper left.
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

  /// A number in at most seven characters.
  static func label(_ value: Double) -> String {
    guard value.isFinite else { return value.isNaN ? "nan" : value < 0 ? "-inf" : "inf" }
    let size = abs(value)
    if size == 0 { return "0" }
    if size >= 1e4 || size < 1e-3 { return scientific(value) }
    return fixed(value, decimals: size >= 1000 ? 1 : size >= 100 ? 2 : size >= 10 ? 3 : 4)
  }

  private static func scientific(_ value: Double) -> String {
    var exponent = 0
    var mantissa = abs(value)
    while mantissa >= 9.95 {
      mantissa /= 10
      exponent += 1
    }
    while mantissa < 0.995 {
      mantissa *= 10
      exponent -= 1
    }
    return (value < 0 ? "-" : "") + fixed(mantissa, decimals: abs(exponent) < 100 ? 1 : 0)
      + "e\(exponent)"
  }

  private static func fixed(_ value: Double, decimals: Int) -> String {
    var scale = 1
    for _ in 0..<decimals { scale *= 10 }
    let scaled = Int((abs(value) * Double(scale)).rounded())
    let whole = (value < 0 ? "-" : "") + "\(scaled / scale)"
    guard decimals > 0 else { return whole }
    let digits = "\(scaled % scale)"
    return whole + "." + String(repeating: "0", count: decimals - digits.count) + digits
  }
}
