// SPDX-License-Identifier: Apache-2.0

import SoftmaxKit

/// A display of the choice of a penalty: a line for each penalty, then the table and the curve.
struct PenaltyDisplay: PenaltyObserver {
  private let command: TrainCommand
  private let console: Console
  private let report: TrainingReport
  private let interruption: Interruption

  private static let curveRows = 12

  init(
    _ command: TrainCommand, console: Console, report: TrainingReport, interruption: Interruption
  ) {
    self.command = command
    self.console = console
    self.report = report
    self.interruption = interruption
  }

  /// Describes the training before the first fold is solved.
  func searchBegins(_ classifier: Classifier, trainedOn dataset: LabeledDataset) throws {
    try report.describe(classifier, trainedOn: dataset)
    console.message("choosing the penalty: from strong to weak, each judged by rows held out")
  }

  /// Shows the penalty that was solved last.
  ///
  /// - Throws: `Interrupted` after a signal.
  func pathAdvances(_ path: PenaltyPath) throws {
    if command.json, let event = path.lastEvent { try console.result(event.text) }
    if let point = path.points.last {
      console.message(
        "Penalty \(path.points.count)/\(path.penaltyCount) - C "
          + "\(NumberText.significant(point.c, 3)) - log loss: "
          + "\(NumberText.metric(point.logLoss)) - accuracy: \(NumberText.metric(point.accuracy))")
    }
    if let status = interruption.requestedStatus {
      throw Interrupted(
        message: "interrupted while the penalty was being chosen: nothing was saved", status: status
      )
    }
  }

  /// Shows the table, and the curve as large as the terminal is wide.
  func penaltyIsChosen(from path: PenaltyPath) throws {
    console.message(path.table)
    let terminal = console.terminal
    guard path.points.count > 1, command.watching.curves ?? terminal.isErrorTerminal else { return }
    console.message(
      path.curve(
        columns: min(terminal.isErrorTerminal ? terminal.width - 1 : 79, 120),
        rows: Self.curveRows, style: terminal.hasBraille ? .braille : .ascii,
        isColored: terminal.errorColor != nil))
  }
}
