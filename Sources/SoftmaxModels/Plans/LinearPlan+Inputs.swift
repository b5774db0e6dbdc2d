// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

extension LinearPlan {
  /// The features of a block of rows, converted for products of matrices.
  struct Inputs {
    /// [rows, inputs]; biases are added apart.
    let floats: MatrixView
    /// Its transpose, for which a product with few columns is faster; nil if the features are not kept.
    let floatColumns: MatrixView?
    /// [rows, width]: the features minus the means and 1 for the bias, in double, and the transpose.
    let features: DoubleMatrixView
    let columns: DoubleMatrixView
    // Whether the matrices of a precision hold the features of the block.
    private let flags: VectorView<Int32>

    /// Allocates the matrices of some precisions, for one block or, if they are kept, for each.
    init(
      _ arena: Arena, rowsOfBlock: Int, inputCount: Int, width: Int, hasBias: Bool,
      precisions: Set<Precision> = [.single, .double], isKept: Bool = false
    ) {
      let hasFloats = precisions.contains(.single)
      let hasDoubles = precisions.contains(.double)
      floats = arena.matrix(rowCount: hasFloats ? rowsOfBlock : 0, columnCount: inputCount)
      floatColumns =
        isKept ? arena.matrix(rowCount: hasFloats ? inputCount : 0, columnCount: rowsOfBlock) : nil
      features = arena.doubles(rowCount: hasDoubles ? rowsOfBlock : 0, columnCount: width)
      columns = arena.doubles(rowCount: hasDoubles ? width : 0, columnCount: rowsOfBlock)
      flags = arena.vector(count: 2)
      guard hasBias, hasDoubles else { return }
      for row in 0..<rowsOfBlock {
        features[row, inputCount] = 1
        columns[inputCount, row] = 1
      }
    }

    /// Takes floats in the caller's memory, without another matrix.
    init(_ floats: MatrixView, like other: Inputs) {
      self.floats = floats
      floatColumns = nil
      (features, columns, flags) = (other.features, other.columns, other.flags)
    }

    func isLoaded(_ precision: Precision) -> Bool { flags[precision == .single ? 0 : 1] == 1 }

    func didLoad(_ precision: Precision) { flags[precision == .single ? 0 : 1] = 1 }

    /// Copies the floats to their transpose, if there is one.
    func transpose() { floatColumns?.assign(transposed: floats) }

    /// The size of an element in all matrices of some precisions, in bytes.
    static func byteCount(_ precisions: Set<Precision>) -> Int {
      precisions.reduce(0) { $0 + ($1 == .single ? 8 : 16) }
    }
  }
}
