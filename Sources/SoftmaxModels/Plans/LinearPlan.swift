// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore
import Synchronization

/// The evaluation of a `LinearLoss` on one dense layer over all rows, for solvers.
///
/// It computes the loss with its gradient, and products of the Hessian with a vector. For the logits z = W x +
/// b of a row, p = softmax(z), the row's scale s, its targets t and their sum m, the gradient with respect to
/// the logits is s (m p - t). Along a direction (V, c) the logits change by u = V x + c, and the gradient by
/// s m p (u - <p, u>), for one class against the rest by s p (1 - p) u, which is exact. Source: Pearlmutter, "Fast
/// exact multiplication by the Hessian", 1994.
///
/// If there are biases, the means of the features are subtracted, which changes no logit if b becomes b + W
/// times the means. Without it a column whose mean is large, such as a time, would leave no digits for its
/// differences.
///
/// The rows are divided into slices, and a slice into blocks that fit into the cache. A worker converts each
/// block to double once, for both products. The sums of a slice are added in the order of its rows, and those
/// of the slices in their order, so the bits depend neither on the workers nor on their number.
///
/// Everything is in double precision, except products of matrices that are large: those of the Hessian's from
/// 2^22 multiplications, and those of the loss and its gradient from 2^30. They are in single precision, and
/// their sums over blocks of rows in double, unless a column's mean is more than 64 times its deviation. A
/// solver needs products of the Hessian only to find a direction.
///
/// Converted features are kept if they take at most 16 MiB: a pass over small data then only multiplies.
///
/// The probabilities of all rows are kept if they fit into 256 MiB. A product with the Hessian at the point of
/// the last evaluation then costs as much as a gradient, otherwise one and a half times as much.
final class LinearPlan: RegressionPlan {
  let classCount: Int
  let inputCount: Int
  let hasBias: Bool
  /// The number of parameters of a class.
  var width: Int { inputCount + (hasBias ? 1 : 0) }
  /// The index in the flat parameters of each element of a matrix of parameters; -1 for the padding.
  private let places: [Int]
  let rowCount: Int
  let rowsOfBlock: Int
  let slices: [Range<Int>]
  let kernels: Kernels
  /// The precision of products of matrices in the loss and its gradient, and in products with the Hessian.
  let precision: Precision
  let precisionOfProducts: Precision
  private let arena = Arena()

  let moments: ColumnMoments
  /// About the means of the features; 0 without biases.
  let means: VectorView<Float>
  let loss: LinearLoss

  // Matrices of parameters: [classes, width], where the width is the inputs, 1 for the bias, and padding.
  let weight: Parameters
  let direction: Parameters
  let sums: [DoubleMatrixView]
  let losses: VectorView<Double>
  let correctCounts: VectorView<Int64>
  let memory: [Memory]
  /// The features of each block; empty if they do not fit into the cache.
  let keptInputs: [Inputs]
  /// The probabilities of each block, [classes, rows of a block]; nil if they are too large.
  let keptProbabilities: VectorView<Double>?
  // The parameters of the kept probabilities.
  private let point = Mutex<[Double]?>(nil)

  private static let greatestByteCount = 1 << 28
  // Converted features are read again faster than they are converted while they stay in a cache.
  private static let greatestInputsByteCount = 1 << 24
  private static let greatestSliceCount = 16

  /// The precision of products of matrices.
  enum Precision { case single, double }

  /// Parameters as a matrix, in double precision for centred features, or in single precision.
  struct Parameters {
    let doubles: DoubleMatrixView
    let floats: MatrixView

    init(_ arena: Arena, classCount: Int, width: Int) {
      doubles = arena.doubles(rowCount: classCount, columnCount: width)
      floats = arena.matrix(rowCount: classCount, columnCount: width)
    }
  }

  // The numbers of multiplications from which products are in single precision: such a product with the
  // Hessian takes some 0.2 ms, and an evaluation some 100.
  private static let largeProduct = 1 << 22
  private static let largeEvaluation = 1 << 30
  private static let greatestMean = 64.0

