// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// The layers of a network that the fused plan can train.
///
/// These are operations on single features, hidden layers of many units, each followed by operations on single
/// units, then a layer with few classes and its cross-entropy. Without hidden layers there are no operations
/// on features. Other losses, label smoothing, class weights and frozen layers need
/// the plain plan.
struct FusedShape: Sendable {
  /// A fully connected layer.
  struct Layer: Sendable {
    /// The layer's index in the network.
    let index: Int
    let inputCount: Int
    let outputCount: Int
    /// The operations on its units after the matrix product, in order.
    var steps: [LoweredOperation] = []
  }

  /// The operations on the features before the first layer, in order.
  let inputSteps: [LoweredOperation]
  /// The hidden layers, in order.
  let hidden: [Layer]
  /// The layer that computes the logits.
  let output: Layer

  /// Analyses a network; nil if the fused plan cannot train it with this loss.
  init?(_ network: Sequential, loss: Loss) {
    guard loss.isPlainCrossEntropy, !network.layers.contains(where: \.isFrozen) else { return nil }
    var inputSteps: [LoweredOperation] = []
    var layers: [Layer] = []
    for operation in LoweredNetwork(network).operations {
      switch operation.traits.form {
      case .product:
        layers.append(
          Layer(
            index: operation.layer, inputCount: operation.inputCount,
            outputCount: operation.outputCount))
      case .columns, .elements:
        guard operation.isOfUnits else { return nil }
        if layers.isEmpty {
          inputSteps.append(operation)
        } else {
          layers[layers.count - 1].steps.append(operation)
        }
      case .rows: return nil
      }
    }
    guard let output = layers.popLast(), output.steps.isEmpty,
      inputSteps.isEmpty || !layers.isEmpty,
      WeightLayout(inputCount: output.inputCount, outputCount: output.outputCount) == .outputMajor,
      output.outputCount <= Kernels.greatestColumnCount,
      layers.allSatisfy({
        WeightLayout(inputCount: $0.inputCount, outputCount: $0.outputCount) == .inputMajor
      })
    else { return nil }
    self.inputSteps = inputSteps
    self.hidden = layers
    self.output = output
  }

  // Waiting for a worker costs about half a microsecond per step, the time of about 100,000 operations, so
  // a worker needs at least that much work.
  private static let leastOperationsOfWorker = 100_000

  // Every worker converts the whole batch into its own copy; beyond this total, in bytes, the copies are
  // not worth their memory.
  private static let mostInputBytes = 1 << 30

  /// Returns whether a copy of a batch's features for each worker stays within the limit of memory.
  static func hasRoom(inputCount: Int, rowCount: Int, workerCount: Int) -> Bool {
    let bytes = inputCount.multipliedReportingOverflow(by: 4 * rowCount * workerCount)
    return !bytes.overflow && bytes.partialValue <= mostInputBytes
  }

  /// Returns true unless a batch has several blocks of rows and an operation, such as batch normalization,
  /// needs all rows at once.
  func fits(rowCount: Int) -> Bool {
    rowCount <= Kernels.rowChunk
      || !(inputSteps + hidden.flatMap(\.steps)).contains { $0.traits.form == .columns }
  }

  /// Whether the operations on the features have parameters, so that a step needs the gradient to them.
  var trainsInputs: Bool { inputSteps.contains(where: \.isTrained) }

  /// Returns whether `fits(rowCount:)` holds and each worker's copy of the features is within the limit of
  /// memory.
  func fits(rowCount: Int, workerCount: Int) -> Bool {
    fits(rowCount: rowCount)
      && FusedShape.hasRoom(
        inputCount: hidden.first?.inputCount ?? 0, rowCount: min(rowCount, Kernels.rowChunk),
        workerCount: workerCount)
  }

  /// Returns the number of threads that are useful for a step with a given number of rows.
  func usefulThreadCount(rowCount: Int) -> Int {
    let weights = (hidden + [output]).reduce(0) { $0 + $1.inputCount * $1.outputCount }
    let operations = weights.multipliedReportingOverflow(by: 4 * min(rowCount, Kernels.rowChunk))
    let busy =
      operations.overflow
      ? Int.max : operations.partialValue / FusedShape.leastOperationsOfWorker
    let shares = hidden.isEmpty ? output.chunkCount : Int.max
    return max(1, min(busy, shares))
  }
}

extension FusedShape.Layer {
  /// The number of chunks of the sums over the layer's inputs.
  ///
  /// A chunk is a fixed range of inputs whose products are summed in ascending order; the sums of the
  /// chunks are added afterwards.
  var chunkCount: Int {
    let chunk = Kernels.unitChunk(of: inputCount)
    return (inputCount + chunk - 1) / chunk
  }

  /// Returns the range of inputs that some chunks cover.
  func inputs(ofChunks chunks: Range<Int>) -> Range<Int> {
    let chunk = Kernels.unitChunk(of: inputCount)
    return min(chunks.lowerBound * chunk, inputCount)..<min(chunks.upperBound * chunk, inputCount)
  }
}

/// The units that each worker owns, with their weights, optimizer state and activations.
struct UnitShares: Sendable {
  /// The range of units of each worker.
  let ranges: [Range<Int>]
  /// Whether each range consists of whole chunks of the next layer's sums over the units.
  ///
  /// If so, a worker computes its chunks of the next layer's sums from its own units alone.
  let areWholeChunks: Bool

  /// Divides a layer's inputs among the workers in whole chunks.
  init(chunksOf layer: FusedShape.Layer, among workerCount: Int) {
    ranges = (0..<workerCount).map {
      layer.inputs(
        ofChunks: Worker.share(of: layer.chunkCount, index: $0, count: workerCount))
    }
    areWholeChunks = true
  }

  /// Divides the units before a layer among the workers, in whole chunks unless that is too uneven.
  ///
  /// It is too uneven if the largest share is more than 9/8 of the largest share without the restriction.
  init(unitsBefore layer: FusedShape.Layer, among workerCount: Int) {
    let count = layer.inputCount
    let whole = UnitShares(chunksOf: layer, among: workerCount)
    let even = (0..<workerCount).map {
      Worker.share(of: count, alignedTo: 16, index: $0, count: workerCount)
    }
    let longest = { (ranges: [Range<Int>]) in ranges.map(\.count).max() ?? 0 }
    if longest(whole.ranges) * 8 <= longest(even) * 9 {
      self = whole
    } else {
      ranges = even
      areWholeChunks = false
    }
  }
}
