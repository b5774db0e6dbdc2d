// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore
import Synchronization

/// The evaluation of softmax cross-entropy on one dense layer over all rows, in double precision.
///
/// It computes the loss with its gradient, and products of the Hessian with a vector. For the logits z = W x +
/// b of a row, p = softmax(z), the row's scale s, its targets t and their sum m, the gradient with respect to
/// the logits is s (m p - t). Along a direction (V, c) the logits change by u = V x + c, and the gradient by
/// s m p (u - <p, u>), which is exact. Source: Pearlmutter, "Fast exact multiplication by the Hessian", 1994.
///
/// If there are biases, the means of the features are subtracted, which changes no logit if b becomes b + W
/// times the means. Without it a column whose mean is large, such as a time, would leave no digits for its
/// differences.
///
/// The rows are divided into slices, and a slice into blocks that fit into the cache. A worker converts each
/// block to double once, for both products. The sums of a slice are added in the order of its rows, and those
/// of the slices in their order, so the bits depend neither on the workers nor on their number.
///
/// The probabilities of all rows are kept if they fit into 256 MiB. A product with the Hessian at the point of
/// the last evaluation then costs as much as a gradient, otherwise one and a half times as much.
final class LinearPlan: Sendable {
  private let classCount: Int
  private let inputCount: Int
  private let hasBias: Bool
  /// The index in the flat parameters of each element of a matrix of parameters; -1 for the padding.
  private let places: [Int]
  private let rowCount: Int
  private let rowsOfBlock: Int
  private let slices: [Range<Int>]
  private let kernels: Kernels
  private let arena = Arena()

  /// About the means of the features; 0 without biases.
  private let means: VectorView<Float>
  private let labels: VectorView<Int32>
  private let targets: LinearTargets
  /// The factor of each row's loss in the mean.
  private let scales: VectorView<Double>
  private let weightSum: Double
  private let predictionCount: Int

  // Matrices of parameters: [classes, width], where the width is the inputs, 1 for the bias, and padding.
  private let weight: DoubleMatrixView
  private let direction: DoubleMatrixView
  private let sums: [DoubleMatrixView]
  private let losses: VectorView<Double>
  private let correctCounts: VectorView<Int64>
  private let memory: [Memory]
  /// The probabilities of each block, [classes, rows of a block]; nil if they are too large.
  private let keptProbabilities: VectorView<Double>?
  // The parameters of the kept probabilities.
  private let point = Mutex<[Double]?>(nil)

  private static let greatestByteCount = 1 << 28
  private static let greatestSliceCount = 16

