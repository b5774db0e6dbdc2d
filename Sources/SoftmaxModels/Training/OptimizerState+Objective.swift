// SPDX-License-Identifier: Apache-2.0

public import SoftmaxCore

extension OptimizerState {
  /// Updates the flat parameters of an objective with a gradient, on the objective's threads, or accumulates
  /// the gradient for a later update.
  ///
  /// The result has the same bits as that of ``update(_:along:weight:)``.
  ///
  /// - Parameters:
  ///   - parameters: the flat parameters.
  ///   - gradient: the gradient at these parameters.
  ///   - weight: the sum of the weights of the samples whose mean loss has this gradient; used only if
  ///     gradients are accumulated.
  ///   - objective: the objective that computed the gradient.
  /// - Throws: `shapeMismatch` if the number of parameters or of the gradient's values is not that of the
  ///   state's network, or of the objective's. Nothing is changed in this case.
  /// - Complexity: linear in the number of parameters. If gradients are clipped or accumulated, the update is
  ///   computed on the caller's thread and allocates memory.
  public mutating func update(
    _ parameters: inout [Float], along gradient: [Float], weight: Double = 1,
    on objective: Objective
  ) throws(SoftmaxError) {
    try objective.validate(parameters)
    try update(&parameters, along: gradient, weight: weight) { step in
      // Contiguous slices, although the next evaluation may read some values on another thread: slices by
      // units would share cache lines of the optimizer's state.
      let count = objective.parameterCount
      objective.team.runBetweenSteps { worker in
        let slice = worker.share(of: count, alignedTo: 1024)
        if !slice.isEmpty { step { $0.columns(slice) } }
      }
    }
  }
}
