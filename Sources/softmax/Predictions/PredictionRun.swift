// SPDX-License-Identifier: Apache-2.0

import SoftmaxKit

/// The prediction of all rows, block by block: each block is read, predicted and written before the next.
struct PredictionRun {
  private let predictor: Predictor
  private let destination: OutputDestination
  private let interruption: Interruption?
  private var format: any PredictionFormat
  private var display: PredictionDisplay
  private var unknown = UnknownValues()

  /// The number of rows that were predicted.
  private(set) var rowCount = 0

  /// Prepares the run.
  ///
  /// - Parameter interruption: a listener, where something has to be tidied up after a signal.
  init(
    _ predictor: Predictor, as format: any PredictionFormat, to destination: OutputDestination,
    display: PredictionDisplay, interruption: Interruption?
  ) {
    self.predictor = predictor
    self.format = format
    self.destination = destination
    self.display = display
    self.interruption = interruption
  }

  /// Predicts the rows of all sources; a file appears at the end.
  ///
  /// - Throws: `SoftmaxError`, or `Interrupted` after a signal. Then no file appears.
  mutating func run(_ sources: [PredictionSource]) throws {
    defer { display.end() }
    var bytes: [UInt8] = []
    format.appendHeader(to: &bytes)
    for var source in sources {
      while let rows = try source.next() {
        try predict(rows, &bytes)
        try interruption?.validateGoingOn()
        display.show(rowCount: rowCount)
      }
    }
    // A pipe that was waiting ends at a signal.
    try interruption?.validateGoingOn()
    try destination.write(bytes)
    try destination.finish()
  }

  /// What to tell after the last row.
  var messages: [String] {
    unknown.messages + (format.note.map { [$0] } ?? [])
  }

  private mutating func predict(
    _ rows: PredictionInput, _ bytes: inout [UInt8]
  ) throws(SoftmaxError) {
    do {
      let predictions = try predictor.predictions(for: rows.features)
      if rows.table != nil {
        unknown.add(try predictor.pipeline.unknownCells(of: rows.features))
      }
      try format.append(predictions, of: rows, to: &bytes)
    } catch {
      throw rows.located(error)
    }
    rowCount += rows.rowCount
    try destination.write(bytes)
    bytes.removeAll(keepingCapacity: true)
  }
}

extension Interruption {
  /// Throws `Interrupted` after a signal.
  func validateGoingOn() throws {
    guard let status = requestedStatus else { return }
    throw Interrupted(message: "interrupted: no predictions were written", status: status)
  }
}