  /// The memory of a worker for a block.
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
    let scales: VectorView<Double>
  }

  /// Allocates memory for `workerCount` workers; nil if the network or the loss is not supported.
  init?(
    _ network: Sequential, on dataset: LabeledDataset, loss: Loss, workerCount: Int,
    kernels: Kernels
  ) {
    let operations = LoweredNetwork(network).operations
    let layout = ParameterLayout(network)
    guard loss.kind is CrossEntropyLoss, operations.count == 1,
      operations[0].traits.form == .product, !operations[0].isFrozen,
      let weight = layout.segments.first
    else { return nil }
    let bias = layout.segments.dropFirst().first
    self.kernels = kernels
    (classCount, inputCount) = (weight.shape[0], weight.shape[1])
    hasBias = bias != nil
    rowCount = dataset.count
    let width = (inputCount + (hasBias ? 1 : 0) + 15) / 16 * 16
    places = (0..<classCount * width).map { [inputCount] place in
      let (unit, input) = place.quotientAndRemainder(dividingBy: width)
      if input == inputCount, let bias { return bias.offset + unit }
      guard input < inputCount else { return -1 }
      return weight.index(unit: unit, input: input)
    }
    // About 256 KiB of features or of logits, and as many again for the transpose or the probabilities.
    rowsOfBlock = min(512, max(16, (1 << 15) / max(width, classCount) / 16 * 16))
    let blockCount = (rowCount + rowsOfBlock - 1) / rowsOfBlock
    let sliceCount = min(Self.greatestSliceCount, blockCount)
    slices = (0..<sliceCount).map { [rowCount, rowsOfBlock] slice in
      let (begin, end) = (blockCount * slice / sliceCount, blockCount * (slice + 1) / sliceCount)
      return begin * rowsOfBlock..<min(end * rowsOfBlock, rowCount)
    }

    means = arena.vector(
      copying: hasBias
        ? Self.means(of: dataset.features) : Array(repeating: 0, count: inputCount))
    targets = LinearTargets(loss, dataset)
    labels = arena.vector(copying: dataset.labels.map { Int32($0) })
    let weights = SampleWeights(
      loss, of: dataset.targets, labels: dataset.labels, sampleWeights: dataset.sampleWeights)
    let weightSum =
      weights.inDivisor.isEmpty ? Double(dataset.count) : weights.inDivisor.reduce(0, +)
    self.weightSum = weightSum
    scales = arena.vector(
      copying: weights.inSum.isEmpty
        ? Array(repeating: 1 / weightSum, count: dataset.count)
        : weights.inSum.map { weightSum > 0 ? $0 / weightSum : 0 })
    predictionCount =
      weights.inSum.isEmpty ? dataset.count : weights.inSum.count { $0 > 0 }

    self.weight = arena.doubles(rowCount: classCount, columnCount: width)
    direction = arena.doubles(rowCount: classCount, columnCount: width)
    sums = slices.map { [arena, classCount] _ in
      arena.doubles(rowCount: classCount, columnCount: width)
    }
    losses = arena.vector(count: sliceCount)
    correctCounts = arena.vector(count: sliceCount)
    memory = (0..<min(workerCount, sliceCount)).map {
      [arena, rowsOfBlock, classCount, inputCount, hasBias] _ in
      let memory = Memory(
        floats: arena.matrix(rowCount: rowsOfBlock, columnCount: inputCount),
        features: arena.doubles(rowCount: rowsOfBlock, columnCount: width),
        columns: arena.doubles(rowCount: width, columnCount: rowsOfBlock),
        logits: arena.doubles(rowCount: classCount, columnCount: rowsOfBlock),
        probabilities: arena.doubles(rowCount: classCount, columnCount: rowsOfBlock),
        greatest: arena.vector(count: rowsOfBlock), exponentials: arena.vector(count: rowsOfBlock),
        scales: arena.vector(count: rowsOfBlock))
      if hasBias {
        for row in 0..<rowsOfBlock {
          memory.features[row, inputCount] = 1
          memory.columns[inputCount, row] = 1
        }
      }
      return memory
    }
    let keptCount = blockCount * rowsOfBlock * classCount
    keptProbabilities =
      keptCount <= Self.greatestByteCount / 8 ? arena.vector(count: keptCount) : nil
  }

  /// Returns the greatest number of threads that are useful for the plan and for `HessianFactor`.
  ///
  /// Below some ten thousand multiplications waiting for another thread takes longer than they do.
  static func usefulThreadCount(rowCount: Int, parameterCount: Int) -> Int {
    min(greatestSliceCount, max(1, rowCount * parameterCount / 50_000))
  }

  /// Computes the mean loss of all rows, and its gradient.
  func valueAndGradient(
    at parameters: [Double], on features: FeatureSource, team: WorkerTeam,
    into gradient: inout [Double]
  ) -> LossTotals {
    load(parameters, into: weight)
    run(on: team) { plan, slice, memory in plan.differentiate(slice, features, memory) }
    point.withLock { $0 = parameters }
    add(to: &gradient)
    var totals = LossTotals(
      weightSum: weightSum, predictionCount: predictionCount,
      emptyStepCount: weightSum > 0 ? 0 : 1)
    for slice in slices.indices {
      totals.lossSum += losses[slice] * (weightSum > 0 ? weightSum : 1)
      totals.correctCount += Int(correctCounts[slice])
    }
    return totals
  }

  /// Computes the product of the Hessian of the mean loss with a vector.
  func hessianVectorProduct(
    at parameters: [Double], vector: [Double], on features: FeatureSource, team: WorkerTeam,
    into product: inout [Double]
  ) {
    let isKept = keptProbabilities != nil && point.withLock { $0 == parameters }
    if !isKept { load(parameters, into: weight) }
    load(vector, into: direction)
    run(on: team) { plan, slice, memory in
      plan.changeGradient(slice, features, memory, isKept: isKept)
    }
    point.withLock { $0 = parameters }
    add(to: &product)
  }
}

