// SPDX-License-Identifier: Apache-2.0

/// What a classifier looks at: a row of numbers for each sample.
public enum Features: Hashable, Sendable {
  /// Numbers as they are.
  case floats(Matrix)
  /// Bytes with a scale, such as the pixels of images.
  case bytes(ByteMatrix)

  /// The number of samples.
  public var rowCount: Int {
    switch self {
    case .floats(let matrix): matrix.rowCount
    case .bytes(let matrix): matrix.rowCount
    }
  }

  /// The number of features of a sample.
  public var columnCount: Int {
    switch self {
    case .floats(let matrix): matrix.columnCount
    case .bytes(let matrix): matrix.columnCount
    }
  }

  /// What a byte is multiplied with; nil for numbers as they are.
  public var byteScale: Float? {
    switch self {
    case .floats: nil
    case .bytes(let matrix): matrix.scale
    }
  }

  /// The features of one sample as numbers.
  ///
  /// - Precondition: the row lies within the features.
  public func row(_ row: Int) -> [Float] {
    switch self {
    case .floats(let matrix): Array(matrix.row(row))
    case .bytes(let matrix): matrix.row(row).map { Float($0) * matrix.scale }
    }
  }

  /// The features as numbers: [samples, features].
  public var matrix: Matrix {
    switch self {
    case .floats(let matrix): matrix
    case .bytes(let matrix): matrix.floats()
    }
  }

  /// The chosen samples, in the order given.
  ///
  /// - Precondition: every row lies within the features.
  public func selecting(rows: some Sequence<Int>) -> Features {
    switch self {
    case .floats(let matrix):
      let elements = rows.map { matrix.row($0) }
      var result = Matrix(rowCount: elements.count, columnCount: matrix.columnCount)
      result.elements = Array(elements.joined())
      return .floats(result)
    case .bytes(let matrix):
      return .bytes(matrix.selecting(rows: rows))
    }
  }

  /// Throws `nonFiniteValue` naming row and column of the first feature that is NaN or infinite.
  public func validateFinite() throws(SoftmaxError) {
    guard case .floats(let matrix) = self else { return }
    guard let index = matrix.elements.firstIndex(where: { !$0.isFinite }) else { return }
    throw SoftmaxError(
      .nonFiniteValue, "a feature must be finite, got \(matrix.elements[index])",
      remedy: "remove the row or fill the gap",
      at: .row(index / matrix.columnCount, column: index % matrix.columnCount))
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