  /// Allocates memory for `workerCount` workers; nil if the network or the loss is not supported.
  ///
  /// - Parameters:
  ///   - precision: the precision of all products; nil for the one of their size.
  ///   - isCoarse: whether products of any size may be in single precision, for solves of low accuracy.
  init?(
    _ network: Sequential, on dataset: LabeledDataset, loss: Loss, workerCount: Int,
    kernels: Kernels, precision: Precision? = nil, isCoarse: Bool = false
  ) {
    guard let (weight, bias) = Self.segments(of: network, loss: loss) else { return nil }
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
    moments = ColumnMoments(of: dataset.features, kernels)
    let multiplicationCount = rowCount * classCount * width
    let isSpread = zip(moments.means, moments.variances).allSatisfy { mean, variance in
      mean.magnitude <= Self.greatestMean * variance.squareRoot()
    }
    self.precision =
      precision
      ?? (isSpread && (isCoarse || multiplicationCount >= Self.largeEvaluation) ? .single : .double)
    precisionOfProducts =
      precision
      ?? (isSpread && (isCoarse || multiplicationCount >= Self.largeProduct) ? .single : .double)
    // About 256 KiB of features or of logits in double, and as many again for the transpose or the
    // probabilities; with the loss in single precision four times as many rows, at most 512.
    let size = self.precision == .single ? 1 << 17 : 1 << 15
    rowsOfBlock = min(512, max(16, size / max(width, classCount) / 16 * 16))
    let blockCount = (rowCount + rowsOfBlock - 1) / rowsOfBlock
    let sliceCount = min(Self.greatestSliceCount, blockCount)
    slices = (0..<sliceCount).map { [rowCount, rowsOfBlock] slice in
      let (begin, end) = (blockCount * slice / sliceCount, blockCount * (slice + 1) / sliceCount)
      return begin * rowsOfBlock..<min(end * rowsOfBlock, rowCount)
    }

    means = arena.vector(
      copying: hasBias
        ? moments.means.map { Float($0) } : Array(repeating: 0, count: inputCount))
    self.loss = LinearLoss(loss, on: dataset, rowsOfBlock: rowsOfBlock, in: arena)

    self.weight = Parameters(arena, classCount: classCount, width: width)
    direction = Parameters(arena, classCount: classCount, width: width)
    sums = slices.map { [arena, classCount] _ in
      arena.doubles(rowCount: classCount, columnCount: width)
    }
    losses = arena.vector(count: sliceCount)
    correctCounts = arena.vector(count: sliceCount)
    memory = (0..<min(workerCount, sliceCount)).map {
      [arena, rowsOfBlock, classCount, inputCount, hasBias] _ in
      Memory(
        arena, rowsOfBlock: rowsOfBlock, classCount: classCount, inputCount: inputCount,
        width: width, hasBias: hasBias)
    }
    let precisions: Set = [self.precision, precisionOfProducts]
    let keepsInputs =
      blockCount * rowsOfBlock * width
      <= Self.greatestInputsByteCount / Inputs.byteCount(precisions)
    keptInputs = (0..<(keepsInputs ? blockCount : 0)).map {
      [arena, rowsOfBlock, inputCount, hasBias] _ in
      Inputs(
        arena, rowsOfBlock: rowsOfBlock, inputCount: inputCount, width: width, hasBias: hasBias,
        precisions: precisions, isKept: true)
    }
    let keptCount = blockCount * rowsOfBlock * classCount
    keptProbabilities =
      keptCount <= Self.greatestByteCount / 8 ? arena.vector(count: keptCount) : nil
  }

  /// Returns the places of weights and biases in the flat parameters; nil if the network is not one dense layer
  /// that is trained, or the loss is not one of `LinearLoss`.
  static func segments(
    of network: Sequential, loss: Loss
  ) -> (weight: ParameterLayout.Segment, bias: ParameterLayout.Segment?)? {
    let operations = LoweredNetwork(network).operations
    let segments = ParameterLayout(network).segments
    guard LinearLoss.supports(loss), operations.count == 1,
      operations[0].traits.form == .product, !operations[0].isFrozen, let weight = segments.first
    else { return nil }
    return (weight, segments.dropFirst().first)
  }

