// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// The Cholesky factor of the Hessian of softmax regression, or of an approximation, estimated on some of the
/// rows.
///
/// The Hessian of the mean cross-entropy at probabilities p is the mean over the rows of (diag(p) - p p^T)
/// times (x, 1) (x, 1)^T, for each pair of classes. The whole Hessian includes the coupling between classes,
/// without which preconditioned iterations stall where the penalty is small. The approximation is one matrix for
/// all classes, the mean over the rows of the mean of p (1 - p) times (x, 1) (x, 1)^T; for n classes its factor
/// costs 1 / n^2 of the other or less. The L2 penalty is added to its diagonal, and a small fraction of each
/// diagonal element, since the Hessian is singular: adding the same bias to all classes changes nothing. The
/// features are scaled so that variance and penalty add up to 1 and, if there are biases, their means are
/// subtracted, so floats suffice for features of any scale.
///
/// The factor takes n^2 / 2 floats for n parameters, and n^2 more while it is computed. That costs about
/// n^2 `rowCount` / 2 + n^3 / 6 multiplications, and a solution n^2, at the bandwidth of the memory. All
/// sums have a fixed order, so the bits do not depend on the number of threads.
final class HessianFactor: Sendable {
  /// The parameters at which the Hessian was estimated.
  let point: [Float]
  /// The greatest number of rows of the estimate.
  let rowCount: Int
  let form: Form

  /// What is factorized.
  enum Form {
    case whole
    /// One matrix for all classes.
    case shared
  }

  // The number of parameters of a class, and of the factor.
  private let width: Int
  private let count: Int
  private let hasBias: Bool
  // The index in the flat parameters of each parameter: class by class, the bias last.
  private let order: [Int]
  // The mean and the scale of each feature, and 0 and 1 for the bias.
  private let means: [Double]
  private let scales: [Double]
  private let arena = Arena()
  private let kernels: Kernels
  private let team: WorkerTeam
  // The factor by blocks of columns, each from its diagonal block to the last row, and the inverse of each
  // diagonal block.
  private let panels: [MatrixView]
  private let inverses: MatrixView
  // Memory of `solve`: the right side, which the solution replaces, and products of slices of rows.
  private let right: MatrixView
  private let part: MatrixView
  private let product: MatrixView

  /// The greatest number of parameters for which the factor is computed, in 384 MiB.
  static let greatestParameterCount = 8192
  private static let block = 128
  // The number of rows whose features stay in the cache.
  private static let rowsOfBlock = 256
  private static let sliceCount = 8

  /// Estimates the Hessian at some parameters and factorizes it.
  ///
  /// - Parameters:
  ///   - layout: the parameters of a network that is one dense layer.
  ///   - dataset: the samples.
  ///   - curvatures: the shares of the rows in the Hessian at `point`.
  ///   - l2Penalty: the factor l2 of the penalty.
  ///   - point: the flat parameters.
  ///   - rowCount: the greatest number of rows of the estimate.
  ///   - form: what is factorized.
  ///   - team: the threads that compute the factor and the solutions.
  ///   - kernels: the kernels.
  /// - Throws: `diverged` if the Hessian is not finite.
  init(
    _ layout: ParameterLayout, on dataset: LabeledDataset, curvatures: [LinearPlan.Curvature],
    l2Penalty: Double, at point: [Float], rowCount: Int, form: Form, team: WorkerTeam,
    kernels: Kernels
  ) throws(SoftmaxError) {
    self.point = point
    self.rowCount = rowCount
    self.form = form
    self.kernels = kernels
    self.team = team
    let weight = layout.segments[0]
    let (classes, inputs) = (weight.shape[0], weight.shape[1])
    let bias = layout.segments.dropFirst().first
    hasBias = bias != nil
    width = inputs + (hasBias ? 1 : 0)
    count = form == .whole ? classes * width : width
    order = (0..<classes).flatMap { unit -> [Int] in
      let weights = (0..<inputs).map { weight.index(unit: unit, input: $0) }
      return weights + (bias.map { [$0.offset + unit] } ?? [])
    }
    let blocks = Self.blocks(count)
    inverses = arena.matrix(rowCount: blocks.count * Self.block, columnCount: Self.block)
    right = arena.matrix(rowCount: 1, columnCount: count)
    part = arena.matrix(rowCount: Self.sliceCount, columnCount: Self.block)
    product = arena.matrix(rowCount: 1, columnCount: count)
    panels = blocks.map { [arena, count] in
      arena.matrix(rowCount: count - $0.lowerBound, columnCount: $0.count)
    }

    let samples = HessianSample(
      of: dataset, curvatures: curvatures, layout, at: point, rowCount: rowCount,
      l2Penalty: l2Penalty, hasBias: hasBias, kernels: kernels)
    (means, scales) = (samples.means, samples.scales)
    let whole = Arena()
    let matrix = whole.matrix(rowCount: count, columnCount: count)
    defer { withExtendedLifetime(whole) {} }
    var ridge: Float = samples.features.rowCount == dataset.count ? 1e-6 : 1e-3
    while true {
      estimate(samples, penalty: l2Penalty, ridge: ridge, matrix)
      if factorize(matrix) { break }
      // Rounding made the matrix indefinite.
      ridge *= 16
      guard ridge < 1e4 else {
        throw SoftmaxError(
          .diverged, "the Hessian of the objective is not finite",
          remedy: "standardize the features")
      }
    }
    for (panel, block) in zip(panels, blocks) {
      panel.assign(matrix.rows(block.lowerBound..<count).columns(block))
    }
  }

