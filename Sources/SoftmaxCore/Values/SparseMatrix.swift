// SPDX-License-Identifier: Apache-2.0

/// A matrix of floats whose values are mostly 0, row by row, with the values other than 0 only.
///
/// Row r has the values `values[e]` in the columns `columns[e]`, for e in `rowOffsets[r]..<rowOffsets[r + 1]`.
/// This is the layout of SciPy's `csr_array`. The columns of a row ascend. A value takes 8 bytes with its
/// column. Copies share the memory.
///
/// ```swift
/// // [[0, 2, 0], [0, 0, 0], [1, 0, 4]]
/// let words = try SparseMatrix(
///   columnCount: 3, rowOffsets: [0, 1, 1, 3], columns: [1, 0, 2], values: [2, 1, 4])
/// print(words.row(2))                                       // [1.0, 0.0, 4.0]
/// ```
public struct SparseMatrix: Hashable, Sendable {
  /// The number of columns.
  public let columnCount: Int
  /// The index of the first entry of each row, and the number of all entries.
  public let rowOffsets: [Int]
  /// The column of each entry, counted from 0.
  public let columns: [Int32]
  /// The value of each entry.
  public let values: [Float]
  /// The number that a file of svmlight gives the first column, 1 or 0.
  public let firstIndex: Int
  private let keptTranspose = Memo<SparseMatrix>()

  /// The greatest number of columns.
  package static let greatestColumnCount = 1 << 28

  /// Creates a matrix from its entries.
  ///
  /// - Parameters:
  ///   - columnCount: the number of columns, at most 268,435,456.
  ///   - rowOffsets: the index of the first entry of each row, followed by the number of all entries.
  ///   - columns: the column of each entry, counted from 0; those of a row ascend.
  ///   - values: the value of each entry.
  ///   - firstIndex: the number that a file gives the first column, 1 or 0.
  /// - Throws: `shapeMismatch` if the numbers of columns, values and offsets do not match; `invalidData` for a
  ///   row whose columns do not ascend or lie outside of the matrix; `invalidArgument` for another number of
  ///   columns or first index.
  public init(
    columnCount: Int, rowOffsets: [Int], columns: [Int32], values: [Float], firstIndex: Int = 1
  ) throws(SoftmaxError) {
    guard 0...Self.greatestColumnCount ~= columnCount else {
      throw SoftmaxError(
        .invalidArgument,
        "a sparse matrix has 0 to \(Self.greatestColumnCount) columns, got \(columnCount)")
    }
    guard 0...1 ~= firstIndex else {
      throw SoftmaxError(
        .invalidArgument, "the first column has the number 0 or 1, got \(firstIndex)")
    }
    guard columns.count == values.count, rowOffsets.first == 0, rowOffsets.last == values.count
    else {
      throw SoftmaxError(
        .shapeMismatch,
        "\(values.count) values need as many columns, and offsets from 0 to \(values.count); got "
          + "\(columns.count) columns, and offsets from \(rowOffsets.first.map { "\($0)" } ?? "none") to "
          + "\(rowOffsets.last.map { "\($0)" } ?? "none")")
    }
    for row in 0..<rowOffsets.count - 1 {
      guard rowOffsets[row] <= rowOffsets[row + 1], rowOffsets[row + 1] <= values.count else {
        throw SoftmaxError(
          .invalidData, "the offsets of rows must ascend", at: .row(row, column: nil))
      }
      var last: Int32 = -1
      for entry in rowOffsets[row]..<rowOffsets[row + 1] {
        guard columns[entry] > last, columns[entry] < columnCount else {
          throw SoftmaxError(
            .invalidData,
            "the columns of a row must ascend within 0..<\(columnCount), got \(columns[entry]) after "
              + "\(last)", at: .row(row, column: nil))
        }
        last = columns[entry]
      }
    }
    self.init(
      checkedColumns: columns, values: values, rowOffsets: rowOffsets, columnCount: columnCount,
      firstIndex: firstIndex)
  }

  /// Creates a matrix from entries that are known to be valid.
  package init(
    checkedColumns columns: [Int32], values: [Float], rowOffsets: [Int], columnCount: Int,
    firstIndex: Int
  ) {
    self.columnCount = columnCount
    self.rowOffsets = rowOffsets
    self.columns = columns
    self.values = values
    self.firstIndex = firstIndex
  }

