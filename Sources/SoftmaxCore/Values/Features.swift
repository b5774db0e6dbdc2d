// SPDX-License-Identifier: Apache-2.0

/// The input of a network: a row of values for each sample, in one of several storages.
///
/// Features are read row by row or all at once as a ``Matrix``, independent of their storage. The storage
/// determines the memory for each value: 4 bytes as floats, 1 byte as bytes with a scale, 8 bytes as the
/// columns of a ``Table``, whose numbers are rounded to `Float` when they are read, and 8 bytes for each value
/// other than 0 in a ``SparseMatrix``. Copies share the memory.
/// Creating features does not validate them; a ``LabeledDataset``, a training and a prediction do.
///
/// ```swift
/// let points = try Features.floats(Matrix([[0, 0.5], [1, 0.25]]))
/// print(points.rowCount, points.row(1))                     // 2 [1.0, 0.25]
/// ```
public struct Features: Hashable, Sendable {
  package enum Storage: Hashable, Sendable {
    case floats(Matrix)
    case bytes(ByteMatrix)
    case columns(Table)
    case sparse(SparseMatrix)
  }

  package let storage: Storage

  private init(_ storage: Storage) { self.storage = storage }

  /// Creates features from a matrix of floats, which is not copied.
  public static func floats(_ matrix: Matrix) -> Features { Features(.floats(matrix)) }

  /// Creates features from bytes with a scale, such as the pixels of images.
  public static func bytes(_ matrix: ByteMatrix) -> Features { Features(.bytes(matrix)) }

  /// Creates features from a table, in which each column is a feature.
  ///
  /// A network accepts them only if all columns are numbers without missing cells.
  public static func columns(_ table: Table) -> Features { Features(.columns(table)) }

  /// Creates features from rows that are mostly 0, such as the words of texts.
  public static func sparse(_ matrix: SparseMatrix) -> Features { Features(.sparse(matrix)) }

  /// The table whose columns are the features; nil for other storages.
  public var table: Table? {
    if case .columns(let table) = storage { table } else { nil }
  }

  /// The bytes and their scale; nil for other storages.
  public var bytes: ByteMatrix? {
    if case .bytes(let matrix) = storage { matrix } else { nil }
  }

  /// The sparse rows; nil for other storages.
  public var sparse: SparseMatrix? {
    if case .sparse(let matrix) = storage { matrix } else { nil }
  }

  /// Whether there are columns of texts.
  package var hasTexts: Bool {
    table?.columns.contains { $0.type == .text } == true
  }

  /// The number of samples.
  public var rowCount: Int {
    switch storage {
    case .floats(let matrix): matrix.rowCount
    case .bytes(let matrix): matrix.rowCount
    case .columns(let table): table.rowCount
    case .sparse(let matrix): matrix.rowCount
    }
  }

  /// The number of features of a sample.
  public var columnCount: Int {
    switch storage {
    case .floats(let matrix): matrix.columnCount
    case .bytes(let matrix): matrix.columnCount
    case .columns(let table): table.columnCount
    case .sparse(let matrix): matrix.columnCount
    }
  }

  /// Returns the features of one sample; a cell of a table without a number becomes NaN.
  ///
  /// - Precondition: The row lies within the features.
  public func row(_ row: Int) -> [Float] {
    switch storage {
    case .floats(let matrix): Array(matrix.row(row))
    case .bytes(let matrix): matrix.row(row).map { Float($0) * matrix.scale }
    case .columns(let table): table.columns.map { Float($0.number(inRow: row) ?? .nan) }
    case .sparse(let matrix): matrix.row(row)
    }
  }

  /// The features as a matrix [samples, features]; cells of a table without a number become NaN.
  ///
  /// - Complexity: O(1) for floats. For other storages, each access creates a new matrix, of sparse rows one that
  ///   may be thousands of times larger than they are.
  public var matrix: Matrix {
    switch storage {
    case .floats(let matrix): matrix
    case .bytes(let matrix): matrix.floats()
    case .columns(let table): table.floats()
    case .sparse(let matrix): matrix.floats()
    }
  }

  /// Replaces `values` by the values of a range of rows in row-major order.
  ///
  /// Cells of a table without a number become NaN. The call does not allocate if the capacity of `values`
  /// is sufficient.
  package func read(rows: Range<Int>, into values: inout [Double]) {
    values.removeAll(keepingCapacity: true)
    switch storage {
    case .floats(let matrix):
      let range = rows.lowerBound * columnCount..<rows.upperBound * columnCount
      values.append(contentsOf: matrix.elements[range].lazy.map { Double($0) })
    case .bytes(let matrix):
      unsafe matrix.withUnsafeBytes { bytes in
        let range = rows.lowerBound * columnCount..<rows.upperBound * columnCount
        // The product is rounded to Float, so the values are those that a network reads.
        unsafe values.append(
          contentsOf: bytes[range].lazy.map { Double(Float($0) * matrix.scale) })
      }
    case .columns(let table):
      values.append(contentsOf: repeatElement(.nan, count: rows.count * columnCount))
      for (place, column) in table.columns.enumerated() {
        var index = place
        switch column.cells {
        case .numbers(let numbers):
          for row in rows {
            values[index] = numbers[row]
            index += columnCount
          }
        case .indicators(let codes, let members):
          for row in rows {
            values[index] = members[Int(codes[row]) + 1] ? 1 : 0
            index += columnCount
          }
        case .categories, .texts, .dates: break
        }
      }
    case .sparse(let matrix):
      values.append(contentsOf: repeatElement(0, count: rows.count * columnCount))
      for row in rows {
        let first = (row - rows.lowerBound) * columnCount
        matrix.forEachEntry(ofRow: row) { values[first + $0] = Double($1) }
      }
    }
  }

