// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

// From the gradients of the outputs to steps: the parameters are shared out among the workers.
extension PlainPlan {
  func updateParameters(rowCount: Int, by update: Kernels.Update?, worker: Worker) {
    var state = parameters.makeIterator()
    for (index, operation) in network.operations.enumerated() {
      guard case .dense(let layer) = operation, let state = state.next() else { continue }
      let x = forward.source(of: index).rows(0..<rowCount)
      let dy = gradients[index].rows(0..<rowCount)
      switch layer.layout {
      case .outputMajor:
        let columns = worker.share(of: layer.inputCount, alignedTo: 32)
        kernels.multiplyOverRows(
          dy, x.columns(columns), into: state.weightGradient.columns(columns))
        if let update {
          kernels.update(
            layer.weight.columns(columns), along: state.weightGradient.columns(columns),
            by: update, l2: l2Penalty, first: state.weightMemory.first?.columns(columns),
            second: state.weightMemory.dropFirst().first?.columns(columns))
        }
      case .inputMajor:
        let rows = worker.share(of: layer.inputCount, alignedTo: 8)
        kernels.multiplyOverRows(x.columns(rows), dy, into: state.weightGradient.rows(rows))
        if let update {
          kernels.update(
            layer.weight.rows(rows), along: state.weightGradient.rows(rows), by: update,
            l2: l2Penalty, first: state.weightMemory.first?.rows(rows),
            second: state.weightMemory.dropFirst().first?.rows(rows))
        }
      }
      let units = worker.share(of: layer.outputCount, alignedTo: 32)
      kernels.sumRows(dy.columns(units), into: state.biasGradient.columns(units))
      if let update {
        // The penalty leaves biases alone.
        kernels.update(
          layer.bias.columns(units), along: state.biasGradient.columns(units), by: update, l2: 0,
          first: state.biasMemory.first?.columns(units),
          second: state.biasMemory.dropFirst().first?.columns(units))
      }
    }
  }
}