  /// Replaces a vector by the solution of H y = x, in the layout of the flat parameters.
  ///
  /// For features (x - mean) / deviation the weights are those for x times the deviation, and the biases are
  /// greater by the sum of the means times the weights.
  func solve(_ x: inout [Double]) {
    for first in stride(from: 0, to: order.count, by: count) {
      load(x, from: first)
      let blocks = Self.blocks(count)
      team.run { [self] worker in
        for (index, block) in blocks.enumerated() { substituteForward(index, block, worker) }
        for (index, block) in blocks.enumerated().reversed() {
          substituteBackward(index, block, worker)
        }
      }
      store(into: &x, from: first)
    }
    guard hasBias else { return }
    // The same change of all biases changes no probability.
    let biases = stride(from: width - 1, to: order.count, by: width).map { order[$0] }
    let mean = biases.reduce(0) { $0 + x[$1] } / Double(biases.count)
    for bias in biases { x[bias] -= mean }
  }

  // Copies the part of a right side that begins at a parameter, for centred and scaled features.
  private func load(_ x: [Double], from begin: Int) {
    for first in stride(from: 0, to: count, by: width) {
      let bias = hasBias ? x[order[begin + first + width - 1]] : 0
      for column in 0..<width {
        right[0, first + column] = Float(
          (x[order[begin + first + column]] - means[column] * bias) * scales[column])
      }
    }
  }

  private func store(into x: inout [Double], from begin: Int) {
    for first in stride(from: 0, to: count, by: width) {
      var shift = 0.0
      for column in 0..<width {
        let value = Double(right[0, first + column]) * scales[column]
        x[order[begin + first + column]] = value
        shift += means[column] * value
      }
      if hasBias { x[order[begin + first + width - 1]] -= shift }
    }
  }
}

// MARK: - The estimate

extension HessianFactor {
  /// Computes the lower triangle of the matrix, class by class.
  private func estimate(
    _ samples: HessianSample, penalty: Double, ridge: Float, _ matrix: MatrixView
  ) {
    let classes = form == .whole ? samples.probabilities.columnCount : 1
    let rowCount = samples.features.rowCount
    let arena = Arena()
    defer { withExtendedLifetime(arena) {} }
    let (features, probabilities) = (samples.features, samples.probabilities)
    let weights = samples.weights
    let memory = (0..<team.threadCount).map { _ in
      (
        scaled: arena.matrix(rowCount: Self.rowsOfBlock, columnCount: width),
        part: arena.matrix(rowCount: width, columnCount: Self.block)
      )
    }
    let pairs = (0..<classes).flatMap { a in (0...a).map { b in (a, b) } }
    let hasBias = hasBias
    team.run { [self] worker in
      let (scaled, part) = memory[worker.index]
      for (index, (a, b)) in pairs.enumerated() where index % worker.count == worker.index {
        let block = matrix.rows(a * width..<(a + 1) * width).columns(b * width..<(b + 1) * width)
        for first in stride(from: 0, to: rowCount, by: Self.rowsOfBlock) {
          let rows = first..<min(first + Self.rowsOfBlock, rowCount)
          let scaled = scaled.rows(0..<rows.count)
          scaled.assign(features.rows(rows))
          for (index, row) in rows.enumerated() {
            let share = share(of: probabilities, row: row, a, b)
            kernels.multiply(scaled.rows(index..<index + 1), by: weights[row] * share)
          }
          addLowerTriangle(
            of: features.rows(rows), scaled, isFirst: first == 0, part: part, to: block)
        }
        for row in 0..<width {
          for column in row + 1..<width { block[row, column] = block[column, row] }
        }
        guard a == b else { continue }
        for index in 0..<width {
          let isBias = hasBias && index == width - 1
          let scale = samples.scales[index]
          let diagonal =
            block[index, index] * (1 + ridge) + (isBias ? 0 : Float(penalty * scale * scale))
          // A feature that is 0 in all rows has no curvature and no gradient.
          block[index, index] = diagonal == 0 ? 1 : diagonal
        }
      }
    }
  }

