// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

// From the gradients of the outputs to steps: the parameters are shared out among the workers.
extension PlainPlan {
  func updateParameters(rowCount: Int, by step: OptimizerStep?, worker: Worker) {
    var states = parameters.makeIterator()
    for (index, operation) in network.operations.enumerated() {
      guard case .dense(let layer) = operation, let state = states.next() else { continue }
      let x = forward.source(of: index).rows(0..<rowCount)
      let dy = gradients[index].rows(0..<rowCount)
      let inputs = inputShare(of: layer, worker)
      let weight = state.weight(ofInputs: inputs)
      switch layer.layout {
      case .outputMajor: kernels.multiplyOverRows(dy, x.columns(inputs), into: weight.gradient)
      case .inputMajor: kernels.multiplyOverRows(x.columns(inputs), dy, into: weight.gradient)
      }
      finish(weight, by: step)
      let units = unitShare(of: layer, worker)
      let bias = state.bias.columns(units)
      kernels.sumRows(dy.columns(units), into: bias.gradient)
      finish(bias, by: step)
    }
    if treatment.clipNorm != nil, let update = step?.update {
      updateAlongClippedGradients(by: update, worker: worker)
    }
  }

  // What each worker takes of a layer's weight and of its bias.
  private func inputShare(of layer: LoweredNetwork.DenseLayer, _ worker: Worker) -> Range<Int> {
    worker.share(of: layer.inputCount, alignedTo: layer.layout == .outputMajor ? 32 : 8)
  }

  private func unitShare(of layer: LoweredNetwork.DenseLayer, _ worker: Worker) -> Range<Int> {
    worker.share(of: layer.outputCount, alignedTo: 32)
  }

  private func finish(_ parameter: PlainParameter, by step: OptimizerStep?) {
    guard let step, parameter.prepare(treatment, for: step, with: kernels),
      treatment.clipNorm == nil, let update = step.update
    else { return }
    parameter.step(by: update, treatment, with: kernels)
  }

  // The norm is that of all gradients, so all of them come first.
  private func updateAlongClippedGradients(by update: Kernels.Update, worker: Worker) {
    worker.barrier()
    for state in parameters {
      let units = unitShare(of: state.layer, worker)
      let gradient = state.weight.direction
      let isInputMajor = state.layer.layout == .inputMajor
      kernels.sumSquares(
        isInputMajor ? gradient.columns(units) : gradient.rows(units), ofColumns: isInputMajor,
        into: state.squares.elements(units))
    }
    worker.barrier()
    // Few numbers, which every worker adds for itself: units ascending, weights before biases.
    var sum = 0.0
    for state in parameters {
      for unit in 0..<state.squares.count { sum += state.squares[unit] }
      for unit in 0..<state.squares.count {
        let x = Double(state.bias.direction[0, unit])
        sum += x * x
      }
    }
    let factor = treatment.factor(sumOfSquares: sum)
    func step(_ parameter: PlainParameter) {
      if factor != 1 { kernels.multiply(parameter.direction, by: factor) }
      parameter.step(by: update, treatment, with: kernels)
    }
    // Nobody multiplies a bias that others still read.
    worker.barrier()
    for state in parameters {
      step(state.weight(ofInputs: inputShare(of: state.layer, worker)))
      step(state.bias.columns(unitShare(of: state.layer, worker)))
    }
  }
}

extension PlainPlan.ParameterState {
  /// The weights of some of the inputs.
  func weight(ofInputs inputs: Range<Int>) -> PlainParameter {
    layer.layout == .outputMajor ? weight.columns(inputs) : weight.rows(inputs)
  }
}
