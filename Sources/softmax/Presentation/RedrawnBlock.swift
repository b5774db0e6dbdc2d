// SPDX-License-Identifier: Apache-2.0

/// A block of lines at the end of standard error that is redrawn in place, at most ten times a second.
///
/// Lines above the block are permanent. It needs a terminal that understands escape sequences.
struct RedrawnBlock {
  let console: Console
  private var lastDraw: ContinuousClock.Instant?
  // Permanent lines that are not written yet.
  private var pending = ""
  private var isDrawn = false

  init(console: Console) {
    self.console = console
  }

  /// Adds a permanent line above the block; it appears with the next draw.
  mutating func keep(_ line: String) {
    pending += line + "\n"
  }

  /// Redraws the block unless the last draw was less than 100 ms ago.
  ///
  /// `lines` is called only if the block is drawn; the lines must be narrower than the terminal.
  mutating func draw(_ lines: () -> [String]) {
    let now = ContinuousClock.now
    if let lastDraw, now - lastDraw < .milliseconds(100) { return }
    lastDraw = now
    let lines = lines()
    // A single write avoids flicker; the cursor then returns to the first line of the block.
    var text = erasure + pending + lines.joined(separator: "\n") + "\r"
    if lines.count > 1 { text += "\u{1b}[\(lines.count - 1)A" }
    console.draw(text)
    pending = ""
    isDrawn = true
  }

  /// Ends the block: writes the pending permanent lines, and then the given lines in place of the block.
  mutating func end(_ lines: [String]) {
    let text = erasure + pending + lines.map { $0 + "\n" }.joined()
    if !text.isEmpty { console.draw(text) }
    pending = ""
    isDrawn = false
  }

  // The cursor is at the start of the block; the sequence clears everything after it.
  private var erasure: String { isDrawn ? "\u{1b}[J" : "" }
}
