// SPDX-License-Identifier: Apache-2.0

import SoftmaxKit

/// The rows to classify that one command-line argument names, in blocks.
///
/// The rows of a table are read block by block; other data are in memory.
struct PredictionSource {
  private enum Rows {
    case inMemory(PredictionInput, next: Int)
    case table(CSVBlocks)
  }

  // The number of rows of data in memory that are predicted and written at a time; it does not influence
  // the results.
  private static let rowsAtOnce = 4_096
  // The greatest number of a row for which the column of numbers has room, if the number of rows is unknown.
  private static let greatestExpectedRow = 9_999_999

  /// The argument without the row number.
  let name: String
  private var rows: Rows

  /// Opens what an argument names.
  ///
  /// - Parameters:
  ///   - isWhole: whether all rows are needed at once, as for pictures.
  ///   - isCancelled: is asked while a pipe waits for its writer; if it returns true, the pipe ends there.
  init(
    _ text: String, for classifier: Classifier, loader: inout DatasetLoader, isWhole: Bool,
    isCancelled: @escaping @Sendable () -> Bool
  ) throws(SoftmaxError) {
    let reference = try DatasetReference(text)
    var opened: DataFile?
    if case .file(let path) = reference.source, reference.part == nil, reference.row == nil,
      !isWhole
    {
      let file = try DataFile(streaming: path, isCancelled: isCancelled)
      if let blocks = try loader.blocks(of: path, in: file, for: classifier) {
        name = reference.description
        rows = .table(blocks)
        return
      }
      opened = try file.loaded()
    }
    let input = try PredictionInput(reference, for: classifier, loader: &loader, file: opened)
    try input.validateShape(for: classifier.network.inputShape)
    name = input.name
    rows = .inMemory(input, next: 0)
  }

  /// Whether it is a table that is read in blocks.
  var isTable: Bool { if case .table = rows { true } else { false } }

  /// Whether each row is a file of its own.
  var hasFileNames: Bool {
    if case .inMemory(let input, _) = rows { input.hasFileNames } else { false }
  }

  /// The greatest number of a row, or an estimate of it.
  var greatestRow: Int {
    switch rows {
    case .inMemory(let input, _): input.number(ofRow: max(0, input.rowCount - 1))
    case .table(let blocks): blocks.rowCount.map { max(0, $0 - 1) } ?? Self.greatestExpectedRow
    }
  }

  /// Returns the next rows; nil after the last.
  mutating func next() throws(SoftmaxError) -> PredictionInput? {
    switch rows {
    case .inMemory(let input, let next):
      guard next < input.rowCount else { return nil }
      let end = min(next + Self.rowsAtOnce, input.rowCount)
      rows = .inMemory(input, next: end)
      return input.selecting(rows: next..<end)
    case .table(var blocks):
      let next = try blocks.next()
      rows = .table(blocks)
      return try next.map { next throws(SoftmaxError) in
        try PredictionInput(name: name, next.reader, next.block)
      }
    }
  }
}
