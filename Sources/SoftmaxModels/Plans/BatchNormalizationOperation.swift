// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// Normalization by the mean and the variance of a batch, over views of an arena.
///
/// Both directions begin with sums over all rows of the batch, so that workers share it by columns.
/// A frozen one takes the running mean and variance, and leaves them alone.
struct BatchNormalizationOperation: Sendable, BitwiseCopyable {
  let gamma: MatrixView
  let beta: MatrixView
  let runningMean: MatrixView
  let runningVariance: MatrixView
  /// Of the batch, with 1 / sqrt(variance + epsilon) and gamma times that.
  let mean: MatrixView
  let inverse: MatrixView
  let scale: MatrixView
  /// Of the gradient, and of its product with the normalized inputs, the sum and the mean over rows.
  let gradientSum: MatrixView
  let productSum: MatrixView
  let meanGradient: MatrixView
  let meanProduct: MatrixView
  /// The normalized inputs: [rows, inputs].
  let normal: MatrixView
  let momentum: Float
  let oneMinusMomentum: Float
  let epsilon: Float
  let isFrozen: Bool

  /// - Parameter tensors: gamma, beta, running mean and running variance.
  init(
    _ tensors: [MatrixView], momentum: Double, epsilon: Double, isFrozen: Bool, rowCapacity: Int,
    in arena: Arena
  ) {
    let count = tensors[0].columnCount
    let row = { arena.matrix(rowCount: 1, columnCount: count) }
    (gamma, beta, runningMean, runningVariance) = (tensors[0], tensors[1], tensors[2], tensors[3])
    (mean, inverse, scale) = (row(), row(), row())
    (gradientSum, productSum, meanGradient, meanProduct) = (row(), row(), row(), row())
    normal = arena.matrix(rowCount: rowCapacity, columnCount: count)
    self.momentum = Float(momentum)
    oneMinusMomentum = Float(1 - momentum)
    self.epsilon = Float(epsilon)
    self.isFrozen = isFrozen
  }

  /// Takes mean and variance of a batch's columns `columns`; the running ones move towards them.
  func takeMoments(of x: MatrixView, columns: Range<Int>, with kernels: Kernels) {
    let variance = inverse.columns(columns)
    if isFrozen {
      mean.columns(columns).assign(runningMean.columns(columns))
      variance.assign(runningVariance.columns(columns))
    } else {
      kernels.moments(of: x, mean: mean.columns(columns), variance: variance)
    }
    for column in columns {
      let (m, v) = (mean[0, column], inverse[0, column])
      if !isFrozen {
        runningMean[0, column] = momentum * runningMean[0, column] + oneMinusMomentum * m
        runningVariance[0, column] = momentum * runningVariance[0, column] + oneMinusMomentum * v
      }
      inverse[0, column] = BatchNormalizationOperation.inverse(of: v, epsilon: epsilon)
      scale[0, column] = gamma[0, column] * inverse[0, column]
    }
  }

  /// Sums the gradient to a batch's columns `columns`, and its product with the normalized inputs.
  func sumGradients(of dy: MatrixView, columns: Range<Int>, with kernels: Kernels) {
    guard !isFrozen else { return }
    kernels.sumRows(dy, into: gradientSum.columns(columns))
    kernels.sumProductsOverRows(
      dy, normal.rows(0..<dy.rowCount).columns(columns), into: productSum.columns(columns))
    let rowCount = Float(dy.rowCount)
    for column in columns {
      meanGradient[0, column] = gradientSum[0, column] / rowCount
      meanProduct[0, column] = productSum[0, column] / rowCount
    }
  }

  /// 1 / sqrt(variance + epsilon), each operation rounded.
  static func inverse(of variance: Float, epsilon: Float) -> Float {
    1 / (variance + epsilon).squareRoot()
  }
}
