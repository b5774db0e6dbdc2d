// SPDX-License-Identifier: Apache-2.0

// Views of memory that somebody else owns: of arrays, spans and matrices.

extension Array<Float> {
  /// Calls `body` with the elements as a matrix of one row, or with nil if the array is empty.
  ///
  /// `body` must not write to the view, because the array may share its memory with others.
  package func withFlatView<Result>(_ body: (MatrixView?) -> Result) -> Result {
    unsafe withUnsafeBufferPointer { buffer in
      guard let base = buffer.baseAddress, !buffer.isEmpty else { return body(nil) }
      return unsafe body(
        MatrixView(
          base: UnsafeMutablePointer(mutating: base), rowCount: 1, columnCount: buffer.count,
          stride: buffer.count, padding: 0))
    }
  }

  /// Calls `body` with the elements as a matrix of one row, or with nil if the array is empty.
  package mutating func withMutableFlatView<Result>(_ body: (MatrixView?) -> Result) -> Result {
    isEmpty ? body(nil) : withMatrixView { body($0) }
  }

  /// Calls `body` with the elements as a matrix of `rowCount` rows.
  ///
  /// - Precondition: the array is not empty, and its count is a multiple of `rowCount`.
  package mutating func withMatrixView<Result>(
    rowCount: Int = 1, _ body: (MatrixView) -> Result
  ) -> Result {
    precondition(rowCount > 0 && count % rowCount == 0, "rows of different lengths")
    return unsafe withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress else {
        preconditionFailure("a matrix has elements")
      }
      let columnCount = buffer.count / rowCount
      return unsafe body(
        MatrixView(
          base: base, rowCount: rowCount, columnCount: columnCount, stride: columnCount,
          padding: 0))
    }
  }
}

extension Array<Double> {
  /// Calls `body` with the elements as a vector view, or with nil if the array is empty.
  package mutating func withVectorView<Result>(_ body: (VectorView<Double>?) -> Result) -> Result {
    unsafe withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress, !buffer.isEmpty else { return body(nil) }
      return unsafe body(VectorView(base: base, count: buffer.count))
    }
  }
}

extension MutableSpan<Float> {
  /// Calls `body` with the elements as a matrix of one row, or with nil if the span has no memory.
  package mutating func withRowView<Result>(_ body: (MatrixView?) -> Result) -> Result {
    unsafe withUnsafeMutableBufferPointer { buffer in
      body(
        unsafe buffer.baseAddress.map {
          unsafe MatrixView(
            base: $0, rowCount: 1, columnCount: buffer.count, stride: buffer.count, padding: 0)
        })
    }
  }
}

extension Matrix {
  /// Calls `body` with a view of the matrix's memory, or with nil if the matrix has no elements.
  package mutating func withView<Result>(_ body: (MatrixView?) -> Result) -> Result {
    let (rows, columns) = (rowCount, columnCount)
    return unsafe elements.withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress, !buffer.isEmpty else { return body(nil) }
      return body(
        unsafe MatrixView(
          base: base, rowCount: rows, columnCount: columns, stride: columns, padding: 0))
    }
  }
}
