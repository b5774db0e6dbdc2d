// SPDX-License-Identifier: Apache-2.0

/// The memory of a matrix that several threads read, valid only during the call that provides it.
@safe
struct InputRows: @unchecked Sendable {
  let base: UnsafePointer<Float>?
  let rowCount: Int
  let columnCount: Int

  /// The address of a row's first element; nil if the matrix has no memory.
  @unsafe subscript(row: Int) -> UnsafePointer<Float>? {
    unsafe base.map { unsafe $0 + row * columnCount }
  }

  /// Calls `body` with ranges that cover all rows, on several threads if the matrix is large enough.
  func share(on team: WorkerTeam?, _ body: @escaping @Sendable (Range<Int>) -> Void) {
    WorkerTeam.share(rowCount: rowCount, columnCount: columnCount, on: team, body)
  }
}

/// The memory of an output, of which each thread writes separate elements.
@safe
struct OutputVector<Element: BitwiseCopyable>: @unchecked Sendable {
  let base: UnsafeMutablePointer<Element>?

  /// The address of an element; nil if the output has no memory.
  @unsafe subscript(index: Int) -> UnsafeMutablePointer<Element>? {
    unsafe base.map { unsafe $0 + index }
  }
}

/// The type of the kernels that compute each row of a matrix from the same row of another matrix.
typealias RowKernel =
  @convention(c) (
    Int, Int, UnsafePointer<Float>?, Int, UnsafeMutablePointer<Float>?, Int
  ) -> Void

extension InputRows {
  /// Applies a kernel to all rows; `output` may be the memory of the rows.
  func apply(
    _ kernel: @escaping RowKernel, into output: OutputVector<Float>, on team: WorkerTeam?
  ) {
    share(on: team) { rows in
      unsafe kernel(
        rows.count, columnCount, self[rows.lowerBound], columnCount,
        output[rows.lowerBound * columnCount], columnCount)
    }
  }
}
