// SPDX-License-Identifier: Apache-2.0

/// A line on standard error that is drawn over, at most ten times a second.
struct RedrawnLine {
  let console: Console
  private var lastDraw: ContinuousClock.Instant?
  private var lastWidth = 0

  init(console: Console) {
    self.console = console
  }

  /// Draws the line over the last one, unless that is too fresh and this one not the last.
  ///
  /// The text is made only if it is needed; its width must not count colours.
  mutating func draw(isLast: Bool, _ text: () -> (text: String, width: Int)) {
    let now = ContinuousClock.now
    if !isLast, let lastDraw, now - lastDraw < .milliseconds(100) { return }
    lastDraw = now
    let (line, width) = text()
    // Spaces over what a longer line left behind, so that no escape sequence is needed.
    let rest = String(repeating: " ", count: max(0, lastWidth - width))
    console.draw("\r" + line + rest + (isLast ? "\n" : ""))
    lastWidth = isLast ? 0 : width
    if isLast { lastDraw = nil }
  }

  /// Ends a line that was not finished.
  mutating func end() {
    guard lastWidth > 0 else { return }
    console.draw("\n")
    lastWidth = 0
  }
}
