// SPDX-License-Identifier: Apache-2.0

/// A line on standard error that is redrawn in place, at most ten times a second.
struct RedrawnLine {
  let console: Console
  private var lastDraw: ContinuousClock.Instant?
  private var lastWidth = 0

  init(console: Console) {
    self.console = console
  }

  /// Redraws the line unless the last draw was less than 100 ms ago; the last text is always drawn.
  ///
  /// `text` is called only if the line is drawn; the width must not include colour codes.
  mutating func draw(isLast: Bool, _ text: () -> (text: String, width: Int)) {
    let now = ContinuousClock.now
    if !isLast, let lastDraw, now - lastDraw < .milliseconds(100) { return }
    lastDraw = now
    let (line, width) = text()
    // Spaces overwrite the rest of a longer line, so no escape sequence is needed.
    let rest = String(repeating: " ", count: max(0, lastWidth - width))
    console.draw("\r" + line + rest + (isLast ? "\n" : ""))
    lastWidth = isLast ? 0 : width
    if isLast { lastDraw = nil }
  }

  /// Ends the line if it is incomplete.
  mutating func end() {
    guard lastWidth > 0 else { return }
    console.draw("\n")
    lastWidth = 0
  }
}
