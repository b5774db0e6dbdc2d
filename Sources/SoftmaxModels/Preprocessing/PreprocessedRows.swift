// SPDX-License-Identifier: Apache-2.0

package import SoftmaxCore

/// The rows of features after preprocessing, computed on demand in blocks of `Double`s.
///
/// A block takes about half a megabyte, whatever the number of rows. Every read computes the values again.
package struct PreprocessedRows {
  private static let valuesOfBlock = 1 << 16

  /// The input of the first step that computes.
  package let features: Features
  /// The weight of each row that a step is fitted to; nil if all are 1.
  package var weights: [Float]?
  private let steps: [@Sendable (inout [Double]) -> Void]
  private let descriptions: [String]

  /// The number of rows.
  package var rowCount: Int { features.rowCount }
  /// The number of columns.
  package let columnCount: Int

  /// Prepares the rows; nothing is computed yet.
  ///
  /// - Parameters:
  ///   - features: the input of the first step that computes, after the steps that select or rescale.
  ///   - steps: the functions of the steps that compute, in order.
  ///   - columnCount: the number of columns of the result.
  ///   - descriptions: the descriptions of these steps, for error messages.
  init(
    _ features: Features, steps: [@Sendable (inout [Double]) -> Void], columnCount: Int,
    descriptions: [String]
  ) {
    self.features = features
    self.steps = steps
    self.columnCount = columnCount
    self.descriptions = descriptions
  }

  /// Calls `body` for each block with the index of its first row and its values in row-major order.
  ///
  /// NaN is a missing value.
  ///
  /// - Throws: `invalidData` with the name of a table's column that is not numeric; the errors of `body`.
  package func forEachBlock(
    of rows: Range<Int>? = nil, _ body: (Int, [Double]) throws(SoftmaxError) -> Void
  ) throws(SoftmaxError) {
    try features.table?.validateTypes()
    let rows = rows ?? 0..<rowCount
    let height = max(1, Self.valuesOfBlock / max(1, features.columnCount))
    var values: [Double] = []
    var first = rows.lowerBound
    while first < rows.upperBound {
      let block = first..<min(first + height, rows.upperBound)
      features.read(rows: block, into: &values)
      for step in steps { step(&values) }
      try body(first, values)
      first = block.upperBound
    }
  }

  /// Returns some rows rounded to `Float`: [rows, columns].
  ///
  /// - Throws: `nonFiniteValue` with the row and column of a value that is missing, or not a finite
  ///   `Float`.
  func floats(of rows: Range<Int>) throws(SoftmaxError) -> Matrix {
    var elements: [Float] = []
    elements.reserveCapacity(rows.count * columnCount)
    try forEachBlock(of: rows) { first, values throws(SoftmaxError) in
      for (index, value) in values.enumerated() {
        let rounded = Float(value)
        guard rounded.isFinite else {
          let (row, column) = index.quotientAndRemainder(dividingBy: columnCount)
          throw failure(row: first + row, column: column)
        }
        elements.append(rounded)
      }
    }
    return try Matrix(rowCount: rows.count, columnCount: columnCount, elements: elements)
  }

  /// Returns the error for a value that is missing, not finite, or not finite after the steps.
  func failure(row: Int, column: Int) -> SoftmaxError {
    var values: [Double] = []
    features.read(rows: row..<row + 1, into: &values)
    // After steps that make several columns of one, the column is the one whose value is missing or no finite Float.
    let column =
      columnCount == features.columnCount
      ? column
      : values.firstIndex { !Float($0).isFinite } ?? min(column, features.columnCount - 1)
    let value = column < values.count ? values[column] : .nan
    let name = features.table.map { " in " + Table.label(of: $0.columns[column], at: column) } ?? ""
    let message =
      if value.isNaN, features.table != nil {
        "a number is missing\(name)"
      } else if !value.isFinite {
        "a feature must be finite, got \(value)\(name)"
      } else if steps.isEmpty {
        "\(value)\(name) is too large for Float"
      } else {
        "the feature \(value)\(name) cannot be \(failingStep(&values, column: column)): the result is no "
          + "finite Float"
      }
    return SoftmaxError(
      .nonFiniteValue, message, remedy: "remove the row, or correct the number",
      at: .row(row, column: column))
  }

  // Returns the description of the first step whose result is not finite in a column; if there is none, the
  // result of the last step is too large for Float.
  private func failingStep(_ values: inout [Double], column: Int) -> String {
    for (step, description) in zip(steps, descriptions) {
      step(&values)
      if column < values.count, !values[column].isFinite { return description }
    }
    return descriptions.last ?? ""
  }
}

extension Features {
  /// Throws `unsupported` if the values of `rowCount` rows after a step that computes exceed the memory of this
  /// process.
  ///
  /// Only sparse rows take less memory than the floats that they become.
  func validateFloats(ofRows rowCount: Int) throws(SoftmaxError) {
    guard sparse != nil else { return }
    try MemoryLimit.current.validate(
      // The floats, and a copy of them while they are made or used.
      8 * Double(rowCount) * Double(columnCount),
      for: "preprocessing \(rowCount) rows, which leaves few of their values 0,",
      remedy: "leave out the steps that compute, such as standardizing")
  }
}
