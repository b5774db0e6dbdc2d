// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

// From the gradients of the outputs to those of the parameters: sums over the rows of a batch.
extension PlainPlan {
  /// Sums a worker's share of a parameter's gradient over all rows.
  ///
  /// - Parameters:
  ///   - x: what goes into its operation.
  ///   - dy: the gradient to what comes out.
  func sumGradient(
    of parameter: PlainParameter, _ share: BatchPart, x: MatrixView, dy: MatrixView
  ) {
    let rows = 0..<dy.rowCount
    let gradient = parameter.tensor.gradient[share]
    switch parameter.role {
    case .outputMajorWeight: kernels.multiplyOverRows(dy, x.columns(share.columns), into: gradient)
    case .inputMajorWeight:
      kernels.multiplyOverRows(
        x.columns(share.rows), dy.columns(share.columns), into: gradient)
    case .bias: kernels.sumRows(dy.columns(share.columns), into: gradient)
    case .factor(let factors):
      kernels.sumProductsOverRows(
        dy.columns(share.columns), factors.rows(rows).columns(share.columns), into: gradient)
    case .summed(let sums): gradient.assign(sums.columns(share.columns))
    case .custom(let own):
      let y = forward.values[parameter.operation].rows(rows)
      own.sumGradient(x: x, y: y, dy: dy, into: gradient)
    }
  }
}