  // Returns the factor of (x, 1) (x, 1)^T of a row for a pair of classes.
  private func share(of probabilities: MatrixView, row: Int, _ a: Int, _ b: Int) -> Float {
    guard form == .shared else {
      return probabilities[row, a] * ((a == b ? 1 : 0) - probabilities[row, b])
    }
    var sum: Float = 0
    for unit in 0..<probabilities.columnCount {
      sum += probabilities[row, unit] * (1 - probabilities[row, unit])
    }
    return sum / Float(probabilities.columnCount)
  }

  // Adds a^T b, which is symmetric, to the lower triangle of a matrix, by blocks of columns.
  private func addLowerTriangle(
    of a: MatrixView, _ b: MatrixView, isFirst: Bool, part: MatrixView, to sum: MatrixView
  ) {
    for columns in Self.blocks(width) {
      let rows = columns.lowerBound..<width
      let target = sum.rows(rows).columns(columns)
      let part = part.rows(0..<rows.count).columns(0..<columns.count)
      kernels.multiplyOverRows(a.columns(rows), b.columns(columns), into: isFirst ? target : part)
      if !isFirst { kernels.add(part, to: target) }
    }
  }
}

// MARK: - The factor

extension HessianFactor {
  private static func blocks(_ count: Int) -> [Range<Int>] {
    stride(from: 0, to: count, by: block).map { $0..<min($0 + block, count) }
  }

  private func inverse(ofBlock index: Int, _ size: Int) -> MatrixView {
    inverses.rows(index * Self.block..<index * Self.block + size).columns(0..<size)
  }

  /// Replaces the matrix by its Cholesky factor; returns false if it is not positive definite.
  ///
  /// For each block of columns, the products of the columns before are subtracted, the block on the
  /// diagonal is factorized and inverted, and the rows below are multiplied by the inverse.
  private func factorize(_ factor: MatrixView) -> Bool {
    let arena = Arena()
    defer { withExtendedLifetime(arena) {} }
    let panel = arena.matrix(rowCount: count, columnCount: Self.block)
    let sums = arena.matrix(rowCount: count, columnCount: Self.block)
    let isPositive = arena.vector(count: 1, of: Int32.self)
    isPositive[0] = 1
    let blocks = Self.blocks(count)
    team.run { [self] worker in
      for (index, block) in blocks.enumerated() {
        let before = 0..<block.lowerBound
        let below = block.lowerBound..<count
        // Each worker's rows of the blocks below, aligned to the tiles of the product.
        let share = worker.share(of: below.count, alignedTo: 8)
        let rows = below.lowerBound + share.lowerBound..<below.lowerBound + share.upperBound
        let columns = worker.share(of: before.count, alignedTo: 16)
        for place in columns {
          for (column, row) in block.enumerated() { panel[place, column] = -factor[row, place] }
        }
        worker.barrier()
        let target = factor.rows(rows).columns(block)
        if !before.isEmpty, !rows.isEmpty {
          let sums = sums.rows(rows).columns(0..<block.count)
          kernels.multiply(
            factor.rows(rows).columns(before), panel.rows(before).columns(0..<block.count),
            into: sums)
          kernels.add(sums, to: target)
        }
        worker.barrier()
        let inverse = inverse(ofBlock: index, block.count)
        if worker.index == 0 {
          let diagonal = factor.rows(block).columns(block)
          if !Self.factorize(diagonal, inverse: inverse) { isPositive[0] = 0 }
        }
        worker.barrier()
        guard isPositive[0] == 1 else { return }
        let remainingShare = worker.share(of: count - block.upperBound, alignedTo: 8)
        let remainingRows =
          block.upperBound + remainingShare.lowerBound..<block.upperBound
          + remainingShare.upperBound
        if !remainingRows.isEmpty {
          let target = factor.rows(remainingRows).columns(block)
          let sums = sums.rows(remainingRows).columns(0..<block.count)
          kernels.multiply(target, transposed: inverse, into: sums)
          target.assign(sums)
        }
        worker.barrier()
      }
    }
    return isPositive[0] == 1
  }

