// SPDX-License-Identifier: Apache-2.0

import CSoftmaxKernels

// The matrix operations for training without this library's networks: products, sums and elementwise
// operations.
extension Matrix {
  /// Returns the matrix product A B, of shape [rows of A, columns of B].
  ///
  /// Each element is summed with fused multiply-add in ascending order over the columns of A, in chunks
  /// whose length depends only on the number of columns. This is the order of a layer's sums
  /// (`docs/numerics.md`), so the bits do not depend on the number of threads.
  ///
  /// ```swift
  /// let logits = try features.multiplied(by: weight)     // [samples, classes]
  /// ```
  ///
  /// - Parameters:
  ///   - other: B, with as many rows as A has columns.
  ///   - team: the threads that share a large product, as in ``softmax(along:on:)``.
  /// - Throws: `shapeMismatch` unless B has as many rows as A has columns.
  public func multiplied(
    by other: Matrix, on team: WorkerTeam? = nil
  ) throws(SoftmaxError) -> Matrix {
    guard columnCount == other.rowCount else {
      throw Matrix.mismatch("a product", self, other, "as many columns as the second has rows")
    }
    return product(other, isTransposed: false, chunk: softmax_unit_chunk(columnCount), on: team)
  }

  /// Returns the matrix product A^T B, of shape [columns of A, columns of B], without transposing A.
  ///
  /// Each element is summed over the rows in ascending order in blocks of 256, whose sums are added by a
  /// fixed tree. This is the order of a gradient. If A holds the features and B the gradient with respect
  /// to the logits, the product is the gradient with respect to a weight [features, classes].
  ///
  /// - Parameters:
  ///   - other: B, with as many rows as A.
  ///   - team: the threads that share a large product, as in ``softmax(along:on:)``.
  /// - Throws: `shapeMismatch` unless B has as many rows as A.
  public func transposeMultiplied(
    by other: Matrix, on team: WorkerTeam? = nil
  ) throws(SoftmaxError) -> Matrix {
    guard rowCount == other.rowCount else {
      throw Matrix.mismatch("a transposed product", self, other, "as many rows as the second")
    }
    return product(other, isTransposed: true, chunk: Int(SOFTMAX_ROW_CHUNK), on: team)
  }

  /// Returns the sum of each row, or of each column, computed in ascending order and in double.
  ///
  /// - Parameter axis: the axis along which the elements are added.
  public func sums(along axis: Axis = .rows) -> [Float] {
    var sums = [Double](repeating: 0, count: axis == .rows ? rowCount : columnCount)
    for row in 0..<rowCount {
      for column in 0..<columnCount {
        sums[axis == .rows ? row : column] += Double(elements[row * columnCount + column])
      }
    }
    return sums.map { Float($0) }
  }

  /// Returns the matrix with a vector added to each of its rows, such as a bias to logits.
  ///
  /// - Throws: `shapeMismatch` unless the vector has one element for each column.
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

  /// Returns the matrix with a function applied to each element.
  public func map(_ function: (Float) throws -> Float) rethrows -> Matrix {
    Matrix(rowCount: rowCount, columnCount: columnCount, unchecked: try elements.map(function))
  }

  /// Returns the elementwise sum.
  ///
  /// - Precondition: both matrices have the same shape.
  public static func + (a: Matrix, b: Matrix) -> Matrix { zip(a, b, +) }

  /// Returns the elementwise difference.
  ///
  /// - Precondition: both matrices have the same shape.
  public static func - (a: Matrix, b: Matrix) -> Matrix { zip(a, b, -) }

  /// Returns the matrix with each element multiplied by a factor.
  public static func * (factor: Float, matrix: Matrix) -> Matrix { matrix.map { factor * $0 } }

  /// Adds another matrix element by element.
  ///
  /// - Precondition: both matrices have the same shape.
  public static func += (a: inout Matrix, b: Matrix) { a = a + b }

  /// Subtracts another matrix element by element.
  ///
  /// - Precondition: both matrices have the same shape.
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
          // `share` measures work in exponentials. An element of the product costs `steps`
          // multiplications, about as much as steps / 16 exponentials.
          WorkerTeam.share(
            rowCount: resultRows, columnCount: resultColumns * max(1, steps / 16), on: team
          ) { rows in
            guard let c = unsafe c[rows.lowerBound * resultColumns] else { return }
            guard let a = unsafe a.base, let b = unsafe b.base else {
              // The factors are empty, so each element is a sum of no terms, which is 0.
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
