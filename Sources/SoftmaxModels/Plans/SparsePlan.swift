// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore
import Synchronization

/// The evaluation of a `LinearLoss` on one dense layer over sparse rows, in double precision.
///
/// The formulas are those of `LinearPlan`. Only the values other than 0 are read, row by row for the logits
/// and, from the transpose, column by column for the gradient: so each element of the gradient is one sum over
/// the rows in their order, which needs neither memory for each worker nor a sum of their parts. The means of the
/// features are not subtracted, since the differences would not be sparse.
///
/// The weights of a column are adjacent in memory, so an entry costs the few cache lines of its column, or of its
/// row's gradient. Memory grows with the entries, with rows x classes and with columns x classes (classes rounded
/// up to 8, of 8 bytes).
final class SparsePlan: RegressionPlan {
  let matrix: SparseMatrix
  /// The columns of the rows, as rows.
  let columns: SparseMatrix
  let classCount: Int
  let inputCount: Int
  let weight: ParameterLayout.Segment
  let bias: ParameterLayout.Segment?
  let blocks: [Range<Int>]
  let loss: LinearLoss
  private let kernels: Kernels
  private let arena = Arena()

  // The parameters, or the direction, in the order in which they are used: [inputs, width], and a row for the
  // biases. The width is the classes rounded up.
  private let factors: DoubleMatrixView
  private let shifts: DoubleMatrixView
  // The gradient with respect to the logits: [rows, width], and its sum over each block of rows.
  private let slopes: DoubleMatrixView
  private let slopeSums: DoubleMatrixView
  // The probabilities of each block: [classes, rows of a block].
  let probabilities: [DoubleMatrixView]
  private let losses: VectorView<Double>
  private let correctCounts: VectorView<Int64>
  private let memory: [Memory]
  // The parameters of the probabilities.
  private let point = Mutex<[Double]?>(nil)

  private static let rowsOfBlock = 256
  // The columns, and the inputs, that are moved between the two orders of the parameters at a time.
  private static let columnsOfBlock = 64
  // The share of values other than 0 above which full rows are faster.
  private static let greatestDensity = 0.25

  /// The memory of a worker.
  private struct Memory {
    /// [rows of a block, width], or the sums of some columns.
    let sums: DoubleMatrixView
    /// [classes, rows of a block].
    let logits: DoubleMatrixView
    let loss: LinearLoss.Memory
  }

  /// Returns the sparse rows of features if it is worth using them as such.
  static func matrix(of features: Features) -> SparseMatrix? {
    features.sparse.flatMap { $0.density < greatestDensity ? $0 : nil }
  }

  /// Allocates memory for `workerCount` workers; nil if the network or the loss is not supported.
  init?(
    _ network: Sequential, on dataset: LabeledDataset, rows matrix: SparseMatrix, loss: Loss,
    workerCount: Int, kernels: Kernels
  ) {
    guard let (weight, bias) = LinearPlan.segments(of: network, loss: loss) else { return nil }
    (self.weight, self.bias) = (weight, bias)
    self.matrix = matrix
    self.kernels = kernels
    columns = matrix.transposed
    (classCount, inputCount) = (weight.shape[0], weight.shape[1])
    let width = (classCount + 7) / 8 * 8
    let rowCount = matrix.rowCount
    blocks = stride(from: 0, to: rowCount, by: Self.rowsOfBlock).map {
      $0..<min($0 + Self.rowsOfBlock, rowCount)
    }
    self.loss = LinearLoss(loss, on: dataset, rowsOfBlock: Self.rowsOfBlock, in: arena)
    factors = arena.doubles(rowCount: inputCount, columnCount: width)
    shifts = arena.doubles(rowCount: 1, columnCount: width)
    slopes = arena.doubles(rowCount: rowCount, columnCount: width)
    slopeSums = arena.doubles(rowCount: blocks.count, columnCount: width)
    probabilities = blocks.map { [arena, classCount] _ in
      arena.doubles(rowCount: classCount, columnCount: Self.rowsOfBlock)
    }
    losses = arena.vector(count: blocks.count)
    correctCounts = arena.vector(count: blocks.count)
    memory = (0..<workerCount).map { [arena, classCount] _ in
      Memory(
        sums: arena.doubles(
          rowCount: max(Self.rowsOfBlock, Self.columnsOfBlock), columnCount: width),
        logits: arena.doubles(rowCount: classCount, columnCount: Self.rowsOfBlock),
        loss: LinearLoss.Memory(arena, rowsOfBlock: Self.rowsOfBlock))
    }
  }

  func valueAndGradient(
    at parameters: [Double], on features: FeatureSource, team: WorkerTeam,
    into gradient: inout [Double]
  ) -> LossTotals {
    evaluate(at: parameters, team: team)
    multiply(columns, team: team, into: &gradient)
    return loss.totals(losses: losses, correctCounts: correctCounts)
  }

  func hessianVectorProduct(
    at parameters: [Double], vector: [Double], on features: FeatureSource, team: WorkerTeam,
    into product: inout [Double]
  ) {
    prepare(at: parameters, team: team)
    load(vector, team: team)
    forEachBlock(team: team) { plan, block, memory in
      let first = plan.blocks[block].lowerBound
      plan.loss.change(memory.logits, at: plan.probabilities[block], from: first, plan.kernels)
    }
    multiply(columns, team: team, into: &product)
  }