  /// The number of rows.
  public var rowCount: Int { rowOffsets.count - 1 }

  /// The share of the values that are stored.
  package var density: Double {
    Double(values.count) / max(1, Double(rowCount) * Double(columnCount))
  }

  /// Returns all values of a row.
  ///
  /// - Precondition: The row lies within the matrix.
  public func row(_ row: Int) -> [Float] {
    var result = [Float](repeating: 0, count: columnCount)
    forEachEntry(ofRow: row) { result[$0] = $1 }
    return result
  }

  /// Calls `body` with the column and the value of each entry of a row.
  package func forEachEntry(ofRow row: Int, _ body: (Int, Float) -> Void) {
    precondition(row >= 0 && row < rowCount, "row \(row) lies outside of \(rowCount) rows")
    for entry in rowOffsets[row]..<rowOffsets[row + 1] { body(Int(columns[entry]), values[entry]) }
  }

  /// Returns all values as a matrix of `Float`.
  public func floats() -> Matrix {
    var result = Matrix(rowCount: rowCount, columnCount: columnCount)
    for row in 0..<rowCount {
      let first = row * columnCount
      forEachEntry(ofRow: row) { result.elements[first + $0] = $1 }
    }
    return result
  }

  /// Returns the given rows, in the given order.
  ///
  /// - Precondition: Every row lies within the matrix.
  public func selecting(rows: some Sequence<Int>) -> SparseMatrix {
    var (columns, values, offsets) = ([Int32](), [Float](), [0])
    for row in rows {
      precondition(row >= 0 && row < rowCount, "row \(row) lies outside of \(rowCount) rows")
      let entries = rowOffsets[row]..<rowOffsets[row + 1]
      columns += self.columns[entries]
      values += self.values[entries]
      offsets.append(values.count)
    }
    return SparseMatrix(
      checkedColumns: columns, values: values, rowOffsets: offsets, columnCount: columnCount,
      firstIndex: firstIndex)
  }

  /// The transpose, which is computed once and kept: the entries of each column, in the order of the rows.
  package var transposed: SparseMatrix {
    keptTranspose.value {
      var offsets = [Int](repeating: 0, count: columnCount + 1)
      for column in columns { offsets[Int(column) + 1] += 1 }
      for column in 0..<columnCount { offsets[column + 1] += offsets[column] }
      var next = offsets
      var rows = [Int32](repeating: 0, count: values.count)
      var moved = [Float](repeating: 0, count: values.count)
      for row in 0..<rowCount {
        for entry in rowOffsets[row]..<rowOffsets[row + 1] {
          let column = Int(columns[entry])
          rows[next[column]] = Int32(row)
          moved[next[column]] = values[entry]
          next[column] += 1
        }
      }
      return SparseMatrix(
        checkedColumns: rows, values: moved, rowOffsets: offsets, columnCount: rowCount,
        firstIndex: 0)
    }
  }

  /// Returns the matrix with the square of each value.
  package var squared: SparseMatrix {
    SparseMatrix(
      checkedColumns: columns, values: values.map { $0 * $0 }, rowOffsets: rowOffsets,
      columnCount: columnCount, firstIndex: firstIndex)
  }

  /// Returns the rows with their columns after those of a matrix with as many rows.
  package func after(_ matrix: Matrix) -> SparseMatrix {
    precondition(matrix.rowCount == rowCount, "other rows")
    var (offsets, indices, joined) = ([0], [Int32](), [Float]())
    for row in 0..<rowCount {
      for (column, value) in matrix.row(row).enumerated() where value != 0 {
        indices.append(Int32(column))
        joined.append(value)
      }
      forEachEntry(ofRow: row) { column, value in
        indices.append(Int32(matrix.columnCount + column))
        joined.append(value)
      }
      offsets.append(indices.count)
    }
    return SparseMatrix(
      checkedColumns: indices, values: joined, rowOffsets: offsets,
      columnCount: matrix.columnCount + columnCount, firstIndex: firstIndex)
  }

  func validateFiniteFeatures() throws(SoftmaxError) {
    guard let entry = values.firstIndex(where: { !$0.isFinite }) else { return }
    let row = (rowOffsets.firstIndex { $0 > entry } ?? 1) - 1
    throw Features.notFinite(values[entry], row: row, column: Int(columns[entry]))
  }
}
