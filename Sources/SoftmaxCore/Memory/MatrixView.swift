// SPDX-License-Identifier: Apache-2.0

/// A matrix of floats in memory that the view does not own, such as a part of an arena's matrix.
///
/// A view is a pointer with a shape. Copies refer to the same memory, and the view does not keep the
/// memory alive. Subscripts check their bounds.
@safe
package struct MatrixView: @unchecked Sendable, BitwiseCopyable {
  @usableFromInline let base: UnsafeMutablePointer<Float>
  package let rowCount: Int
  package let columnCount: Int
  @usableFromInline let stride: Int
  /// The number of columns of zeros after the last column, up to a multiple of 16.
  ///
  /// Products may include them, so that they need not treat the last vector of a row separately.
  let padding: Int

  /// The address of the first element, for custom layers.
  @unsafe package var address: UnsafeMutablePointer<Float> { unsafe base }
  /// The distance between two rows, in elements.
  package var rowStride: Int { stride }

  /// The number of columns including the padding.
  package var paddedColumnCount: Int { columnCount + padding }

  /// Returns a view of a range of rows.
  package func rows(_ range: Range<Int>) -> MatrixView {
    precondition(range.lowerBound >= 0 && range.upperBound <= rowCount, "no such rows")
    return unsafe MatrixView(
      base: base + range.lowerBound * stride, rowCount: range.count, columnCount: columnCount,
      stride: stride, padding: padding)
  }

  /// Returns a view of a range of columns.
  package func columns(_ range: Range<Int>) -> MatrixView {
    precondition(range.lowerBound >= 0 && range.upperBound <= columnCount, "no such columns")
    return unsafe MatrixView(
      base: base + range.lowerBound, rowCount: rowCount, columnCount: range.count, stride: stride,
      padding: range.upperBound == columnCount ? padding : 0)
  }

  /// Sets the padding to zero.
  ///
  /// A product also computes the padding of its result, from the zeros in the padding of the weights. It
  /// becomes NaN if an input is infinite, because 0 times infinity is NaN.
  package func clearPadding() {
    guard padding > 0 else { return }
    for row in 0..<rowCount {
      unsafe (base + row * stride + columnCount).update(repeating: 0, count: padding)
    }
  }

  /// The element in a row and a column.
  @inlinable
  package subscript(row: Int, column: Int) -> Float {
    get {
      precondition(row >= 0 && row < rowCount && column >= 0 && column < columnCount)
      return unsafe base[row * stride + column]
    }
    nonmutating set {
      precondition(row >= 0 && row < rowCount && column >= 0 && column < columnCount)
      unsafe base[row * stride + column] = newValue
    }
  }

  /// Copies the elements of a matrix, or of its transpose, which must have the same shape.
  package func assign(_ matrix: Matrix, transposed: Bool = false) {
    let (rows, columns) =
      transposed
      ? (matrix.columnCount, matrix.rowCount) : (matrix.rowCount, matrix.columnCount)
    precondition(rows == rowCount && columns == columnCount, "the shapes differ")
    for row in 0..<rowCount {
      for column in 0..<columnCount {
        unsafe base[row * stride + column] =
          matrix.elements[transposed ? column * rowCount + row : row * columnCount + column]
      }
    }
  }

  /// Copies the transpose of a range of rows of a matrix.
  package func assign(_ matrix: Matrix, transposedRows rows: Range<Int>) {
    precondition(
      rows.count == columnCount && matrix.columnCount == rowCount
        && rows.upperBound <= matrix.rowCount, "the shapes differ")
    for (column, row) in rows.enumerated() {
      for place in 0..<rowCount {
        unsafe base[place * stride + column] = matrix.elements[row * rowCount + place]
      }
    }
  }

  /// Copies the transpose of the view to a range of rows of a matrix.
  package func copy(transposedTo matrix: inout Matrix, rows: Range<Int>) {
    precondition(
      rows.count == columnCount && matrix.columnCount == rowCount
        && rows.upperBound <= matrix.rowCount, "the shapes differ")
    for (column, row) in rows.enumerated() {
      for place in 0..<rowCount {
        matrix.elements[row * rowCount + place] = unsafe base[place * stride + column]
      }
    }
  }

  /// Copies a range of columns of a matrix.
  package func assign(_ matrix: Matrix, columns: Range<Int>) {
    precondition(
      columns.count == columnCount && matrix.rowCount == rowCount
        && columns.upperBound <= matrix.columnCount, "the shapes differ")
    for row in 0..<rowCount {
      for (place, column) in columns.enumerated() {
        unsafe base[row * stride + place] = matrix.elements[row * matrix.columnCount + column]
      }
    }
  }

  /// Copies the elements to a range of columns of a matrix.
  package func copy(to matrix: inout Matrix, columns: Range<Int>) {
    precondition(
      columns.count == columnCount && matrix.rowCount == rowCount
        && columns.upperBound <= matrix.columnCount, "the shapes differ")
    for row in 0..<rowCount {
      for (place, column) in columns.enumerated() {
        matrix.elements[row * matrix.columnCount + column] = unsafe base[row * stride + place]
      }
    }
  }

  /// Sets every element to a value; the padding does not change.
  package func fill(_ value: Float) {
    for row in 0..<rowCount {
      unsafe (base + row * stride).update(repeating: value, count: columnCount)
    }
  }

  /// Copies the elements of another view of the same shape.
  package func assign(_ other: MatrixView) {
    precondition(other.rowCount == rowCount && other.columnCount == columnCount, "shapes differ")
    for row in 0..<rowCount {
      unsafe (base + row * stride).update(from: other.base + row * other.stride, count: columnCount)
    }
  }

  /// Copies the transpose of another view.
  package func assign(transposed other: MatrixView) {
    precondition(
      other.rowCount == columnCount && other.columnCount == rowCount, "the shapes differ")
    // Some rows of the other view at a time, so that their cache lines are used up.
    for first in Swift.stride(from: 0, to: columnCount, by: 16) {
      for row in 0..<rowCount {
        for column in first..<min(first + 16, columnCount) {
          unsafe base[row * stride + column] = other.base[column * other.stride + row]
        }
      }
    }
  }

  /// Returns a copy of the elements as a matrix, transposed on request.
  package func matrix(transposed: Bool = false) -> Matrix {
    var result =
      transposed
      ? Matrix(rowCount: columnCount, columnCount: rowCount)
      : Matrix(rowCount: rowCount, columnCount: columnCount)
    for row in 0..<rowCount {
      for column in 0..<columnCount {
        result.elements[transposed ? column * rowCount + row : row * columnCount + column] =
          unsafe base[row * stride + column]
      }
    }
    return result
  }
}

