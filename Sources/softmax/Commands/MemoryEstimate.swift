// SPDX-License-Identifier: Apache-2.0

import SoftmaxKit

/// About how much memory a training takes beside its data.
///
/// A network of some thousand units a layer is easily asked for and may not fit the machine, which
/// then ends the process without a word.
struct MemoryEstimate {
  let inputCount: Int
  let hiddenUnits: [Int]
  let classCount: Int
  let batchSize: Int
  let optimizer: Optimizer
  /// Whether the best weights are kept beside the last ones.
  let keepsBestWeights: Bool
  /// Whether checkpoints are written.
  let writesCheckpoints: Bool

  /// In bytes; counted in `Double`, which does not overflow.
  var byteCount: Double {
    let outputs = hiddenUnits + [classCount]
    let inputs = [inputCount] + hiddenUnits
    let parameters = zip(outputs, inputs).reduce(0.0) { $0 + Double($1.0) * Double($1.1 + 1) }
    let values = Double(batchSize) * (inputs + outputs).reduce(0.0) { $0 + Double($1) }
    // Initial network, trained one, its copy in the plan, the gradient, what the optimizer remembers
    // and adds up; beside them values and their gradients. A checkpoint copies network and memory.
    let stateCount = optimizer.stateCount + (optimizer.accumulatedBatches > 1 ? 1 : 0)
    let copies =
      4 + stateCount + (keepsBestWeights ? 1 : 0) + (writesCheckpoints ? 1 + stateCount : 0)
    return 4 * (Double(copies) * parameters + 2 * values)
  }

  /// Throws if the machine has less memory than that, or lets this process have less.
  func validate() throws(SoftmaxError) {
    try MemoryLimit.current.validate(
      byteCount, for: "training this network",
      remedy: "use fewer hidden units, or smaller batches")
  }
}
