// SPDX-License-Identifier: Apache-2.0

/// What a network looks at: a row of numbers for each sample, in one of several storages.
///
/// Who reads features asks for rows, for blocks of rows or for all of them as a ``Matrix``; how they are
/// stored decides what they cost: 4 bytes a number as floats, 1 as bytes with a scale, 8 as the columns
/// of a ``Table``, which are rounded to `Float` as they are read.
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
  }

  package let storage: Storage

  private init(_ storage: Storage) { self.storage = storage }

  /// Numbers as they are.
  public static func floats(_ matrix: Matrix) -> Features { Features(.floats(matrix)) }

  /// Bytes with a scale, such as the pixels of images.
  public static func bytes(_ matrix: ByteMatrix) -> Features { Features(.bytes(matrix)) }

  /// The columns of a table, each a feature.
  ///
  /// A network takes those whose columns are numbers without a gap; see ``validateFinite()``.
  public static func columns(_ table: Table) -> Features { Features(.columns(table)) }

  /// The table whose columns the features are; nil for other storages.
  public var table: Table? {
    if case .columns(let table) = storage { table } else { nil }
  }

  /// The bytes and their scale, where the features are stored so; nil for other storages.
  public var bytes: ByteMatrix? {
    if case .bytes(let matrix) = storage { matrix } else { nil }
  }

  /// The number of samples.
  public var rowCount: Int {
    switch storage {
    case .floats(let matrix): matrix.rowCount
    case .bytes(let matrix): matrix.rowCount
    case .columns(let table): table.rowCount
    }
  }

  /// The number of features of a sample.
  public var columnCount: Int {
    switch storage {
    case .floats(let matrix): matrix.columnCount
    case .bytes(let matrix): matrix.columnCount
    case .columns(let table): table.columnCount
    }
  }

  /// The features of one sample as numbers; NaN for what a table has no number for.
  ///
  /// - Precondition: the row lies within the features.
  public func row(_ row: Int) -> [Float] {
    switch storage {
    case .floats(let matrix): Array(matrix.row(row))
    case .bytes(let matrix): matrix.row(row).map { Float($0) * matrix.scale }
    case .columns(let table): table.columns.map { Float($0.number(inRow: row) ?? .nan) }
    }
  }

  /// The features as numbers: [samples, features]; NaN for what a table has no number for.
  ///
  /// - Complexity: constant for floats; a new matrix for other storages.
  public var matrix: Matrix {
    switch storage {
    case .floats(let matrix): matrix
    case .bytes(let matrix): matrix.floats()
    case .columns(let table): table.floats()
    }
  }

  /// Replaces `values` by the numbers of some rows, one row after the other; NaN for what a table has no
  /// number for.
  ///
  /// Allocates nothing where `values` has held as many before.
  package func read(rows: Range<Int>, into values: inout [Double]) {
    values.removeAll(keepingCapacity: true)
    switch storage {
    case .floats(let matrix):
      let range = rows.lowerBound * columnCount..<rows.upperBound * columnCount
      values.append(contentsOf: matrix.elements[range].lazy.map { Double($0) })
    case .bytes(let matrix):
      unsafe matrix.withUnsafeBytes { bytes in
        let range = rows.lowerBound * columnCount..<rows.upperBound * columnCount
        // A byte's value is rounded to Float, as a network reads it.
        unsafe values.append(
          contentsOf: bytes[range].lazy.map { Double(Float($0) * matrix.scale) })
      }
    case .columns(let table):
      values.append(contentsOf: repeatElement(.nan, count: rows.count * columnCount))
      for (place, column) in table.columns.enumerated() {
        guard case .numbers(let numbers) = column.cells else { continue }
        var index = place
        for row in rows {
          values[index] = numbers[row]
          index += columnCount
        }
      }
    }
  }

  /// The chosen samples, in the order given.
  ///
  /// - Precondition: every row lies within the features.
  public func selecting(rows: some Sequence<Int>) -> Features {
    switch storage {
    case .floats(let matrix): .floats(matrix.selecting(rows: rows))
    case .bytes(let matrix): .bytes(matrix.selecting(rows: rows))
    case .columns(let table): .columns(table.selecting(rows: rows))
    }
  }

  /// Throws `nonFiniteValue` naming row and column of the first feature that is NaN or infinite, or
  /// missing in a table; `invalidData` naming a column of a table that holds no numbers.
  public func validateFinite() throws(SoftmaxError) {
    switch storage {
    case .floats(let matrix): try matrix.validateFiniteFeatures()
    case .bytes: break
    case .columns(let table): try table.validateNumbers()
    }
  }
}

extension Matrix {
  /// The chosen rows, in the order given.
  package func selecting(rows: some Sequence<Int>) -> Matrix {
    let elements = rows.map { row($0) }
    var result = Matrix(rowCount: elements.count, columnCount: columnCount)
    result.elements = Array(elements.joined())
    return result
  }

  fileprivate func validateFiniteFeatures() throws(SoftmaxError) {
    guard let index = elements.firstIndex(where: { !$0.isFinite }) else { return }
    throw SoftmaxError(
      .nonFiniteValue, "a feature must be finite, got \(elements[index])",
      remedy: "remove the row or fill the gap",
      at: .row(index / columnCount, column: index % columnCount))
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

  /// Throws `invalidData` naming the first column that holds no numbers.
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
