// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

// What steps of a table's columns have in common.
extension PreprocessingKind {
  /// Returns the table that the step is fitted to.
  ///
  /// - Throws: `unsupported` for other features.
  static func table(of rows: PreprocessedRows, remedy: String) throws(SoftmaxError) -> Table {
    guard let table = rows.features.table else {
      throw SoftmaxError(
        .unsupported, "the step \(name) is for the columns of a table", remedy: remedy)
    }
    return table
  }

  /// Returns the table that the fitted step is applied to.
  ///
  /// - Parameter content: what some of its columns hold, such as `dates`.
  /// - Throws: `unsupported` for other features; `shapeMismatch` for another number of columns.
  func table(of features: Features, with content: String) throws(SoftmaxError) -> Table {
    guard let table = features.table else {
      throw SoftmaxError(
        .unsupported, "the features have columns of \(content)",
        remedy: "give them as the columns of a table")
    }
    _ = try columnCount(from: table.columnCount, fitted: 0)
    return table
  }

  /// Returns the number of columns of the result: `result` if the step is fitted, else that of the input.
  ///
  /// - Throws: `shapeMismatch` unless the fitted step takes so many columns.
  func columnCount(from count: Int?, fitted result: Int) throws(SoftmaxError) -> Int? {
    guard let inputCount else { return count }
    guard let count, count != inputCount else { return result }
    throw SoftmaxError(
      .shapeMismatch, "the step \(Self.name) is of \(inputCount) columns; got \(count)")
  }
}
