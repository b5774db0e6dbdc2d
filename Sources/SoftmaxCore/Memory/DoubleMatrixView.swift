// SPDX-License-Identifier: Apache-2.0

/// A matrix of doubles in an arena, row by row without gaps.
///
/// Copies refer to the same memory, and the view does not keep the memory alive. Subscripts check their bounds.
package struct DoubleMatrixView: Sendable, BitwiseCopyable {
  package let values: VectorView<Double>
  package let rowCount: Int
  package let columnCount: Int

  package init(_ values: VectorView<Double>, rowCount: Int, columnCount: Int) {
    precondition(values.count == rowCount * columnCount, "shape of a matrix")
    self.values = values
    self.rowCount = rowCount
    self.columnCount = columnCount
  }

  @inlinable
  package subscript(row: Int, column: Int) -> Double {
    get {
      precondition(column >= 0 && column < columnCount)
      return values[row * columnCount + column]
    }
    nonmutating set {
      precondition(column >= 0 && column < columnCount)
      values[row * columnCount + column] = newValue
    }
  }

  /// Returns a view of a range of rows.
  package func rows(_ range: Range<Int>) -> DoubleMatrixView {
    DoubleMatrixView(
      values.elements(range.lowerBound * columnCount..<range.upperBound * columnCount),
      rowCount: range.count, columnCount: columnCount)
  }

  /// Adds the elements of a matrix of the same shape.
  package func add(_ other: DoubleMatrixView) {
    precondition(other.values.count == values.count, "the shapes differ")
    let (target, source) = unsafe (values.base, other.values.base)
    for index in 0..<values.count { unsafe target[index] += source[index] }
  }

  /// Adds to each row the element of a matrix in the same row and a column.
  package func addToRows(column: Int, of other: DoubleMatrixView) {
    precondition(rowCount <= other.rowCount, "the shapes differ")
    for row in 0..<rowCount {
      let value = other[row, column]
      let target = unsafe values.base + row * columnCount
      for index in 0..<columnCount { unsafe target[index] += value }
    }
  }

  /// Adds the sum of each row to the element of a matrix in the same row and a column.
  ///
  /// A sum has four parts, of every fourth element from the first to the fourth on, ascending, which are added in
  /// pairs.
  package func addRowSums(to other: DoubleMatrixView, column: Int) {
    precondition(rowCount <= other.rowCount && columnCount % 4 == 0, "the shapes differ")
    for row in 0..<rowCount {
      let source = unsafe values.base + row * columnCount
      var (a, b, c, d) = (0.0, 0.0, 0.0, 0.0)
      for index in stride(from: 0, to: columnCount, by: 4) {
        unsafe a += source[index]
        unsafe b += source[index + 1]
        unsafe c += source[index + 2]
        unsafe d += source[index + 3]
      }
      other[row, column] += (a + b) + (c + d)
    }
  }

  /// Replaces the first columns by the elements of a matrix of floats.
  package func assign(_ floats: MatrixView) {
    precondition(
      floats.rowCount == rowCount && floats.columnCount <= columnCount, "the shapes differ")
    for row in 0..<rowCount {
      let source = unsafe floats.base + row * floats.stride
      let target = unsafe values.base + row * columnCount
      for column in 0..<floats.columnCount { unsafe target[column] = Double(source[column]) }
    }
  }

  /// Rounds the first columns to floats.
  package func copy(to floats: MatrixView) {
    precondition(
      floats.rowCount == rowCount && floats.columnCount <= columnCount, "the shapes differ")
    for row in 0..<rowCount {
      let source = unsafe values.base + row * columnCount
      let target = unsafe floats.base + row * floats.stride
      for column in 0..<floats.columnCount { unsafe target[column] = Float(source[column]) }
    }
  }

  /// Replaces the elements of `places` by the index of the first row whose element of a column equals that of
  /// `values`; by infinity if there is none.
  package func findFirst(_ values: VectorView<Double>, into places: VectorView<Double>) {
    precondition(values.count == columnCount && places.count == columnCount, "the shapes differ")
    unsafe places.base.update(repeating: .infinity, count: columnCount)
    for row in 0..<rowCount {
      let source = unsafe self.values.base + row * columnCount
      for column in 0..<columnCount {
        let place = unsafe source[column] == values.base[column] ? Double(row) : .infinity
        unsafe places.base[column] = places.base[column] < place ? places.base[column] : place
      }
    }
  }

  /// Replaces the elements by those of another matrix times a factor of each column.
  package func assign(_ other: DoubleMatrixView, times factors: VectorView<Double>) {
    precondition(
      other.rowCount == rowCount && other.columnCount == columnCount
        && factors.count == columnCount, "the shapes differ")
    for row in 0..<rowCount {
      let source = unsafe other.values.base + row * columnCount
      let target = unsafe values.base + row * columnCount
      for column in 0..<columnCount {
        unsafe target[column] = source[column] * factors.base[column]
      }
    }
  }

  /// Multiplies each column by a factor.
  package func multiplyColumns(by factors: VectorView<Double>) {
    assign(self, times: factors)
  }

  /// Multiplies each element by p (1 - p) and by a factor of its column, where p is the element of another matrix.
  package func multiply(
    bySlopesOf probabilities: DoubleMatrixView, times factors: VectorView<Double>
  ) {
    precondition(
      probabilities.rowCount == rowCount && probabilities.columnCount == columnCount
        && factors.count == columnCount, "the shapes differ")
    for row in 0..<rowCount {
      let source = unsafe probabilities.values.base + row * columnCount
      let target = unsafe values.base + row * columnCount
      for column in 0..<columnCount {
        let p = unsafe source[column]
        unsafe target[column] *= factors.base[column] * (p * (1 - p))
      }
    }
  }

  /// Sets all elements to a value.
  package func fill(_ value: Double) {
    unsafe values.base.update(repeating: value, count: values.count)
  }
}

extension Arena {
  /// Allocates a matrix of zeros.
  package func doubles(rowCount: Int, columnCount: Int) -> DoubleMatrixView {
    DoubleMatrixView(
      vector(count: rowCount * columnCount), rowCount: rowCount, columnCount: columnCount)
  }
}
