// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

// From the gradients of the outputs to steps: the parameters are shared out among the workers.
extension PlainPlan {
  func updateParameters(rowCount: Int, by update: Kernels.Update?, worker: Worker) {
    for parameter in parameters {
      let share = parameter.share(of: worker)
      guard !share.isEmpty else { continue }
      sumGradient(of: parameter, share, rowCount: rowCount)
      guard let update else { continue }
      kernels.update(
        share.of(parameter.value), along: share.of(parameter.gradient), by: update,
        l2: parameter.isPenalized ? l2Penalty : 0,
        first: parameter.memory.first.map { share.of($0) },
        second: parameter.memory.dropFirst().first.map { share.of($0) })
    }
  }
}
