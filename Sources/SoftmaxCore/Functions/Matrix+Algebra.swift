// SPDX-License-Identifier: Apache-2.0

import CSoftmaxKernels

// What a training from scratch needs of matrices: products, sums, element by element.
extension Matrix {
  /// The matrix product A B, of shape [rows of A, columns of B].
  ///
  /// Each element is summed with fused multiply-add, ascending over the columns of A in chunks whose
  /// length depends on their number alone: the order of a layer's sums (`docs/numerics.md`).
  ///
  /// ```swift
  /// let logits = try features.multiplied(by: weight)     // [samples, classes]
  /// ```
  ///
  /// - Parameters:
  ///   - other: B, with as many rows as A has columns.
  ///   - team: what shares a large product, as in ``softmax(along:on:)``.
  /// - Throws: `shapeMismatch`.
  public func multiplied(
    by other: Matrix, on team: WorkerTeam? = nil
  ) throws(SoftmaxError) -> Matrix {
    guard columnCount == other.rowCount else {
      throw Matrix.mismatch("a product", self, other, "as many columns as the second has rows")
    }
    return product(other, isTransposed: false, chunk: softmax_unit_chunk(columnCount), on: team)
  }

  /// The matrix product A^T B, of shape [columns of A, columns of B], without transposing A.
  ///
  /// Each element is summed ascending over the rows, in blocks of 256 and a tree of their sums: the
  /// order of a gradient. With a gradient of logits as B it is the gradient of a weight
  /// [features, classes].
  ///
  /// - Parameters:
  ///   - other: B, with as many rows as A.
  ///   - team: what shares a large product, as in ``softmax(along:on:)``.
  /// - Throws: `shapeMismatch`.
  public func transposeMultiplied(
    by other: Matrix, on team: WorkerTeam? = nil
  ) throws(SoftmaxError) -> Matrix {
    guard rowCount == other.rowCount else {
      throw Matrix.mismatch("a transposed product", self, other, "as many rows as the second")
    }
    return product(other, isTransposed: true, chunk: Int(SOFTMAX_ROW_CHUNK), on: team)
  }

  /// The sum of each row, or of each column, in double and ascending.
  public func sums(along axis: Axis = .rows) -> [Float] {
    var sums = [Double](repeating: 0, count: axis == .rows ? rowCount : columnCount)
    for row in 0..<rowCount {
      for column in 0..<columnCount {
        sums[axis == .rows ? row : column] += Double(elements[row * columnCount + column])
      }
    }
    return sums.map { Float($0) }
  }

  /// The matrix with a row of numbers added to each of its rows, such as a bias to logits.
  ///
  /// - Throws: `shapeMismatch` unless there is a number for each column.
  public func adding(toEachRow numbers: [Float]) throws(SoftmaxError) -> Matrix {
    guard numbers.count == columnCount else {
      throw SoftmaxError(
        .shapeMismatch, "\(numbers.count) numbers cannot be added to rows of \(columnCount)")
    }
    var result = self
    for row in 0..<rowCount {
      for column in 0..<columnCount {
        result.elements[row * columnCount + column] += numbers[column]
      }
    }
    return result
  }

  /// The matrix with each element replaced by a function of it.
  public func map(_ function: (Float) throws -> Float) rethrows -> Matrix {
    Matrix(rowCount: rowCount, columnCount: columnCount, unchecked: try elements.map(function))
  }

  /// The sum, element by element.
  ///
  /// - Precondition: both are of one shape.
  public static func + (a: Matrix, b: Matrix) -> Matrix { zip(a, b, +) }

  /// The difference, element by element.
  ///
  /// - Precondition: both are of one shape.
  public static func - (a: Matrix, b: Matrix) -> Matrix { zip(a, b, -) }

  /// Each element times a number.
  public static func * (factor: Float, matrix: Matrix) -> Matrix { matrix.map { factor * $0 } }

  /// Adds another matrix, element by element.
  ///
  /// - Precondition: both are of one shape.
  public static func += (a: inout Matrix, b: Matrix) { a = a + b }

  /// Subtracts another matrix, element by element.
  ///
  /// - Precondition: both are of one shape.
  public static func -= (a: inout Matrix, b: Matrix) { a = a - b }

  private static func zip(
    _ a: Matrix, _ b: Matrix, _ function: (Float, Float) -> Float
  ) -> Matrix {
    precondition(
      a.rowCount == b.rowCount && a.columnCount == b.columnCount,
      "a \(a.rowCount) x \(a.columnCount) and a \(b.rowCount) x \(b.columnCount) matrix")
    return Matrix(
      rowCount: a.rowCount, columnCount: a.columnCount,
      unchecked: Swift.zip(a.elements, b.elements).map(function))
  }

  private static func mismatch(
    _ what: String, _ a: Matrix, _ b: Matrix, _ rule: String
  ) -> SoftmaxError {
    SoftmaxError(
      .shapeMismatch,
      "\(what) of a \(a.rowCount) x \(a.columnCount) and a \(b.rowCount) x \(b.columnCount) matrix: "
        + "the first needs \(rule)")
  }

  private func product(
    _ other: Matrix, isTransposed: Bool, chunk: Int, on team: WorkerTeam?
  ) -> Matrix {
    let (resultRows, steps) = isTransposed ? (columnCount, rowCount) : (rowCount, columnCount)
    let resultColumns = other.columnCount
    let count = resultRows * resultColumns
    let (rowStride, stepStride) = isTransposed ? (1, columnCount) : (columnCount, 1)
    let elements = unsafe [Float](unsafeUninitializedCapacity: count) { buffer, initializedCount in
      let c = unsafe OutputVector(base: buffer.baseAddress)
      withRows { a in
        other.withRows { b in
          // An element costs as many steps as the kernels count elements of a row.
          WorkerTeam.share(
            rowCount: resultRows, columnCount: resultColumns * max(1, steps / 16), on: team
          ) { rows in
            guard let c = unsafe c[rows.lowerBound * resultColumns] else { return }
            guard let a = unsafe a.base, let b = unsafe b.base else {
              // A sum of nothing is 0.
              unsafe c.initialize(repeating: 0, count: rows.count * resultColumns)
              return
            }
            unsafe Kernels.best.table.pointee.gemm_ascending(
              rows.count, resultColumns, steps, chunk, a + rows.lowerBound * rowStride, rowStride,
              stepStride, b, resultColumns, nil, c, resultColumns)
          }
        }
      }
      initializedCount = count
    }
    return Matrix(rowCount: resultRows, columnCount: resultColumns, unchecked: elements)
  }
}
