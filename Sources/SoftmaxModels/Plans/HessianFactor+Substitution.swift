// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

extension HessianFactor {
  /// Solves L L^T y = x for all right sides.
  func substitute(_ worker: Worker) {
    switch form {
    case .whole: substitute(0..<1, by: 0, worker)
    case .shared:
      substitute(worker.share(of: memory.right.rowCount, alignedTo: 4), by: 0, worker)
    case .separate:
      for unit in worker.share(of: classCount, alignedTo: 1) {
        substitute(unit..<unit + 1, by: unit, worker)
      }
    }
  }

  /// Solves L L^T y = x for some right sides.
  ///
  /// Both substitutions read the factor by rows. For the whole Hessian, the single right side is divided among the
  /// workers within a block.
  private func substitute(_ sides: Range<Int>, by number: Int, _ worker: Worker) {
    let isWhole = form == .whole
    let matrix = matrix(number)
    let right = memory.right.rows(sides)
    func synchronize() { if isWhole { worker.barrier() } }
    let blocks = Self.blocks(count)
    for (index, block) in blocks.enumerated() {
      let before = 0..<block.lowerBound
      let part = memory.part.rows(sides).columns(0..<block.count)
      let rows =
        isWhole ? worker.share(of: block.count, alignedTo: 16) : 0..<block.count
      if !before.isEmpty, !rows.isEmpty, !sides.isEmpty {
        if let halves {
          part.columns(rows).fill(0)
          halves.addProduct(of: right, row: index, rows, to: part.columns(rows), kernels)
        } else {
          kernels.multiply(
            right.columns(before),
            transposed: matrix.rows(block).rows(rows).columns(before),
            into: part.columns(rows))
        }
      }
      synchronize()
      if !sides.isEmpty, !isWhole || worker.index == 0 {
        if !before.isEmpty { subtract(part, from: right.columns(block)) }
        kernels.multiply(
          right.columns(block), transposed: inverse(of: number, block: index, block.count),
          into: part)
        right.columns(block).assign(part)
      }
      synchronize()
    }
    for (index, block) in blocks.enumerated().reversed() {
      let part = memory.part.rows(sides).columns(0..<block.count)
      if !sides.isEmpty, !isWhole || worker.index == 0 {
        kernels.multiply(
          right.columns(block), inverse(of: number, block: index, block.count), into: part)
        right.columns(block).assign(part)
      }
      synchronize()
      let columns =
        isWhole
        ? worker.share(of: block.lowerBound, alignedTo: halves == nil ? 16 : Self.block)
        : 0..<block.lowerBound
      if !columns.isEmpty, !sides.isEmpty {
        let product = memory.product.rows(sides).columns(columns)
        if let halves {
          product.fill(0)
          halves.addProduct(
            of: right.columns(block), row: index, columns: columns, to: product, kernels)
        } else {
          kernels.multiply(
            right.columns(block), matrix.rows(block).columns(columns), into: product)
        }
        subtract(product, from: right.columns(columns))
      }
      synchronize()
    }
  }

  private func subtract(_ a: MatrixView, from b: MatrixView) {
    for row in 0..<a.rowCount {
      for column in 0..<a.columnCount { b[row, column] -= a[row, column] }
    }
  }
}
