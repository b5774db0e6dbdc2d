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
      let tensor = parameter.tensor.part { $0[share] }
      treatment.prepare(tensor, for: step, with: kernels)
      if treatment.clipNorm == nil, let update = step.update {
        treatment.step(tensor, by: update, with: kernels)
      }
    }
    if treatment.clipNorm != nil, let update = step?.update {
      stepAlongClippedGradients(by: update, worker: worker)
    }
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
      parameter.tensor.value[share], alongProductOf: a, isTransposed: false, b, by: update,
      l2: treatment.l2OfWeights, first: parameter.tensor.first?[share],
      second: parameter.tensor.second?[share])
    return true
  }

  // The norm is that of all gradients, so all of them come first.
  private func stepAlongClippedGradients(by update: Kernels.Update, worker: Worker) {
    worker.barrier()
    for index in parameters.indices {
      let parameter = parameters[index]
      let units = worker.share(of: parameter.unitCount, alignedTo: 16)
      guard !units.isEmpty else { continue }
      let gradient = parameter.tensor.direction
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
      let tensor = parameter.tensor.part { $0[share] }
      if factor != 1 { kernels.multiply(tensor.direction, by: factor) }
      treatment.step(tensor, by: update, with: kernels)
    }
  }

  // Few numbers, which every worker adds for itself.
  private var sumOfSquares: Double {
    var sum = 0.0
    for index in parameters.indices {
      treatment.addSquares(
        of: parameters[index].tensor, squaresOfUnits: squares[index], to: &sum)
    }
    return sum
  }
}

extension PlainParameter {
  /// The number of units of a dense layer's weight; 0 of anything else.
  var unitCount: Int {
    switch role {
    case .outputMajorWeight: tensor.value.rowCount
    case .inputMajorWeight: tensor.value.columnCount
    default: 0
    }
  }

  /// Whether the weights of a unit lie below each other.
  var hasUnitsInColumns: Bool { if case .inputMajorWeight = role { true } else { false } }
}
