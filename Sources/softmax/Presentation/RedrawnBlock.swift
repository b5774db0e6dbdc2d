// SPDX-License-Identifier: Apache-2.0

/// Some lines at the end of standard error that are drawn over, at most ten times a second, while
/// lines above them stay.
struct RedrawnBlock {
  let console: Console
  private var lastDraw: ContinuousClock.Instant?
  // Lines that stay, and are yet to be written.
  private var pending = ""
  private var isDrawn = false

  init(console: Console) {
    self.console = console
  }

  /// Adds a line that stays above the block; it appears with the next draw.
  mutating func keep(_ line: String) {
    pending += line + "\n"
  }

  /// Draws the block over the last one, unless that is too fresh.
  ///
  /// The lines are made only if they are needed, and must be narrower than the terminal.
  mutating func draw(_ lines: () -> [String]) {
    let now = ContinuousClock.now
    if let lastDraw, now - lastDraw < .milliseconds(100) { return }
    lastDraw = now
    let lines = lines()
    // At once, so that nothing flickers; then back to the block's first line.
    var text = erasure + pending + lines.joined(separator: "\n") + "\r"
    if lines.count > 1 { text += "\u{1b}[\(lines.count - 1)A" }
    console.draw(text)
    pending = ""
    isDrawn = true
  }

  /// Ends the block: what is kept is written, and then some last lines.
  mutating func end(_ lines: [String]) {
    let text = erasure + pending + lines.map { $0 + "\n" }.joined()
    if !text.isEmpty { console.draw(text) }
    pending = ""
    isDrawn = false
  }

  // The cursor stands at the beginning of the block: whatever is behind it goes.
  private var erasure: String { isDrawn ? "\u{1b}[J" : "" }
}
