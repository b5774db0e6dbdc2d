// SPDX-License-Identifier: Apache-2.0

import CSoftmaxKernels

// Products of sparse rows and a weight with the bits of the products of the floats that the rows stand for: a
// value of 0 leaves its sum as it is.
extension Kernels {
  /// Computes y = x w^T + bias for consecutive sparse rows, each sum in 16 virtual lanes inside chunks.
  ///
  /// - Parameters:
  ///   - x: the sparse rows.
  ///   - first: the row of the first row of y.
  ///   - weight: [outputs, inputs].
  package func multiply(
    _ x: SparseRows, from first: Int, transposed weight: MatrixView, bias: MatrixView,
    into y: MatrixView
  ) {
    precondition(weight.columnCount == x.columnCount, "shapes of a product")
    let sum = SparseSum(inputCount: x.columnCount, laneCount: 16)
    for unit in 0..<y.columnCount {
      let w = unsafe weight.base + unit * weight.stride
      for row in 0..<y.rowCount {
        y[row, unit] = unsafe sum.value(x, row: first + row, w, step: 1) + bias[0, unit]
      }
    }
  }

  /// Computes y = x w + bias for consecutive sparse rows, each sum in ascending order inside chunks.
  ///
  /// - Parameters:
  ///   - x: the sparse rows.
  ///   - first: the row of the first row of y.
  ///   - panels: the weight as panels of [inputs, 32], stacked vertically.
  package func multiply(
    _ x: SparseRows, from first: Int, panels: MatrixView, bias: MatrixView, into y: MatrixView
  ) {
    precondition(
      panels.rowCount * Self.panelWidth >= x.columnCount * y.columnCount, "shapes of a product")
    let sum = SparseSum(inputCount: x.columnCount, laneCount: 1)
    for unit in 0..<y.columnCount {
      let (panel, column) = unit.quotientAndRemainder(dividingBy: Self.panelWidth)
      let w = unsafe panels.base + panel * x.columnCount * panels.stride + column
      for row in 0..<y.rowCount {
        y[row, unit] =
          unsafe sum.value(x, row: first + row, w, step: panels.stride) + bias[0, unit]
      }
    }
  }
}

/// The order of a sum over inputs: lanes within chunks, then their trees (decision 0001).
private struct SparseSum {
  private let inputCount: Int
  private let chunk: Int
  private let laneCount: Int

  init(inputCount: Int, laneCount: Int) {
    self.inputCount = inputCount
    self.laneCount = laneCount
    chunk = softmax_unit_chunk(inputCount)
  }

  /// Returns the sum of a row's values times the weights w[column step].
  func value(_ x: SparseRows, row: Int, _ w: UnsafePointer<Float>, step: Int) -> Float {
    unsafe withUnsafeTemporaryAllocation(of: Float.self, capacity: 16 + 64) { memory in
      guard let lanes = memory.baseAddress else { return 0 }
      let levels = unsafe lanes + 16
      unsafe lanes.update(repeating: 0, count: 16)
      var (index, end) = (0, chunk)
      unsafe x.withEntries(ofRow: row) { count, columns, values in
        guard let columns = unsafe columns, let values = unsafe values else { return }
        for entry in 0..<count {
          let column = unsafe Int(columns[entry])
          while column >= end {
            unsafe push(take(lanes), at: index, to: levels)
            index += 1
            end += chunk
          }
          let lane = column & (laneCount - 1)
          unsafe lanes[lane] = lanes[lane].addingProduct(values[entry], w[column * step])
        }
      }
      let chunkCount = inputCount <= chunk ? 1 : (inputCount + chunk - 1) / chunk
      while index < chunkCount {
        unsafe push(take(lanes), at: index, to: levels)
        index += 1
      }
      return unsafe total(of: chunkCount, levels)
    }
  }

  /// Returns the sum of the lanes by their tree, and clears them.
  private func take(_ lanes: UnsafeMutablePointer<Float>) -> Float {
    var width = laneCount / 2
    while width > 0 {
      for lane in 0..<width { unsafe lanes[lane] = lanes[lane] + lanes[lane + width] }
      width /= 2
    }
    defer { unsafe lanes.update(repeating: 0, count: laneCount) }
    return unsafe lanes[0]
  }

  // softmax_tree_push and softmax_tree_total of kernel.h.
  private func push(_ sum: Float, at index: Int, to levels: UnsafeMutablePointer<Float>) {
    var (sum, level) = (sum, 0)
    while index >> level & 1 == 1 {
      sum = unsafe levels[level] + sum
      level += 1
    }
    unsafe levels[level] = sum
  }

  private func total(of count: Int, _ levels: UnsafeMutablePointer<Float>) -> Float {
    var level = count.trailingZeroBitCount
    var sum = unsafe levels[level]
    level += 1
    while count >> level > 0 {
      if count >> level & 1 == 1 { sum = unsafe levels[level] + sum }
      level += 1
    }
    return sum
  }
}
