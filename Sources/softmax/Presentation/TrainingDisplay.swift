// SPDX-License-Identifier: Apache-2.0

import SoftmaxKit

/// Shows training as it runs: a bar in a terminal, a plain line an epoch elsewhere.
struct TrainingDisplay {
  private let console: Console
  private var line: RedrawnLine
  private var epoch = 0

  init(console: Console) {
    self.console = console
    line = RedrawnLine(console: console)
  }

  mutating func show(_ progress: TrainingProgress) {
    guard !console.isQuiet else { return }
    let status = ProgressLine(progress)
    guard console.terminal.canRedraw else {
      if progress.isEpochEnd { console.message(status.plain) }
      return
    }
    if progress.epoch != epoch {
      epoch = progress.epoch
      console.message(status.title)
    }
    let terminal = console.terminal
    line.draw(isLast: progress.isEpochEnd) {
      // The last column stays free: some terminals break the line behind it.
      let columns = terminal.width - 1
      let width = status.bar(columns: columns, isColored: false).count
      return (status.bar(columns: columns, isColored: terminal.errorColor != nil), width)
    }
  }

  /// Leaves the cursor at the start of a line, however training ended.
  mutating func end() {
    line.end()
  }
}
