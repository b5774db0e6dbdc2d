// SPDX-License-Identifier: Apache-2.0

import SoftmaxKit

/// An estimate of the memory that a training takes, without its data.
///
/// A network with thousands of units per layer is easily requested and may exceed the machine's memory; the
/// system then kills the process without an error message.
struct MemoryEstimate {
  let inputCount: Int
  let hiddenUnits: [Int]
  let classCount: Int
  let batchSize: Int
  let optimizer: Optimizer
  /// Whether a solver is used instead of the optimizer.
  let isSolved: Bool
  /// Whether the rows are sparse, for which a solver keeps no factor.
  let isSparse: Bool
  /// The factor of the L1 penalty.
  let l1Penalty: Double
  /// The number of solves at the same time.
  let solveCount: Int
  /// Whether the best weights are kept in addition to the last ones.
  let keepsBestWeights: Bool
  /// Whether checkpoints are written.
  let writesCheckpoints: Bool

  /// The estimate in bytes, as `Double` because an integer could overflow.
  var byteCount: Double {
    let outputs = hiddenUnits + [classCount]
    let inputs = [inputCount] + hiddenUnits
    let parameters = zip(outputs, inputs).reduce(0.0) { $0 + Double($1.0) * Double($1.1 + 1) }
    let values = Double(batchSize) * (inputs + outputs).reduce(0.0) { $0 + Double($1) }
    if isSolved { return solverByteCount(parameters) }
    // Four copies of the parameters: the initial network, the trained network, the plan's parameters and
    // the gradient. More copies for the optimizer's state and accumulated gradients, for the best weights,
    // and for checkpoints, which copy network and optimizer state. `2 * values` are the outputs and their
    // gradients.
    let stateCount = optimizer.stateCount + (optimizer.accumulatedBatches > 1 ? 1 : 0)
    let copies =
      4 + stateCount + (keepsBestWeights ? 1 : 0) + (writesCheckpoints ? 1 + stateCount : 0)
    return 4 * (Double(copies) * parameters + 2 * values)
  }

  // The vectors of L-BFGS, the present and the next state, and a checkpoint's copy of them; the factor of the
  // Hessian of a small model, or one of all columns of a larger one; with an L1 penalty its matrix for the
  // weights that are not 0, twice.
  private func solverByteCount(_ parameters: Double) -> Double {
    let copies = 80.0 + (keepsBestWeights ? 1 : 0) + (writesCheckpoints ? 20 : 0)
    if l1Penalty > 0 {
      let active = min(parameters, Double(ProximalNewton.Limits().matrixSize))
      return 4 * copies * parameters + 16 * active * active
    }
    let solver = SolverChoice(parameterCount: Int(min(parameters, 1e15)), isSparse: isSparse)
    let factor =
      isSparse ? 0 : solver.factorsHessian ? parameters : min(8192, Double(inputCount + 1))
    // A factor is of floats, and half of it is there as halves too.
    return Double(solveCount) * (4 * copies * parameters + 5 * factor * factor)
  }

  /// Throws if the estimate exceeds the machine's memory or this process's limit.
  func validate() throws(SoftmaxError) {
    try MemoryLimit.current.validate(
      byteCount, for: "training this network",
      remedy: isSolved ? "use fewer features" : "use fewer hidden units, or smaller batches")
  }
}
