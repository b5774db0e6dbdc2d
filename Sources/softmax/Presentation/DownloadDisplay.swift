// SPDX-License-Identifier: Apache-2.0

import SoftmaxKit

/// Shows files as they arrive: a bar in a terminal, a plain line a file elsewhere.
struct DownloadDisplay {
  private let console: Console
  private var line: RedrawnLine
  private var file = ""

  init(console: Console) {
    self.console = console
    line = RedrawnLine(console: console)
  }

  mutating func show(file name: String, receivedBytes: Int, totalBytes: Int) {
    guard !console.isQuiet else { return }
    let isComplete = receivedBytes >= totalBytes
    guard console.terminal.canRedraw else {
      if isComplete { console.message("fetched \(name), \(NumberText.bytes(totalBytes))") }
      return
    }
    if name != file {
      // A mirror that gave up left its line unfinished.
      line.end()
      file = name
    }
    let terminal = console.terminal
    line.draw(isLast: isComplete) {
      func text(isColored: Bool) -> String {
        "\(name) \(ProgressBar.text(receivedBytes, of: totalBytes, columns: 20, isColored)) "
          + "\(NumberText.bytes(receivedBytes)) of \(NumberText.bytes(totalBytes))"
      }
      let plain = text(isColored: false)
      let columns = terminal.width - 1
      guard plain.count <= columns else { return (String(plain.prefix(columns)), columns) }
      return (text(isColored: terminal.errorColor != nil), plain.count)
    }
  }

  /// Leaves the cursor at the start of a line.
  mutating func end() {
    line.end()
  }
}
