// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

// From the gradients of the outputs to steps: the parameters are shared out among the workers.
extension PlainPlan {
  func updateParameters(rowCount: Int, by step: OptimizerStep?, worker: Worker) {
    for parameter in parameters {
      let share = parameter.share(of: worker)
      guard !share.isEmpty else { continue }
      let x = source(of: parameter.operation, for: worker).rows(0..<rowCount)
      let dy = gradients[parameter.operation].rows(0..<rowCount)
      if stepsInTiles, let update = step?.update,
        stepInTiles(parameter, share, x: x, dy: dy, by: update)
      {
        continue
      }
      sumGradient(of: parameter, share, x: x, dy: dy)
      guard let step else { continue }
      prepare(parameter, share, for: step)
      if treatment.clipNorm == nil, let update = step.update {
        self.step(parameter, share, by: update)
      }
    }
    if treatment.clipNorm != nil, let update = step?.update {
      stepAlongClippedGradients(by: update, worker: worker)
    }
  }

  // What a step goes along: the gradient of a batch, or the sum of several.
  private func direction(of parameter: PlainParameter) -> MatrixView {
    treatment.isAccumulating ? parameter.state[stateCount] : parameter.gradient
  }

  // Makes the gradient of a batch ready for its step, but for the norm.
  private func prepare(_ parameter: PlainParameter, _ share: BatchPart, for step: OptimizerStep) {
    guard !treatment.isNone else { return }
    let gradient = parameter.gradient[share]
    let direction = direction(of: parameter)[share]
    if parameter.isPenalized, treatment.isPenalizing {
      kernels.penalize(
        gradient, of: parameter.value[share], l1: treatment.l1Penalty,
        l2: treatment.l2Penalty)
    }
    if treatment.isAccumulating {
      treatment.accumulate(gradient, into: direction, for: step, with: kernels)
      guard step.update != nil else { return }
    }
    if let limit = treatment.clipValue { kernels.clip(direction, to: limit) }
  }

  // Sums a weight's gradient and steps along it at once; false for what is no weight.
  private func stepInTiles(
    _ parameter: PlainParameter, _ share: BatchPart, x: MatrixView, dy: MatrixView,
    by update: Kernels.Update
  ) -> Bool {
    let (a, b): (MatrixView, MatrixView)
    switch parameter.role {
    case .outputMajorWeight: (a, b) = (dy, x.columns(share.columns))
    case .inputMajorWeight: (a, b) = (x.columns(share.rows), dy.columns(share.columns))
    default: return false
    }
    kernels.descend(
      parameter.value[share], alongProductOf: a, isTransposed: false, b, by: update,
      l2: treatment.l2OfWeights, first: parameter.state.first?[share],
      second: parameter.state.dropFirst().first?[share])
    return true
  }

  private func step(_ parameter: PlainParameter, _ share: BatchPart, by update: Kernels.Update) {
    func state(_ place: Int) -> MatrixView? {
      place < stateCount ? parameter.state[place][share] : nil
    }
    kernels.update(
      parameter.value[share], along: direction(of: parameter)[share], by: update,
      l2: parameter.isPenalized ? treatment.l2OfWeights : treatment.l2OfBiases,
      first: state(0), second: state(1), third: state(2))
  }

  // The norm is that of all gradients, so all of them come first.
  private func stepAlongClippedGradients(by update: Kernels.Update, worker: Worker) {
    worker.barrier()
    for index in parameters.indices {
      let parameter = parameters[index]
      let units = worker.share(of: parameter.unitCount, alignedTo: 16)
      guard !units.isEmpty else { continue }
      let gradient = direction(of: parameter)
      kernels.sumSquares(
        parameter.hasUnitsInColumns ? gradient.columns(units) : gradient.rows(units),
        ofColumns: parameter.hasUnitsInColumns, into: squares[index].elements(units))
    }
    worker.barrier()
    let factor = treatment.factor(sumOfSquares: sumOfSquares)
    // Nobody multiplies what others still read.
    worker.barrier()
    for parameter in parameters {
      let share = parameter.share(of: worker)
      guard !share.isEmpty else { continue }
      if factor != 1 { kernels.multiply(direction(of: parameter)[share], by: factor) }
      step(parameter, share, by: update)
    }
  }

  // Few numbers, which every worker adds for itself: a weight's units ascending, or the numbers.
  private var sumOfSquares: Double {
    var sum = 0.0
    for index in parameters.indices {
      let parameter = parameters[index]
      for unit in 0..<parameter.unitCount { sum += squares[index][unit] }
      guard parameter.unitCount == 0 else { continue }
      let gradient = direction(of: parameter)
      for column in 0..<gradient.columnCount {
        let x = Double(gradient[0, column])
        sum += x * x
      }
    }
    return sum
  }
}

extension PlainParameter {
  /// The number of units of a dense layer's weight; 0 of anything else.
  var unitCount: Int {
    switch role {
    case .outputMajorWeight: value.rowCount
    case .inputMajorWeight: value.columnCount
    default: 0
    }
  }

  /// Whether the weights of a unit lie below each other.
  var hasUnitsInColumns: Bool { if case .inputMajorWeight = role { true } else { false } }
}
