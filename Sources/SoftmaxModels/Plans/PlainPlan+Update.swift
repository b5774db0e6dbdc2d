// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

// The updates of the parameters; the workers divide the parameters among them.
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

  // Sums a weight's gradient and applies the update in the same register tiles; returns false, and does
  // nothing, unless the parameter is the weight of a dense layer.
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
      parameter.tensor.value[share], alongProductOf: a, isTransposed: false, b,
      by: update.scaled(by: parameter.tensor.rateFactors),
      l2: treatment.l2OfWeights, first: parameter.tensor.first?[share],
      second: parameter.tensor.second?[share])
    return true
  }

  // The norm is over the gradients of all parameters, so all of them are computed first.
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
    // No worker may scale a gradient that others still read.
    worker.barrier()
    for parameter in parameters {
      let share = parameter.share(of: worker)
      guard !share.isEmpty else { continue }
      let tensor = parameter.tensor.part { $0[share] }
      if factor != 1 { kernels.multiply(tensor.direction, by: factor) }
      treatment.step(tensor, by: update, with: kernels)
    }
  }

  // The values are few, so every worker sums all of them.
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
  /// The number of units if it is the weight of a dense layer; 0 otherwise.
  var unitCount: Int {
    switch role {
    case .outputMajorWeight: tensor.value.rowCount
    case .inputMajorWeight: tensor.value.columnCount
    default: 0
    }
  }

  /// Whether the weights of a unit form a column of the matrix.
  var hasUnitsInColumns: Bool { if case .inputMajorWeight = role { true } else { false } }
}
