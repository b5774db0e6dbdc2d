// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// The Hessian of softmax regression with an L2 penalty with respect to some of its coordinates, as a matrix in
/// double precision.
///
/// A row with the weight s, the features x and the probabilities p adds s p_j (1 - p_j) x x^T to the block of
/// class j with itself, and -(s p_j x) (p_k x)^T to that of classes j and k. So each block is a product of two
/// matrices over the rows.
///
/// For n coordinates it costs up to rows n^2 multiplications, for many classes half of that, and at most 16 n^2 bytes. Each element is summed in the order
/// of the rows, whatever the number of threads.
struct ActiveHessian {
  /// [coordinates, coordinates], symmetric and positive definite.
  let matrix: DoubleMatrixView
  private let arena: Arena

  /// Added to the diagonal as a share of it, because the Hessian is singular where columns are collinear.
  private static let ridge = 1e-10
  private static let rowsOfPart = 64
  private static let partCount = 4
  private static let rowsOfTile = 64
  private static let rowsOfBlock = rowsOfPart * partCount

  /// The rows of the sum, with their weights in it.
  typealias Rows = [(row: Int, weight: Double)]

  /// Computes the matrix.
  ///
  /// - Parameters:
  ///   - coordinates: the coordinates of all parameters.
  ///   - active: the indices of the coordinates of the matrix, ascending.
  ///   - parameters: the flat parameters at which the Hessian is computed.
  ///   - features: the features of all samples.
  ///   - rows: the rows of the sum.
  ///   - l2Penalty: the factor l2 of the penalty.
  ///   - team: the threads.
  ///   - kernels: the kernels.
  init(
    _ coordinates: LinearCoordinates, _ active: [Int], at parameters: [Double],
    on features: Features, rows: Rows, l2Penalty: Double, team: WorkerTeam, kernels: Kernels
  ) {
    let blocks = Blocks(coordinates, active)
    let sum = RowSum(
      coordinates, blocks, at: parameters, weights: rows.map(\.weight),
      workerCount: team.threadCount, kernels: kernels)
    let chosen =
      rows.count == features.rowCount ? features : features.selecting(rows: rows.map(\.row))
    chosen.withSource { sum.run(on: $0, team: team) }
    arena = Arena()
    matrix = arena.doubles(rowCount: active.count, columnCount: active.count)
    for (first, columns) in blocks.ranges.enumerated() {
      for second in 0...first {
        let block = sum.sums[first][second]
        for (row, index) in columns.enumerated() {
          for (column, other) in blocks.ranges[second].enumerated() {
            matrix[index, other] = block[row, column]
            matrix[other, index] = block[row, column]
          }
        }
      }
    }
    for (index, coordinate) in active.enumerated() {
      matrix[index, index] =
        matrix[index, index] * (1 + Self.ridge)
        + coordinates.curvature(ofPenalty: l2Penalty, at: coordinate)
    }
    // A feature that is constant has no curvature. With a little of it, an L1 penalty moves the weight to 0 at once.
    let trace = active.indices.reduce(0) { $0 + matrix[$1, $1] }
    let least = trace > 0 ? Self.ridge * trace / Double(active.count) : 1
    for index in active.indices where !(matrix[index, index] > least) {
      matrix[index, index] = least
    }
  }

  /// The active coordinates by output.
  private struct Blocks: Sendable {
    let outputs: [Int]
    /// The indices of the active coordinates of each output.
    let ranges: [Range<Int>]
    /// The column of each active coordinate in the features, the number of inputs for a bias.
    let columns: [Int]

    init(_ coordinates: LinearCoordinates, _ active: [Int]) {
      let places = active.map(coordinates.place)
      columns = places.map { $0.input ?? coordinates.inputCount }
      var ranges: [Range<Int>] = []
      var outputs: [Int] = []
      for (index, place) in places.enumerated() {
        if outputs.last != place.output {
          outputs.append(place.output)
          ranges.append(index..<index)
        }
        ranges[ranges.count - 1] = ranges[ranges.count - 1].lowerBound..<index + 1
      }
      self.outputs = outputs
      self.ranges = ranges
    }
  }

  /// The sums over the rows, block by block of rows.
  private final class RowSum: Sendable {
    /// The blocks of the lower triangle: [coordinates of an output, coordinates of another].
    let sums: [[DoubleMatrixView]]
    private let arena = Arena()
    private let blocks: Blocks
    private let weight: DoubleMatrixView
    private let scales: [Double]
    private let means: VectorView<Float>
    private let weights: VectorView<Double>
    private let rowCount: Int
    private let kernels: Kernels
    private let memory: [Memory]
    // [coordinates, rows of a block]: s p (1 - p) x and -s p x.
    private let curved: DoubleMatrixView
    private let negated: DoubleMatrixView
    // For each output [rows of a block, coordinates]: x and p x.
    private let plain: [DoubleMatrixView]
    private let products: [DoubleMatrixView]

    /// The memory of a worker for a part of a block.
    private struct Memory {
      let floats: MatrixView
      /// [rows, width], and its transpose.
      let features: DoubleMatrixView
      let columns: DoubleMatrixView
      /// [classes, rows].
      let logits: DoubleMatrixView
      let probabilities: DoubleMatrixView
      let greatest: VectorView<Double>
      let exponentials: VectorView<Double>
    }

