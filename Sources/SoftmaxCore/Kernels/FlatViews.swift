// SPDX-License-Identifier: Apache-2.0

// Arrays in one piece, such as all parameters of a network, as views for the kernels.
extension Array<Float> {
  /// Calls `body` with the elements as one row, which must not be written; nil of an empty array.
  package func withFlatView<Result>(_ body: (MatrixView?) -> Result) -> Result {
    unsafe withUnsafeBufferPointer { buffer in
      guard let base = buffer.baseAddress, !buffer.isEmpty else { return body(nil) }
      return unsafe body(
        MatrixView(
          base: UnsafeMutablePointer(mutating: base), rowCount: 1, columnCount: buffer.count,
          stride: buffer.count, padding: 0))
    }
  }

  /// Calls `body` with the elements as one row; nil of an empty array.
  package mutating func withMutableFlatView<Result>(_ body: (MatrixView?) -> Result) -> Result {
    isEmpty ? body(nil) : withMatrixView { body($0) }
  }
}

extension Array<Double> {
  /// Calls `body` with the elements as a row of an arena.
  package mutating func withVectorView<Result>(_ body: (VectorView<Double>?) -> Result) -> Result {
    unsafe withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress, !buffer.isEmpty else { return body(nil) }
      return unsafe body(VectorView(base: base, count: buffer.count))
    }
  }
}

extension MatrixView {
  /// A matrix of elements of a single row: the first at `place`, the rows `stride` elements apart.
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

  /// Adds the elements, times a factor, to sums: the first at `place`, the rows `stride` apart.
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
