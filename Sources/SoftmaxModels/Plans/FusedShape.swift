// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// A network of the form that the fused plan trains: hidden layers of many units, each with what
/// happens to every unit for itself, then a layer of few classes and its cross-entropy.
struct FusedShape: Sendable {
  /// A fully connected layer.
  struct Layer: Sendable {
    /// The layer's place in the network.
    let index: Int
    let inputCount: Int
    let outputCount: Int
    /// What happens to its units after the products, first to last.
    var steps: [LoweredOperation] = []
  }

  /// The hidden layers, first to last.
  let hidden: [Layer]
  /// The layer of the logits.
  let output: Layer

  /// Takes a network's form; nil where it is another.
  init?(_ network: Sequential, loss: Loss) {
    guard loss.isPlainCrossEntropy, !network.layers.contains(where: \.isFrozen) else { return nil }
    var layers: [Layer] = []
    for operation in LoweredNetwork(network).operations {
      switch operation.traits.form {
      case .product:
        layers.append(
          Layer(
            index: operation.layer, inputCount: operation.inputCount,
            outputCount: operation.outputCount))
      case .columns, .elements:
        guard !layers.isEmpty, operation.isOfUnits else { return nil }
        layers[layers.count - 1].steps.append(operation)
      case .rows: return nil
      }
    }
    guard let output = layers.popLast(), output.steps.isEmpty,
      WeightLayout(inputCount: output.inputCount, outputCount: output.outputCount) == .outputMajor,
      output.outputCount <= Kernels.greatestColumnCount,
      layers.allSatisfy({
        WeightLayout(inputCount: $0.inputCount, outputCount: $0.outputCount) == .inputMajor
      })
    else { return nil }
    self.hidden = layers
    self.output = output
  }

  // A worker that is waited for costs about half a microsecond a step, which is 100,000 operations.
  private static let leastOperationsOfWorker = 100_000

  // Every worker converts the batch for itself, which is no good use of more than this.
  private static let mostInputBytes = 1 << 30

  /// Whether there is room for the features of so many rows once for each worker.
  static func hasRoom(inputCount: Int, rowCount: Int, workerCount: Int) -> Bool {
    let bytes = inputCount.multipliedReportingOverflow(by: 4 * rowCount * workerCount)
    return !bytes.overflow && bytes.partialValue <= mostInputBytes
  }

  /// Whether what looks at all rows at once has them in one block.
  func fits(rowCount: Int) -> Bool {
    rowCount <= Kernels.rowChunk
      || !hidden.contains { $0.steps.contains { $0.traits.form == .columns } }
  }

  /// The same, and whether there is room for each worker's copy of the batch's features.
  func fits(rowCount: Int, workerCount: Int) -> Bool {
    fits(rowCount: rowCount)
      && FusedShape.hasRoom(
        inputCount: hidden.first?.inputCount ?? 0, rowCount: min(rowCount, Kernels.rowChunk),
        workerCount: workerCount)
  }

  /// How many threads a step of so many rows can use.
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
  /// The chunks in which sums over its inputs are taken.
  var chunkCount: Int {
    let chunk = Kernels.unitChunk(of: inputCount)
    return (inputCount + chunk - 1) / chunk
  }

  /// Some of those chunks, as a range of inputs.
  func inputs(ofChunks chunks: Range<Int>) -> Range<Int> {
    let chunk = Kernels.unitChunk(of: inputCount)
    return min(chunks.lowerBound * chunk, inputCount)..<min(chunks.upperBound * chunk, inputCount)
  }
}

/// Which units each worker owns: their weights, their optimizer's state, their activations.
struct UnitShares: Sendable {
  /// The units of each worker.
  let ranges: [Range<Int>]
  /// Whether they are whole chunks of the sums over the units, so that each worker can take its
  /// part of the next layer's sums without anybody else's units.
  let areWholeChunks: Bool

  /// Shares a layer's inputs out in whole chunks.
  init(chunksOf layer: FusedShape.Layer, among workerCount: Int) {
    ranges = (0..<workerCount).map {
      layer.inputs(
        ofChunks: Worker.share(of: layer.chunkCount, index: $0, count: workerCount))
    }
    areWholeChunks = true
  }

  /// Shares out the units before a layer; in whole chunks where that is even enough.
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