    init(
      _ coordinates: LinearCoordinates, _ blocks: Blocks, at parameters: [Double],
      weights: [Double], workerCount: Int, kernels: Kernels
    ) {
      let arena = arena
      self.blocks = blocks
      self.kernels = kernels
      let inputCount = coordinates.inputCount
      let width = (coordinates.width + 15) / 16 * 16
      weight = coordinates.centeredWeights(of: parameters, columnCount: width, in: arena)
      scales = blocks.columns.map { $0 < inputCount ? coordinates.scales[$0] : 1 }
      means = arena.vector(copying: coordinates.means)
      rowCount = weights.count
      let padding = (rowsOfBlock - rowCount % rowsOfBlock) % rowsOfBlock
      self.weights = arena.vector(copying: weights + Array(repeating: 0, count: padding))
      memory = (0..<min(workerCount, partCount)).map { [weight] _ in
        let memory = Memory(
          floats: arena.matrix(rowCount: rowsOfPart, columnCount: inputCount),
          features: arena.doubles(rowCount: rowsOfPart, columnCount: width),
          columns: arena.doubles(rowCount: width, columnCount: rowsOfPart),
          logits: arena.doubles(rowCount: weight.rowCount, columnCount: rowsOfPart),
          probabilities: arena.doubles(rowCount: weight.rowCount, columnCount: rowsOfPart),
          greatest: arena.vector(count: rowsOfPart), exponentials: arena.vector(count: rowsOfPart)
        )
        if coordinates.hasBias {
          for row in 0..<rowsOfPart { memory.columns[inputCount, row] = 1 }
        }
        return memory
      }
      let count = blocks.columns.count
      // With one output there are no pairs.
      let isPaired = blocks.outputs.count > 1
      func byOutput() -> [DoubleMatrixView] {
        blocks.ranges.map { arena.doubles(rowCount: rowsOfBlock, columnCount: $0.count) }
      }
      curved = arena.doubles(rowCount: count, columnCount: rowsOfBlock)
      negated = arena.doubles(rowCount: isPaired ? count : 0, columnCount: rowsOfBlock)
      plain = byOutput()
      products = isPaired ? byOutput() : []
      sums = blocks.ranges.enumerated().map { first, range in
        blocks.ranges[...first].map {
          arena.doubles(rowCount: range.count, columnCount: $0.count)
        }
      }
    }

    func run(on features: FeatureSource, team: WorkerTeam) {
      // Tiles of the rows of the blocks, each with the number of its output.
      let tiles = blocks.ranges.enumerated().flatMap { block, range in
        stride(from: 0, to: range.count, by: rowsOfTile).map {
          (block, $0..<min($0 + rowsOfTile, range.count))
        }
      }
      team.run { [self] worker in
        for first in stride(from: 0, to: rowCount, by: rowsOfBlock) {
          for part in 0..<partCount where part % worker.count == worker.index {
            load(part, from: first, features, memory[worker.index])
          }
          worker.barrier()
          for (index, (block, rows)) in tiles.enumerated()
          where index % worker.count == worker.index {
            add(block, rows)
          }
          worker.barrier()
        }
      }
    }

    // Computes the factors of the products for a part of a block of rows.
    private func load(_ part: Int, from first: Int, _ features: FeatureSource, _ memory: Memory) {
      let begin = first + part * rowsOfPart
      let count = min(rowsOfPart, rowCount - begin)
      if count > 0 {
        let floats = memory.floats.rows(0..<count)
        kernels.convert(features, from: begin, into: floats)
        kernels.widen(floats, minus: means, into: memory.features, transposed: memory.columns)
        memory.logits.fill(0)
        kernels.add(productOf: weight, memory.columns, to: memory.logits)
        kernels.softmaxColumns(
          memory.logits, into: memory.probabilities, greatest: memory.greatest,
          sums: memory.exponentials)
      }
      // Rows that the last block does not have weigh 0.
      let weights = weights.elements(begin..<begin + rowsOfPart)
      for (block, range) in blocks.ranges.enumerated() {
        let probabilities = memory.probabilities.rows(
          blocks.outputs[block]..<blocks.outputs[block] + 1
        ).values
        for (place, index) in range.enumerated() {
          let (column, scale) = (blocks.columns[index], scales[index])
          let values = memory.columns.rows(column..<column + 1).values
          let plain = plain[block]
          let products = products.isEmpty ? nil : products[block]
          for row in 0..<rowsOfPart {
            let (x, p) = (scale * values[row], probabilities[row])
            let weighted = weights[row] * p * x
            let at = part * rowsOfPart + row
            curved[index, at] = weighted * (1 - p)
            plain[at, place] = x
            guard let products else { continue }
            negated[index, at] = -weighted
            products[at, place] = p * x
          }
        }
      }
    }

    // Adds the products of a block of rows to some rows of the blocks of an output.
    private func add(_ block: Int, _ rows: Range<Int>) {
      let begin = blocks.ranges[block].lowerBound
      let own = begin + rows.lowerBound..<begin + rows.upperBound
      for other in 0..<block {
        kernels.add(
          productOf: negated.rows(own), products[other], to: sums[block][other].rows(rows))
      }
      kernels.add(productOf: curved.rows(own), plain[block], to: sums[block][block].rows(rows))
    }
  }
}
