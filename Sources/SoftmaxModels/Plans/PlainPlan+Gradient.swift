// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

// The gradients of the parameters, which are sums over the rows of a batch.
extension PlainPlan {
  /// Sums a worker's share of a parameter's gradient over all rows.
  ///
  /// - Parameters:
  ///   - x: the input of the parameter's operation.
  ///   - dy: the gradient of the loss with respect to the operation's output.
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
