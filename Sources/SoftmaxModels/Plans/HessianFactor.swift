// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// The Cholesky factor of the Hessian of softmax regression, or of an approximation, estimated on some of the
/// rows.
///
/// The Hessian of the mean cross-entropy at probabilities p is the sum over pairs of classes (a, b) of the
/// mean over the rows of p_a p_b (x, 1) (x, 1)^T, applied to the difference of the two classes' parameters. So each
/// pair is estimated on rows of its own, drawn in proportion to p_a p_b. Since only differences matter, those to
/// the last class are the parameters of the factor: it is positive definite and has a class less. An L2 penalty
/// on parameters that sum to 0 is also a sum over pairs, with l2 / classes.
///
/// The approximation is one matrix for all classes: the mean over the rows of the sum of p (1 - p), divided by
/// the number of classes but one, times (x, 1) (x, 1)^T. It is the Hessian where all probabilities are equal.
/// For many classes its factor costs next to nothing. The features are scaled so that
/// variance and penalty add up to 1 and, if there are biases, their means are subtracted, so floats suffice for
/// features of any scale.
///
/// If each class is told from the rest by itself, the Hessian is a matrix for each class, p (1 - p) (x, 1) (x, 1)^T,
/// estimated on rows of its own. The approximation is then the mean of these matrices.
///
/// The factor takes n^2 floats for n parameters, and n^2 / 2 halves. It costs about n^2 `rowCount` / 2 + n^3 / 6
/// multiplications, and a solution n^2, at the bandwidth of the memory. So a large factor of the whole Hessian is
/// read as halves, if it is estimated on rows that are drawn: the error of the estimate is greater than that of the
/// rounding. All sums have a fixed order, so the bits do not depend on the number of threads.
final class HessianFactor: Sendable {
  /// The parameters at which the Hessian was estimated.
  let point: [Float]
  /// The greatest number of rows of the estimate of a pair of classes.
  let rowCount: Int
  let form: Form
  /// Whether the probabilities of a row sum to 1, so that what is common to all classes has no curvature but that of
  /// the penalty.
  let isCoupled: Bool

  /// What is factorized.
  enum Form {
    case whole
    /// One matrix for all classes.
    case shared
    /// A matrix for each class, for one class against the rest.
    case separate
  }

  let classCount: Int
  // The number of parameters of a class, and of a factor.
  let width: Int
  let count: Int
  private var matrixCount: Int { form == .separate ? classCount : 1 }
  let hasBias: Bool
  let l2Penalty: Double
  let kernels: Kernels
  let team: WorkerTeam
  let memory: Memory
  /// What solutions read in place of the factor's elements below the blocks on the diagonal, if it is large.
  let halves: HalvedTriangle?

  /// The greatest number of parameters for which the factor is computed, in 320 MiB.
  static let greatestParameterCount = 8192
  static let block = 128
  // Rows are drawn from so many times their number.
  private static let rowsPerDrawn = 16
  // A factor of more parameters than these does not stay in the caches.
  static let greatestCachedCount = 2048

  /// Returns the number of rows and columns of a factor.
  static func parameterCount(_ form: Form, classCount: Int, width: Int) -> Int {
    form == .whole ? (classCount - 1) * width : width
  }

  /// Estimates the Hessian at some parameters and factorizes it.
  ///
  /// - Parameters:
  ///   - plan: the evaluation of the network, which is one dense layer.
  ///   - layout: the parameters of the network.
  ///   - features: the samples.
  ///   - l2Penalty: the factor l2 of the penalty.
  ///   - point: the flat parameters.
  ///   - rowCount: the greatest number of rows of the estimate of a pair of classes.
  ///   - form: what is factorized.
  ///   - team: the threads that compute the factor and the solutions.
  ///   - greatestCachedCount: the greatest number of parameters of a factor that is not stored as halves.
  ///   - previous: a factor that is no longer used, whose memory the new one may take.
  /// - Throws: `diverged` if the Hessian is not finite.
  init(
    of plan: LinearPlan, _ layout: ParameterLayout, on features: Features, l2Penalty: Double,
    at point: [Float], rowCount: Int, form: Form, team: WorkerTeam,
    greatestCachedCount: Int = HessianFactor.greatestCachedCount,
    replacing previous: consuming HessianFactor? = nil
  ) throws(SoftmaxError) {
    self.point = point
    self.rowCount = rowCount
    self.form = form
    isCoupled = !plan.loss.isOneVsRest
    self.l2Penalty = l2Penalty
    self.team = team
    kernels = plan.kernels
    let weight = layout.segments[0]
    let (classes, inputs) = (weight.shape[0], weight.shape[1])
    let bias = layout.segments.dropFirst().first
    classCount = classes
    hasBias = bias != nil
    width = inputs + (hasBias ? 1 : 0)
    count = Self.parameterCount(form, classCount: classes, width: width)
    memory = Memory.reusing(
      previous,
      Memory.Shape(
        classCount: classes, width: width, count: count,
        matrixCount: form == .separate ? classes : 1, sideCount: form == .whole ? 1 : classes,
        hasHalves: form == .whole && count > greatestCachedCount))
    for unit in 0..<classes {
      for input in 0..<inputs {
        memory.order[unit * width + input] = Int64(weight.index(unit: unit, input: input))
      }
      if let bias { memory.order[unit * width + inputs] = Int64(bias.offset + unit) }
    }
    let sample = HessianSample(
      of: plan, on: features, at: point.map { Double($0) }, l2Penalty: l2Penalty,
      rowCount: Self.rowsPerDrawn * rowCount, team: team)
    for column in 0..<width {
      (memory.means[column], memory.scales[column]) = (sample.means[column], sample.scales[column])
    }
    let isDrawn = sample.rows.count > rowCount
    halves = isDrawn ? memory.halves : nil
    var ridge: Float = isDrawn ? 1e-3 : 1e-6
    while true {
      estimate(sample, ridge: ridge, memory.matrix)
      if (0..<matrixCount).allSatisfy(factorize) { break }
      // Rounding made the matrix indefinite.
      ridge *= 16
      guard ridge < 1e4 else {
        throw SoftmaxError(
          .diverged, "the Hessian of the objective is not finite",
          remedy: "standardize the features")
      }
    }
  }