extension MatrixView {
  /// Returns a matrix within a view of a single row.
  ///
  /// - Parameters:
  ///   - place: the index of the first element.
  ///   - rowCount: the number of rows of the matrix.
  ///   - columnCount: the number of columns of the matrix.
  ///   - stride: the distance between two rows of the matrix, in elements.
  package func matrix(
    at place: Int, rowCount: Int, columnCount: Int, stride: Int
  ) -> MatrixView {
    precondition(
      self.rowCount == 1 && place >= 0
        && (rowCount == 0 || place + (rowCount - 1) * stride + columnCount <= self.columnCount),
      "no such elements")
    return unsafe MatrixView(
      base: base + place, rowCount: rowCount, columnCount: columnCount, stride: stride, padding: 0)
  }

  /// Adds the elements, multiplied by a factor in double, to a matrix of sums within a vector.
  ///
  /// - Parameters:
  ///   - factor: the factor of every element.
  ///   - sums: the vector that contains the sums.
  ///   - place: the index of the first sum.
  ///   - stride: the distance between two rows of sums, in elements.
  package func add(
    times factor: Double, to sums: VectorView<Double>, at place: Int, stride: Int
  ) {
    precondition(
      place >= 0 && (rowCount == 0 || place + (rowCount - 1) * stride + columnCount <= sums.count),
      "no such sums")
    for row in 0..<rowCount {
      let source = unsafe base + row * self.stride
      let target = unsafe sums.base + place + row * stride
      for column in 0..<columnCount {
        unsafe target[column] += factor * Double(source[column])
      }
    }
  }

  /// Adds the squares of the differences of the elements to the columns' means, in double.
  package func addSquares(minus means: VectorView<Double>, to sums: VectorView<Double>) {
    precondition(means.count == columnCount && sums.count == columnCount, "shapes of moments")
    for row in 0..<rowCount {
      let source = unsafe base + row * stride
      for column in 0..<columnCount {
        let difference = unsafe Double(source[column]) - means.base[column]
        unsafe sums.base[column] += difference * difference
      }
    }
  }
}
