// SPDX-License-Identifier: Apache-2.0

// Views of contiguous arrays, such as all parameters of a network, for the kernels.
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
}
