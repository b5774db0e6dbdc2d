// SPDX-License-Identifier: Apache-2.0

/// A matrix of `Float` in row-major order, with value semantics.
///
/// The element in row r, column c is `elements[r * columnCount + c]`. A matrix takes 4 bytes per element;
/// copies share the memory until one of them is changed. Elements may be NaN or infinite.
///
/// ```swift
/// let scores = try Matrix([[3, 1, -3], [1000, 1001, 1002]])
/// print(scores[0, 2])                       // -3.0
/// print(scores.softmax().row(0))            // 0.88, 0.12, 0.00
/// ```
public struct Matrix: Hashable, Sendable {
  /// The number of rows.
  public let rowCount: Int
  /// The number of columns.
  public let columnCount: Int
  /// The elements in row-major order.
  public package(set) var elements: [Float]

  /// Creates a matrix whose elements all have the same value.
  ///
  /// - Precondition: Neither count is negative, and their product fits into an `Int`.
  public init(rowCount: Int, columnCount: Int, repeating value: Float = 0) {
    let (count, overflow) = rowCount.multipliedReportingOverflow(by: columnCount)
    precondition(
      rowCount >= 0 && columnCount >= 0 && !overflow,
      "no matrix of \(rowCount) x \(columnCount) elements")
    self.rowCount = rowCount
    self.columnCount = columnCount
    self.elements = Array(repeating: value, count: count)
  }

  /// Creates a matrix from its elements in row-major order.
  ///
  /// - Throws: `shapeMismatch` unless there are `rowCount * columnCount` elements.
  public init(rowCount: Int, columnCount: Int, elements: [Float]) throws(SoftmaxError) {
    let (count, overflow) = rowCount.multipliedReportingOverflow(by: columnCount)
    guard rowCount >= 0, columnCount >= 0, !overflow, count == elements.count else {
      throw SoftmaxError(
        .shapeMismatch,
        "a \(rowCount) x \(columnCount) matrix needs \(overflow ? "more" : "\(count)") elements, "
          + "got \(elements.count)")
    }
    self.rowCount = rowCount
    self.columnCount = columnCount
    self.elements = elements
  }

  /// Creates a matrix from its rows.
  ///
  /// - Throws: `shapeMismatch` with the first row whose length differs from that of row 0.
  public init(_ rows: [[Float]]) throws(SoftmaxError) {
    let columnCount = rows.first?.count ?? 0
    for (index, row) in rows.enumerated() where row.count != columnCount {
      throw SoftmaxError(
        .shapeMismatch, "expected \(columnCount) columns as in row 0, got \(row.count)",
        at: .row(index, column: nil))
    }
    self.rowCount = rows.count
    self.columnCount = columnCount
    self.elements = Array(rows.joined())
  }

  /// The element in a row and a column.
  ///
  /// - Precondition: Both indices lie within the matrix.
  public subscript(row: Int, column: Int) -> Float {
    get {
      precondition(contains(row, column), "(\(row), \(column)) lies outside of \(shapeText)")
      return elements[row * columnCount + column]
    }
    set {
      precondition(contains(row, column), "(\(row), \(column)) lies outside of \(shapeText)")
      elements[row * columnCount + column] = newValue
    }
  }

  /// Returns the elements of one row.
  ///
  /// - Precondition: The row lies within the matrix.
  public func row(_ row: Int) -> ArraySlice<Float> {
    precondition(row >= 0 && row < rowCount, "row \(row) lies outside of \(shapeText)")
    return elements[row * columnCount..<(row + 1) * columnCount]
  }

  /// Returns the matrix with rows and columns exchanged.
  public func transposed() -> Matrix {
    var result = Matrix(rowCount: columnCount, columnCount: rowCount)
    for row in 0..<rowCount {
      for column in 0..<columnCount {
        result.elements[column * rowCount + row] = elements[row * columnCount + column]
      }
    }
    return result
  }

  private func contains(_ row: Int, _ column: Int) -> Bool {
    row >= 0 && row < rowCount && column >= 0 && column < columnCount
  }

  private var shapeText: String { "a \(rowCount) x \(columnCount) matrix" }
}
