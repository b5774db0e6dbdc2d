// SPDX-License-Identifier: Apache-2.0

import SoftmaxKit

/// A display of the choice of a model: a line for each kind.
///
/// A penalty that is chosen by itself is shown in detail.
struct SelectionDisplay: SelectionObserver {
  private let command: TrainCommand
  private let console: Console
  private let report: TrainingReport
  private let interruption: Interruption
  private let penalty: PenaltyDisplay

  init(
    _ command: TrainCommand, console: Console, report: TrainingReport, interruption: Interruption
  ) {
    self.command = command
    self.console = console
    self.report = report
    self.interruption = interruption
    penalty = PenaltyDisplay(
      command, console: console, report: report, interruption: interruption)
  }

  private var choosesModel: Bool { command.choosesModel }

  func searchBegins(_ classifier: Classifier, trainedOn dataset: LabeledDataset) throws {
    guard choosesModel else {
      return try penalty.searchBegins(classifier, trainedOn: dataset)
    }
    try report.describe(classifier, trainedOn: dataset)
  }

  func pathAdvances(_ path: PenaltyPath) throws {
    guard choosesModel else { return try penalty.pathAdvances(path) }
    try validateGoingOn()
  }

  func penaltyIsChosen(from path: PenaltyPath) throws {
    if !choosesModel { try penalty.penaltyIsChosen(from: path) }
  }

  func candidateBegins(_ name: String) throws {
    try validateGoingOn()
  }

  /// Shows a kind of model that was judged.
  func candidateEnds(_ candidate: ModelSelection.Candidate) throws {
    console.message(
      "tried          \(candidate.name): log loss \(NumberText.metric(candidate.logLoss)), accuracy "
        + NumberText.metric(candidate.accuracy))
    if command.json {
      try console.result(candidate.event.text)
    }
    try validateGoingOn()
  }

  var isCancelled: @Sendable () -> Bool { { Interruption.isRequested } }

  /// Throws `Interrupted` after a signal.
  func validateGoingOn() throws {
    if let status = interruption.requestedStatus {
      throw Interrupted(
        message: "interrupted while the model was being chosen: nothing was saved", status: status)
    }
  }
}
