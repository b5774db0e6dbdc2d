// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

// From the gradients of the outputs to those of the parameters: sums over the rows of a batch.
extension PlainPlan {
  /// Sums a worker's share of a parameter's gradient over all rows.
  func sumGradient(of parameter: PlainParameter, _ share: PlainShare, rowCount: Int) {
    let dy = gradients[parameter.operation].rows(0..<rowCount)
    let x = forward.source(of: parameter.operation).rows(0..<rowCount)
    let gradient = share.of(parameter.gradient)
    switch parameter.role {
    case .outputMajorWeight: kernels.multiplyOverRows(dy, share.of(x), into: gradient)
    case .inputMajorWeight: kernels.multiplyOverRows(share.columns(of: x), dy, into: gradient)
    case .bias: kernels.sumRows(share.of(dy), into: gradient)
    case .factor(let rows):
      kernels.sumProductsOverRows(
        share.of(dy), share.of(rows.rows(0..<rowCount)), into: gradient)
    case .summed(let sums): gradient.assign(share.of(sums))
    case .own(let own):
      let y = forward.values[parameter.operation].rows(0..<rowCount)
      own.layer.use {
        $0.layer.sumGradient(
          LayerBatch(x: x, y: y, parameters: own.parameters, dy: dy, result: gradient))
      }
    }
  }
}