  /// Returns the samples at the given rows, in the given order.
  ///
  /// - Precondition: Every row lies within the features.
  public func selecting(rows: some Sequence<Int>) -> Features {
    switch storage {
    case .floats(let matrix): .floats(matrix.selecting(rows: rows))
    case .bytes(let matrix): .bytes(matrix.selecting(rows: rows))
    case .columns(let table): .columns(table.selecting(rows: rows))
    case .sparse(let matrix): .sparse(matrix.selecting(rows: rows))
    }
  }

  /// Throws an error unless every feature is a finite number.
  ///
  /// - Throws: `nonFiniteValue` with row and column of the first value that is NaN, infinite or, in a
  ///   table, missing; `invalidData` with the first column of a table that does not hold numbers.
  package func validateFinite() throws(SoftmaxError) {
    switch storage {
    case .floats(let matrix): try matrix.validateFiniteFeatures()
    case .bytes: break
    case .columns(let table): try table.validateNumbers()
    case .sparse(let matrix): try matrix.validateFiniteFeatures()
    }
  }
}

extension Matrix {
  /// Returns the given rows, in the given order.
  package func selecting(rows: some Sequence<Int>) -> Matrix {
    let elements = rows.map { row($0) }
    var result = Matrix(rowCount: elements.count, columnCount: columnCount)
    result.elements = Array(elements.joined())
    return result
  }

  fileprivate func validateFiniteFeatures() throws(SoftmaxError) {
    guard let index = elements.firstIndex(where: { !$0.isFinite }) else { return }
    throw Features.notFinite(
      elements[index], row: index / columnCount, column: index % columnCount)
  }
}

extension Features {
  static func notFinite(_ value: Float, row: Int, column: Int) -> SoftmaxError {
    SoftmaxError(
      .nonFiniteValue, "a feature must be finite, got \(value)",
      remedy: "remove the row or fill the gap", at: .row(row, column: column))
  }
}

extension Table {
  fileprivate func floats() -> Matrix {
    var result = Matrix(rowCount: rowCount, columnCount: columnCount)
    for (place, column) in columns.enumerated() {
      var index = place
      for row in 0..<rowCount {
        result.elements[index] = Float(column.number(inRow: row) ?? .nan)
        index += columnCount
      }
    }
    return result
  }

  /// Throws `invalidData` with the first column that does not hold numbers.
  package func validateTypes() throws(SoftmaxError) {
    for (place, column) in columns.enumerated() where column.type != .number {
      throw SoftmaxError(
        .invalidData,
        "column \(Table.label(of: column, at: place)) holds texts, expected numbers",
        remedy: "leave the column out, or write its categories as numbers")
    }
  }

  fileprivate func validateNumbers() throws(SoftmaxError) {
    try validateTypes()
    for (place, column) in columns.enumerated() {
      for row in 0..<rowCount {
        let number = column.number(inRow: row)
        if let number, Float(number).isFinite { continue }
        throw SoftmaxError(
          .nonFiniteValue,
          number.map { "\($0) in \(Table.label(of: column, at: place)) is too large for Float" }
            ?? "a number is missing in \(Table.label(of: column, at: place))",
          remedy: "remove the row or fill the gap", at: .row(row, column: place))
      }
    }
  }
}

extension ByteMatrix {
  func selecting(rows: some Sequence<Int>) -> ByteMatrix {
    var chosen: [UInt8] = []
    chosen.reserveCapacity(rows.underestimatedCount * columnCount)
    var count = 0
    unsafe withUnsafeBytes { bytes in
      for row in rows {
        precondition(row >= 0 && row < rowCount, "row \(row) lies outside of \(rowCount) rows")
        unsafe chosen.append(contentsOf: bytes[row * columnCount..<(row + 1) * columnCount])
        count += 1
      }
    }
    return ByteMatrix(
      unchecked: ByteStorage(chosen), rowCount: count, columnCount: columnCount, scale: scale)
  }

  private init(unchecked storage: ByteStorage, rowCount: Int, columnCount: Int, scale: Float) {
    self.storage = storage
    self.rowCount = rowCount
    self.columnCount = columnCount
    self.scale = scale
  }
}
