// SPDX-License-Identifier: Apache-2.0

import CSoftmaxKernels

extension Kernels {
  /// Copies the given rows of the features, converted to floats, to y.
  package func gather(
    _ source: FeatureSource, rows: VectorView<Int64>, into y: MatrixView
  ) {
    gather(source, rows: rows, columns: 0..<source.columnCount, into: y)
  }

  /// Copies a range of columns of the given rows of the features, converted to floats, to y.
  package func gather(
    _ source: FeatureSource, rows: VectorView<Int64>, columns: Range<Int>, into y: MatrixView
  ) {
    precondition(
      rows.count == y.rowCount && columns.count == y.columnCount && columns.lowerBound >= 0
        && columns.upperBound <= source.columnCount, "shapes of a batch")
    for index in 0..<rows.count {
      precondition(rows[index] >= 0 && rows[index] < source.rowCount, "no such sample")
    }
    if let sparse = source.sparse {
      for index in 0..<rows.count {
        sparse.copy(row: Int(rows[index]), columns: columns, to: y, row: index)
      }
      return
    }
    unsafe gather(source, UnsafePointer(rows.base), offset: columns.lowerBound, into: y)
  }

  /// Copies consecutive rows of the features, starting at `first`, converted to floats, to y.
  package func convert(_ source: FeatureSource, from first: Int, into y: MatrixView) {
    precondition(
      first >= 0 && first + y.rowCount <= source.rowCount && source.columnCount == y.columnCount,
      "shapes of a batch")
    if let sparse = source.sparse {
      for row in 0..<y.rowCount {
        sparse.copy(row: first + row, columns: 0..<source.columnCount, to: y, row: row)
      }
      return
    }
    unsafe gather(source, nil, offset: first * source.columnCount, into: y)
  }

  private func gather(
    _ source: FeatureSource, _ rows: UnsafePointer<Int64>?, offset: Int, into y: MatrixView
  ) {
    switch unsafe source.memory {
    case .floats(let base):
      unsafe table.pointee.gather_floats(
        y.rowCount, y.columnCount, base.map { unsafe $0 + offset }, source.columnCount, rows,
        y.base, y.stride)
    case .bytes(let base, let scale):
      unsafe table.pointee.gather_bytes(
        y.rowCount, y.columnCount, base.map { unsafe $0 + offset }, source.columnCount, rows,
        scale, y.base, y.stride)
    case .sparse: preconditionFailure("sparse rows are copied entry by entry")
    }
  }
}
