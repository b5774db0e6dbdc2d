// SPDX-License-Identifier: Apache-2.0

import SoftmaxKit

/// A display of downloads: a progress bar in a terminal, otherwise one line for each complete file.
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
      // A download that failed and moved on to another mirror leaves its line incomplete.
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

  /// Moves the cursor to the start of a line.
  mutating func end() {
    line.end()
  }
}