  /// Factorizes a block on the diagonal and computes the inverse of its factor; returns false if the block is
  /// not positive definite.
  private static func factorize(_ a: MatrixView, inverse: MatrixView) -> Bool {
    let n = a.rowCount
    for column in 0..<n {
      var pivot = Double(a[column, column])
      for k in 0..<column { pivot -= Double(a[column, k]) * Double(a[column, k]) }
      guard pivot > 0, pivot.isFinite else { return false }
      let root = pivot.squareRoot()
      a[column, column] = Float(root)
      for row in column + 1..<n {
        var sum = Double(a[row, column])
        for k in 0..<column { sum -= Double(a[row, k]) * Double(a[column, k]) }
        a[row, column] = Float(sum / root)
      }
    }
    for column in 0..<n {
      for row in 0..<n {
        guard row >= column else {
          inverse[row, column] = 0
          continue
        }
        var sum = row == column ? 1.0 : 0.0
        for k in column..<row { sum -= Double(a[row, k]) * Double(inverse[k, column]) }
        inverse[row, column] = Float(sum / Double(a[row, row]))
      }
    }
    return true
  }

  /// Solves a block of L y = x, and subtracts its product from the rows below.
  private func substituteForward(_ index: Int, _ block: Range<Int>, _ worker: Worker) {
    let below = block.upperBound..<count
    let share = worker.share(of: block.count, alignedTo: 16)
    if !share.isEmpty {
      let inverse = inverse(ofBlock: index, block.count).rows(share)
      kernels.multiply(
        right.columns(block), transposed: inverse, into: part.rows(0..<1).columns(share))
    }
    worker.barrier()
    if worker.index == 0 {
      right.columns(block).assign(part.rows(0..<1).columns(0..<block.count))
    }
    worker.barrier()
    let rows = worker.share(of: below.count, alignedTo: 16)
    if !rows.isEmpty {
      let panel = panels[index].rows(block.count..<panels[index].rowCount)
      kernels.multiply(
        right.columns(block), transposed: panel.rows(rows), into: product.columns(rows))
      for row in rows { right[0, below.lowerBound + row] -= product[0, row] }
    }
    worker.barrier()
  }

  /// Solves a block of L^T x = y.
  ///
  /// The products of the rows below are computed in a fixed number of slices.
  private func substituteBackward(_ index: Int, _ block: Range<Int>, _ worker: Worker) {
    let below = block.upperBound..<count
    let size = (below.count + Self.sliceCount - 1) / Self.sliceCount
    for slice in 0..<Self.sliceCount where slice % worker.count == worker.index {
      let part = part.rows(slice..<slice + 1).columns(0..<block.count)
      let rows = min(slice * size, below.count)..<min((slice + 1) * size, below.count)
      guard !rows.isEmpty else {
        part.fill(0)
        continue
      }
      kernels.multiply(
        right.columns(below.lowerBound + rows.lowerBound..<below.lowerBound + rows.upperBound),
        panels[index].rows(block.count + rows.lowerBound..<block.count + rows.upperBound),
        into: part)
    }
    worker.barrier()
    if worker.index == 0 {
      for (column, place) in block.enumerated() {
        var sum = right[0, place]
        for slice in 0..<Self.sliceCount { sum -= part[slice, column] }
        product[0, column] = sum
      }
      kernels.multiply(
        product.columns(0..<block.count), inverse(ofBlock: index, block.count),
        into: right.columns(block))
    }
    worker.barrier()
  }
}