  /// Returns the greatest number of threads that are useful for the plan and for `HessianFactor`.
  ///
  /// Below some ten thousand multiplications waiting for another thread takes longer than they do.
  static func usefulThreadCount(multiplicationCount: Int) -> Int {
    min(greatestSliceCount, max(1, multiplicationCount / 50_000))
  }

  /// Computes the mean loss of all rows, and its gradient.
  func valueAndGradient(
    at parameters: [Double], on features: FeatureSource, team: WorkerTeam,
    into gradient: inout [Double]
  ) -> LossTotals {
    load(parameters, into: weight, precision)
    run(on: team) { plan, slice, memory in plan.differentiate(slice, features, memory) }
    point.withLock { $0 = parameters }
    add(to: &gradient, precision, team: team)
    return loss.totals(losses: losses, correctCounts: correctCounts)
  }

  /// Computes the product of the Hessian of the mean loss with a vector.
  func hessianVectorProduct(
    at parameters: [Double], vector: [Double], on features: FeatureSource, team: WorkerTeam,
    into product: inout [Double]
  ) {
    let isKept = keptProbabilities != nil && point.withLock { $0 == parameters }
    if !isKept { load(parameters, into: weight, precision) }
    load(vector, into: direction, precisionOfProducts)
    run(on: team) { plan, slice, memory in
      plan.changeGradient(slice, features, memory, isKept: isKept)
    }
    point.withLock { $0 = parameters }
    add(to: &product, precisionOfProducts, team: team)
  }
}

extension LinearPlan {
  /// Copies flat parameters to a matrix.
  func load(_ flat: [Double], into parameters: Parameters, _ precision: Precision) {
    let matrix = parameters.doubles
    for (index, place) in places.enumerated() where place >= 0 {
      matrix.values[index] = flat[place]
    }
    guard precision == .double else { return matrix.copy(to: parameters.floats) }
    guard hasBias else { return }
    for unit in 0..<classCount {
      for input in 0..<inputCount {
        matrix[unit, inputCount] += matrix[unit, input] * Double(means[input])
      }
    }
  }

  /// Subtracts from the weights and biases their means over the classes, which changes no probability.
  ///
  /// Of all parameters with these probabilities the result has the least norm. Where an L1 penalty acts on more
  /// than two classes, only the biases are centered: weights that are 0 stay 0.
  func centered(_ flat: [Double], l1Penalty: Double = 0) -> [Double] {
    var result = flat
    let isOfBiases = l1Penalty > 0 && classCount > 2
    let width = sums[0].columnCount
    for column in (isOfBiases ? inputCount : 0)..<inputCount + (hasBias ? 1 : 0) {
      let sum = (0..<classCount).reduce(0) { $0 + flat[places[$1 * width + column]] }
      for unit in 0..<classCount {
        result[places[unit * width + column]] -= sum / Double(classCount)
      }
    }
    return result
  }

  // Adds the sums of the slices in their order.
  private func add(to flat: inout [Double], _ precision: Precision, team: WorkerTeam) {
    flat.withVectorView { flat in
      guard let flat else { return }
      team.run { [self] worker in
        let width = sums[0].columnCount
        for unit in worker.share(of: classCount, alignedTo: 1) {
          let row = sums[0].rows(unit..<unit + 1)
          for other in sums.dropFirst() { row.add(other.rows(unit..<unit + 1)) }
          for column in 0..<self.width { flat[places[unit * width + column]] = row[0, column] }
          guard hasBias, precision == .double else { continue }
          let ofBias = flat[places[unit * width + inputCount]]
          for input in 0..<inputCount {
            flat[places[unit * width + input]] += Double(means[input]) * ofBias
          }
        }
      }
    }
  }
}
