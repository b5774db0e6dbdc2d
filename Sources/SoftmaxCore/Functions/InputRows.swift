// SPDX-License-Identifier: Apache-2.0

/// The memory of a matrix that several threads read.
@safe
struct InputRows: @unchecked Sendable {
  let base: UnsafePointer<Float>?
  let rowCount: Int
  let columnCount: Int

  /// Where a row begins.
  @unsafe subscript(row: Int) -> UnsafePointer<Float>? {
    unsafe base.map { unsafe $0 + row * columnCount }
  }

  /// Calls `body` with ranges of rows that cover all, on several threads where that pays.
  func share(on team: WorkerTeam?, _ body: @escaping @Sendable (Range<Int>) -> Void) {
    WorkerTeam.share(rowCount: rowCount, columnCount: columnCount, on: team, body)
  }
}

/// Memory of which several threads write different parts.
@safe
struct OutputVector<Element: BitwiseCopyable>: @unchecked Sendable {
  let base: UnsafeMutablePointer<Element>?

  /// Where an element lies.
  @unsafe subscript(index: Int) -> UnsafeMutablePointer<Element>? {
    unsafe base.map { unsafe $0 + index }
  }
}

/// The kernels from one matrix of rows to another of the same shape.
typealias RowKernel =
  @convention(c) (
    Int, Int, UnsafePointer<Float>?, Int, UnsafeMutablePointer<Float>?, Int
  ) -> Void

extension InputRows {
  /// Gives the rows to a kernel; `output` may be the same memory.
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