extension LinearPlan {
  /// The share of a row in the Hessian.
  struct Curvature {
    /// The factor s m of the row's (diag(p) - p p^T) x x^T.
    let factor: Double
    /// The trace of the row's factor (diag(p) - p p^T).
    let trace: Double
  }

  /// Returns the share of each row in the Hessian at the point of the last evaluation.
  ///
  /// The traces are the factors if the probabilities are not kept.
  func curvatures() -> [Curvature] {
    (0..<rowCount).map { row in
      let factor = max(0, scales[row] * targets.sum(ofRow: row, label: Int(labels[row])))
      guard let keptProbabilities else { return Curvature(factor: factor, trace: factor) }
      let first = row / rowsOfBlock * rowsOfBlock * classCount + row % rowsOfBlock
      var squares = 0.0
      for unit in 0..<classCount {
        let probability = keptProbabilities[first + unit * rowsOfBlock]
        squares += probability * probability
      }
      return Curvature(factor: factor, trace: factor * max(0, 1 - squares))
    }
  }

  private func load(_ flat: [Double], into matrix: DoubleMatrixView) {
    for (index, place) in places.enumerated() where place >= 0 {
      matrix.values[index] = flat[place]
    }
    guard hasBias else { return }
    for unit in 0..<classCount {
      for input in 0..<inputCount {
        matrix[unit, inputCount] += matrix[unit, input] * Double(means[input])
      }
    }
  }

  /// Subtracts from the weights and biases their means over the classes, which changes no probability.
  ///
  /// Of all parameters with these probabilities the result has the least norm.
  func centered(_ flat: [Double]) -> [Double] {
    var result = flat
    let width = weight.columnCount
    for column in 0..<inputCount + (hasBias ? 1 : 0) {
      let sum = (0..<classCount).reduce(0) { $0 + flat[places[$1 * width + column]] }
      for unit in 0..<classCount {
        result[places[unit * width + column]] -= sum / Double(classCount)
      }
    }
    return result
  }

  // Returns the means of the features over at most 4,096 rows, which are spaced evenly.
  private static func means(of features: Features) -> [Float] {
    let count = min(4096, features.rowCount)
    let rows = (0..<count).map { $0 * features.rowCount / count }
    let matrix = features.selecting(rows: rows).matrix
    var sums = [Double](repeating: 0, count: matrix.columnCount)
    for row in 0..<count {
      for (column, value) in matrix.row(row).enumerated() { sums[column] += Double(value) }
    }
    return sums.map { Float($0 / Double(count)) }
  }

  // Adds the sums of the slices in their order.
  private func add(to flat: inout [Double]) {
    for place in flat.indices { flat[place] = 0 }
    for sum in sums {
      for (index, place) in places.enumerated() where place >= 0 {
        flat[place] += sum.values[index]
      }
    }
    guard hasBias else { return }
    let width = weight.columnCount
    for unit in 0..<classCount {
      let ofBias = flat[places[unit * width + inputCount]]
      for input in 0..<inputCount {
        flat[places[unit * width + input]] += Double(means[input]) * ofBias
      }
    }
  }

  /// Calls `body` for each slice on one of the workers.
  private func run(
    on team: WorkerTeam, _ body: @escaping @Sendable (LinearPlan, Int, Memory) -> Void
  ) {
    team.run { [self] worker in
      for slice in slices.indices where slice % worker.count == worker.index {
        sums[slice].fill(0)
        body(self, slice, memory[worker.index])
      }
    }
  }