  /// Takes the matrix of another factor, for solutions beside its own, by other threads.
  init(sharing other: HessianFactor, on team: WorkerTeam) {
    (point, rowCount, form) = (other.point, other.rowCount, other.form)
    (classCount, width, count) = (other.classCount, other.width, other.count)
    (hasBias, l2Penalty, kernels) = (other.hasBias, other.l2Penalty, other.kernels)
    (isCoupled, halves) = (other.isCoupled, other.halves)
    self.team = team
    memory = Memory(sharing: other.memory)
  }

  /// Replaces a vector by the solution of H y = x, in the layout of the flat parameters.
  ///
  /// For features (x - mean) / deviation the weights are those for x times the deviation, and the biases are
  /// greater by the sum of the means times the weights.
  func solve(_ x: inout [Double]) {
    x.withVectorView { x in
      guard let x else { return }
      team.run { [self] worker in
        let units = form == .whole ? classCount - 1 : classCount
        let columns = worker.share(of: width)
        let own = worker.share(of: classCount)
        let values = memory.values
        for unit in own { values.row(unit).gather(x, at: places(of: unit)) }
        worker.barrier()
        if isCoupled {
          values.addMeans(to: memory.common, columns: columns)
          worker.barrier()
        }
        for unit in worker.share(of: units) { load(unit) }
        worker.barrier()
        substitute(worker)
        worker.barrier()
        for unit in own { store(unit, units) }
        if isCoupled {
          worker.barrier()
          // Of what is common the factor's part is replaced.
          let penalized = min(columns.upperBound, hasBias ? width - 1 : width)
          for column in columns {
            memory.common[column] *= l2Penalty > 0 && column < penalized ? -1 / l2Penalty : 0
          }
          values.addMeans(to: memory.common, columns: columns)
          values.subtract(memory.common, columns: columns)
          for column in columns { memory.common[column] = 0 }
          worker.barrier()
        }
        for unit in own { values.row(unit).scatter(to: x, at: places(of: unit)) }
      }
    }
  }

  private func places(of unit: Int) -> VectorView<Int64> {
    memory.order.elements(unit * width..<(unit + 1) * width)
  }

  private func side(_ unit: Int) -> MatrixView {
    let (row, first) = form == .whole ? (0, unit * width) : (unit, 0)
    return memory.right.rows(row..<row + 1).columns(first..<first + width)
  }

  // Copies the right side of a class, for centred and scaled features.
  private func load(_ unit: Int) {
    let values = memory.values.row(unit)
    let bias = hasBias ? values[width - 1] - memory.common[width - 1] : 0
    side(unit).assign(
      values, minus: memory.common, plus: memory.means, times: -bias, scaledBy: memory.scales)
  }

  // Classes from `units` on, which the factor does not have, are 0.
  private func store(_ unit: Int, _ units: Int) {
    let values = memory.values.row(unit)
    guard unit < units else { return values.fill(0) }
    let shift = side(unit).copy(to: values, scaledBy: memory.scales, weightedBy: memory.means)
    if hasBias { values[width - 1] -= shift }
  }
}

// MARK: - The factor

extension HessianFactor {
  static func blocks(_ count: Int) -> [Range<Int>] {
    stride(from: 0, to: count, by: block).map { $0..<min($0 + block, count) }
  }

  func matrix(_ index: Int) -> MatrixView {
    memory.matrix.rows(index * count..<(index + 1) * count)
  }

  func inverse(of matrix: Int, block index: Int, _ size: Int) -> MatrixView {
    let first = (matrix * Self.blocks(count).count + index) * Self.block
    return memory.inverses.rows(first..<first + size).columns(0..<size)
  }

  /// Replaces a matrix by its Cholesky factor; returns false if it is not positive definite.
  ///
  /// For each block of columns, the products of the columns before are subtracted, the block on the
  /// diagonal is factorized and inverted, and the rows below are multiplied by the inverse.
  private func factorize(_ number: Int) -> Bool {
    let factor = matrix(number)
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
        let inverse = inverse(of: number, block: index, block.count)
        if worker.index == 0 {
          let diagonal = factor.rows(block).columns(block)
          if !diagonal.factorize(inverse: inverse) { isPositive[0] = 0 }
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
          halves?.assign(factor, rows: remainingRows, column: index)
        }
        worker.barrier()
      }
    }
    return isPositive[0] == 1
  }
}
