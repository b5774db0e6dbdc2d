// SPDX-License-Identifier: Apache-2.0

import SoftmaxKit

/// A display of a running training: in a terminal a progress bar, otherwise one line per epoch.
///
/// Curves are added if they are requested or the terminal is large enough.
final class TrainingDisplay: TrainingCallback {
  private let console: Console
  private let epochCount: Int
  private let hasLiveCurves: Bool
  private let hasLastCurves: Bool
  private var line: RedrawnLine
  private var block: RedrawnBlock
  private var epoch = 0
  private var history = TrainingHistory()
  private var curves: [String] = []

  // The minimum terminal size for live curves: bar, curves and some lines of earlier epochs.
  private static let leastHeight = 20
  private static let leastWidth = 40
  private static let curveRows = 12

  /// Creates a display.
  ///
  /// - Parameters:
  ///   - wantsCurves: whether to draw curves; nil draws them if they can be drawn live.
  ///   - isShared: whether other output goes to the same terminal, which rules out live curves.
  init(console: Console, epochCount: Int, wantsCurves: Bool?, isShared: Bool) {
    let terminal = console.terminal
    let isLargeEnough =
      terminal.height >= Self.leastHeight && terminal.width >= Self.leastWidth
    self.console = console
    self.epochCount = epochCount
    hasLiveCurves =
      wantsCurves != false && terminal.canRedraw && isLargeEnough && !isShared && epochCount > 1
      && !console.isQuiet
    hasLastCurves = (hasLiveCurves || wantsCurves == true) && !console.isQuiet
    line = RedrawnLine(console: console)
    block = RedrawnBlock(console: console)
  }

  func trainingBegins(_ status: TrainingStatus) throws {
    history = status.history
    if hasLiveCurves { curves = makeCurves() }
  }

  func stepsEnd(_ status: TrainingStatus) throws -> TrainingDecision {
    show(status.progress, of: status.history.unit)
    return .proceed
  }

  func epochEnds(_ status: TrainingStatus) throws -> TrainingDecision {
    history = status.history
    show(status.progress, of: history.unit)
    return .proceed
  }

  private func show(_ progress: TrainingProgress, of unit: TrainingHistory.Unit) {
    guard !console.isQuiet else { return }
    let status = ProgressLine(progress, unit: unit)
    guard console.terminal.canRedraw else {
      if progress.isEpochEnd { console.message(status.plain) }
      return
    }
    if progress.epoch != epoch {
      epoch = progress.epoch
      if hasLiveCurves { block.keep(status.title) } else { console.message(status.title) }
    }
    // The last column stays free, because some terminals wrap the line after it.
    let columns = console.terminal.width - 1
    let isColored = console.terminal.errorColor != nil
    guard hasLiveCurves else {
      let bars = status.bars(columns: columns, isColored: isColored)
      line.draw(isLast: progress.isEpochEnd) {
        let width = status.bars(columns: columns, isColored: false).first?.count ?? 0
        return (bars.first ?? "", width)
      }
      bars.dropFirst().forEach(console.message)
      return
    }
    if progress.isEpochEnd {
      status.bars(columns: columns, isColored: isColored).forEach { block.keep($0) }
    }
    block.draw {
      if progress.isEpochEnd || curves.isEmpty { curves = makeCurves() }
      let bars =
        progress.isEpochEnd ? [] : [status.bar(columns: columns, isColored: isColored)]
      return bars + curves
    }
  }

  // Curves of a single epoch would not show more than its line.
  private func makeCurves() -> [String] {
    guard history.epochs.count > 1 else { return [] }
    let terminal = console.terminal
    let text = history.curves(
      columns: min(terminal.isErrorTerminal ? terminal.width - 1 : 79, 120), rows: Self.curveRows,
      style: terminal.hasBraille ? .braille : .ascii, isColored: terminal.errorColor != nil,
      epochCount: history.unit == .epoch ? epochCount : nil)
    return text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  }

  /// Moves the cursor to the start of a line after the last curves; called whether the training failed or
  /// not.
  func end() {
    if hasLiveCurves {
      block.end(makeCurves())
    } else {
      line.end()
      if hasLastCurves { makeCurves().forEach(console.message) }
    }
  }
}
