// SPDX-License-Identifier: Apache-2.0

import SoftmaxKit

/// A display of running predictions in a terminal: the number of rows so far, and of rows in a second.
struct PredictionDisplay {
  private let console: Console
  // Whether the terminal of standard error has no results in it.
  private let isShown: Bool
  private let start = ContinuousClock.now
  private var line: RedrawnLine

  init(console: Console, isShown: Bool) {
    self.console = console
    self.isShown = isShown && console.terminal.canRedraw
    line = RedrawnLine(console: console)
  }

  /// Shows the number of rows so far.
  mutating func show(rowCount: Int) {
    guard isShown else { return }
    let seconds = max(1e-3, (ContinuousClock.now - start) / .seconds(1))
    line.draw(isLast: false) {
      let text =
        "\(NumberText.grouped(rowCount)) rows, "
        + "\(NumberText.grouped(Int(Double(rowCount) / seconds))) a second"
      return (text, text.count)
    }
  }

  /// Moves the cursor to the start of a line.
  mutating func end() { line.end() }
}
