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