  /// Calls `body` with each block of a slice after its features have been converted to double.
  ///
  /// `body` computes the gradient with respect to the logits in `memory.logits`, which is 0 for rows that the
  /// block does not have.
  private func forEachBlock(
    of slice: Int, _ features: FeatureSource, _ memory: Memory, _ body: (Range<Int>) -> Void
  ) {
    let rows = slices[slice]
    for first in stride(from: rows.lowerBound, to: rows.upperBound, by: rowsOfBlock) {
      let block = first..<min(first + rowsOfBlock, rows.upperBound)
      let floats = memory.floats.rows(0..<block.count)
      kernels.convert(features, from: first, into: floats)
      kernels.widen(
        floats, minus: means, into: memory.features, transposed: memory.columns)
      body(block)
      kernels.add(productOf: memory.logits, memory.features, to: sums[slice])
    }
  }

  private func multiply(_ parameters: DoubleMatrixView, _ memory: Memory) {
    memory.logits.fill(0)
    kernels.add(productOf: parameters, memory.columns, to: memory.logits)
  }

  private func probabilities(of block: Range<Int>, _ memory: Memory) -> DoubleMatrixView {
    guard let keptProbabilities else { return memory.probabilities }
    let first = block.lowerBound * classCount
    return DoubleMatrixView(
      keptProbabilities.elements(first..<first + classCount * rowsOfBlock), rowCount: classCount,
      columnCount: rowsOfBlock)
  }

  private func differentiate(_ slice: Int, _ features: FeatureSource, _ memory: Memory) {
    var (loss, correctCount) = (0.0, 0)
    forEachBlock(of: slice, features, memory) { block in
      let logits = memory.logits
      let probabilities = probabilities(of: block, memory)
      multiply(weight, memory)
      kernels.softmaxColumns(
        logits, into: probabilities, greatest: memory.greatest, sums: memory.exponentials)
      for (column, row) in block.enumerated() {
        let label = Int(labels[row])
        let scale = scales[row]
        let isCorrect =
          (0..<classCount).first { logits[$0, column] == memory.greatest[column] } == label
        // A row of scale 0 contributes 0, even if its logits are infinite or NaN.
        guard scale > 0 else {
          for unit in 0..<classCount { logits[unit, column] = 0 }
          continue
        }
        let sum = memory.exponentials[column]
        let logSum =
          sum > 0 && sum.isFinite
          ? memory.greatest[column] + ElementaryFunctions.logarithm(sum) : .nan
        loss +=
          scale
          * targets.differentiate(
            logits, probabilities, column: column, row: row, label: label, logSum: logSum,
            scale: scale)
        if isCorrect { correctCount += 1 }
      }
      clear(logits, from: block.count)
    }
    losses[slice] = loss
    correctCounts[slice] = Int64(correctCount)
  }

  private func changeGradient(
    _ slice: Int, _ features: FeatureSource, _ memory: Memory, isKept: Bool
  ) {
    forEachBlock(of: slice, features, memory) { block in
      let probabilities = probabilities(of: block, memory)
      if !isKept {
        multiply(weight, memory)
        kernels.softmaxColumns(
          memory.logits, into: probabilities, greatest: memory.greatest,
          sums: memory.exponentials)
      }
      for (column, row) in block.enumerated() {
        memory.scales[column] = scales[row] * targets.sum(ofRow: row, label: Int(labels[row]))
      }
      for column in block.count..<rowsOfBlock { memory.scales[column] = 0 }
      multiply(direction, memory)
      kernels.changeSoftmaxColumns(probabilities, scale: memory.scales, by: memory.logits)
    }
  }

  // The last block may have fewer rows; the others must not contribute.
  private func clear(_ columns: DoubleMatrixView, from first: Int) {
    for unit in 0..<classCount {
      for column in first..<rowsOfBlock { columns[unit, column] = 0 }
    }
  }
}