  /// Returns the probabilities of some classes at some parameters, [rows, classes].
  func probabilities(of classes: Range<Int>, at parameters: [Double], team: WorkerTeam) -> [Double]
  {
    prepare(at: parameters, team: team)
    var result: [Double] = []
    result.reserveCapacity(matrix.rowCount * classes.count)
    for (index, block) in blocks.enumerated() {
      for column in 0..<block.count {
        for unit in classes { result.append(probabilities[index][unit, column]) }
      }
    }
    return result
  }

  func centered(_ flat: [Double], l1Penalty: Double) -> [Double] {
    var result = flat
    func center(_ place: (Int) -> Int) {
      let sum = (0..<classCount).reduce(0) { $0 + flat[place($1)] }
      for unit in 0..<classCount { result[place(unit)] -= sum / Double(classCount) }
    }
    let isOfBiases = l1Penalty > 0 && classCount > 2
    for input in 0..<(isOfBiases ? 0 : inputCount) {
      center { weight.index(unit: $0, input: input) }
    }
    if let bias { center { bias.offset + $0 } }
    return result
  }
}

// MARK: - Implementation

extension SparsePlan {
  /// Computes the losses, the probabilities and the gradient with respect to the logits of all rows.
  private func evaluate(at parameters: [Double], team: WorkerTeam) {
    load(parameters, team: team)
    forEachBlock(team: team) { plan, block, memory in
      plan.loss.computeProbabilities(
        of: memory.logits, into: plan.probabilities[block], memory.loss, plan.kernels)
      var (loss, correctCount) = (0.0, 0)
      plan.loss.differentiate(
        memory.logits, plan.probabilities[block], memory.loss, of: plan.blocks[block],
        addingTo: &loss, &correctCount)
      plan.losses[block] = loss
      plan.correctCounts[block] = Int64(correctCount)
    }
    point.withLock { $0 = parameters }
  }

  /// Evaluates the rows unless the probabilities are those of the parameters.
  func prepare(at parameters: [Double], team: WorkerTeam) {
    let isKept = point.withLock { $0 == parameters }
    if !isKept { evaluate(at: parameters, team: team) }
  }

  /// Brings flat parameters into the order of `factors`.
  private func load(_ flat: [Double], team: WorkerTeam) {
    if let bias {
      for unit in 0..<classCount { shifts[0, unit] = flat[bias.offset + unit] }
    }
    team.run { [self] worker in
      let share = worker.share(of: inputCount, alignedTo: Self.columnsOfBlock)
      for first in stride(from: share.lowerBound, to: share.upperBound, by: Self.columnsOfBlock) {
        let inputs = first..<min(first + Self.columnsOfBlock, share.upperBound)
        factors.assign(flat, at: weight.places, inputs: inputs, unitCount: classCount)
      }
    }
  }

  /// Computes the products of `factors` and the rows of each block, and calls `body` to replace them by the
  /// gradient with respect to the logits.
  private func forEachBlock(
    team: WorkerTeam, _ body: @escaping @Sendable (SparsePlan, Int, Memory) -> Void
  ) {
    team.run { [self] worker in
      let memory = memory[worker.index]
      matrix.withRows { rows in
        for block in worker.share(of: blocks.count) {
          memory.sums.fillRows(count: blocks[block].count, with: shifts.values)
          for (place, row) in blocks[block].enumerated() {
            kernels.add(
              productOf: row, of: rows, factors, to: memory.sums.rows(place..<place + 1).values)
          }
          memory.logits.assign(transposed: memory.sums, rowCount: blocks[block].count)
          body(self, block, memory)
          store(memory.logits, ofBlock: block)
        }
      }
    }
  }

  /// Copies the gradient with respect to the logits of a block to its rows, and sums it over them.
  private func store(_ logits: DoubleMatrixView, ofBlock block: Int) {
    logits.copy(
      transposedTo: slopes, rows: blocks[block], sums: slopeSums.rows(block..<block + 1).values)
  }

  /// Computes the product of columns and `slopes` in the layout of the flat parameters.
  private func multiply(_ columns: SparseMatrix, team: WorkerTeam, into flat: inout [Double]) {
    flat.withVectorView { flat in
      guard let flat else { return }
      team.run { [self] worker in
        let sums = memory[worker.index].sums
        columns.withRows { columns in
          let share = Self.share(of: columns, worker)
          for first in stride(
            from: share.lowerBound, to: share.upperBound, by: Self.columnsOfBlock)
          {
            let inputs = first..<min(first + Self.columnsOfBlock, share.upperBound)
            let part = sums.rows(0..<inputs.count)
            part.fill(0)
            for (place, input) in inputs.enumerated() {
              kernels.add(
                productOf: input, of: columns, slopes, to: part.rows(place..<place + 1).values)
            }
            part.copy(to: flat, at: weight.places, inputs: inputs, unitCount: classCount)
          }
        }
      }
      guard let bias else { return }
      for unit in 0..<classCount {
        flat[bias.offset + unit] = blocks.indices.reduce(0) { $0 + slopeSums[$1, unit] }
      }
    }
  }

  /// Returns a worker's columns: those of all workers have about as many entries.
  static func share(of columns: SparseRows, _ worker: Worker) -> Range<Int> {
    // A column without entries has a cost as well.
    func cost(before column: Int) -> Int { columns.entryCount(before: column) + 4 * column }
    let total = cost(before: columns.rowCount)
    func begin(_ index: Int) -> Int {
      let goal = total * index / worker.count
      var (low, high) = (0, columns.rowCount)
      while low < high {
        let middle = (low + high) / 2
        if cost(before: middle) < goal { low = middle + 1 } else { high = middle }
      }
      return index == worker.count ? columns.rowCount : low
    }
    return begin(worker.index)..<begin(worker.index + 1)
  }
}
