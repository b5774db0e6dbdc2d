// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// A matrix in an arena, in one piece, or with each worker's columns in a piece of their own.
///
/// A processor fetches lines behind those that it is asked for. Where they are another worker's, and
/// that one writes them, both wait.
struct PiecedMatrix: Sendable, BitwiseCopyable {
  let rowCount: Int
  let columnCount: Int
  // From left to right.
  private let pieces: VectorView<MatrixView>

  private init(_ pieces: [MatrixView], in arena: Arena) {
    rowCount = pieces[0].rowCount
    columnCount = pieces.reduce(0) { $0 + $1.columnCount }
    self.pieces = arena.vector(copying: pieces)
  }

  /// One piece.
  init(_ whole: MatrixView, in arena: Arena) { self.init([whole], in: arena) }

  /// Pieces for so many workers, cut where `PlanSharing` cuts.
  init(rowCount: Int, columnCount: Int, workerCount: Int, in arena: Arena) {
    self.init(
      (0..<workerCount).map { worker in
        let columns = PlanSharing.columns(of: columnCount, index: worker, count: workerCount)
        return arena.matrix(rowCount: rowCount, columnCount: columns.count)
      }, in: arena)
  }

  /// Zeros, laid out alike.
  func zeros(in arena: Arena) -> PiecedMatrix {
    PiecedMatrix(
      pieces.elements().map {
        arena.matrix(rowCount: $0.rowCount, columnCount: $0.columnCount)
      }, in: arena)
  }

  /// All of what is in one piece.
  var whole: MatrixView {
    precondition(pieces.count == 1, "a matrix in one piece")
    return pieces[0]
  }

  /// Some of the columns, which lie in one piece.
  func columns(_ range: Range<Int>) -> MatrixView {
    var begin = 0
    for index in 0..<pieces.count {
      let end = begin + pieces[index].columnCount
      if range.lowerBound >= begin, range.upperBound <= end {
        return pieces[index].columns(range.lowerBound - begin..<range.upperBound - begin)
      }
      begin = end
    }
    preconditionFailure("columns of one piece")
  }

  /// Makes every element a value.
  func fill(_ value: Float) {
    for index in 0..<pieces.count { pieces[index].fill(value) }
  }

  /// Takes the elements of a matrix of the same shape, or of its transpose.
  func assign(_ matrix: Matrix, transposed: Bool) {
    guard pieces.count > 1 else { return whole.assign(matrix, transposed: transposed) }
    precondition(transposed, "pieces are columns of a weight that lies as its transpose")
    forEachPiece { $0.assign(matrix, transposedRows: $1) }
  }

  /// The elements as a matrix of its own, or as the transpose of one.
  func matrix(transposed: Bool) -> Matrix {
    guard pieces.count > 1 else { return whole.matrix(transposed: transposed) }
    precondition(transposed, "pieces are columns of a weight that lies as its transpose")
    var result = Matrix(rowCount: columnCount, columnCount: rowCount)
    forEachPiece { $0.copy(transposedTo: &result, rows: $1) }
    return result
  }

  private func forEachPiece(_ body: (MatrixView, Range<Int>) -> Void) {
    var begin = 0
    for index in 0..<pieces.count {
      let end = begin + pieces[index].columnCount
      body(pieces[index], begin..<end)
      begin = end
    }
  }
}
