// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// A loss of one's own.
///
/// ```swift
/// /// (1 - p of the right class)^2, from the logits.
/// struct Misgiving: LossFunction {
///   let name = "misgiving"
///
///   func differentiate(_ rows: inout LossRows) {
///     for row in 0..<rows.rowCount {
///       let p = softmax((0..<rows.outputCount).map { rows.output(row: row, $0) })
///       let right = rows.label(row: row)
///       rows.setLoss((1 - p[right]) * (1 - p[right]), row: row)
///       for k in p.indices {
///         let slope = p[right] * ((k == right ? 1 : 0) - p[k])
///         rows.setGradient(-2 * (1 - p[right]) * slope, row: row, k)
///       }
///     }
///   }
/// }
/// try network.fit(to: dataset, loss: .custom(Misgiving()))
/// ```
///
/// Weights, ignored samples and the mean over the batch are the library's business. The bits do not
/// depend on the threads as long as what a row costs depends on that row alone.
public protocol LossFunction: Sendable {
  /// What names it in errors and saved models; losses of the same name count as equal.
  var name: String { get }

  /// Sets loss and gradient of each row.
  ///
  /// Called once a step by each thread, with the rows of the batch that are its share.
  func differentiate(_ rows: inout LossRows)
}

/// Some rows of a batch: the network's outputs and targets, to be given a loss and its gradient.
///
/// Valid during the call that it is handed to. What is not set is 0.
public struct LossRows: ~Copyable {
  /// The number of samples.
  public let rowCount: Int
  /// The number of outputs of the network.
  public let outputCount: Int

  private let outputs: MatrixView
  private let targets: MatrixView
  private let labels: VectorView<Int32>
  private let losses: VectorView<Float>
  private let gradient: MatrixView

  init(
    outputs: MatrixView, targets: MatrixView, labels: VectorView<Int32>,
    losses: VectorView<Float>, gradient: MatrixView
  ) {
    rowCount = outputs.rowCount
    outputCount = outputs.columnCount
    self.outputs = outputs
    self.targets = targets
    self.labels = labels
    self.losses = losses
    self.gradient = gradient
    for row in 0..<rowCount {
      losses[row] = 0
      for column in 0..<outputCount { gradient[row, column] = 0 }
    }
  }

  /// An output of the network, before a softmax or a sigmoid at its end.
  ///
  /// - Precondition: there is such a row and such an output.
  public func output(row: Int, _ output: Int) -> Float { outputs[row, output] }

  /// The target of an output: 1 for the right class and 0 for the others, or what soft or multi-label
  /// targets say; of one output for two classes that of class 1.
  ///
  /// - Precondition: there is such a row and such an output.
  public func target(row: Int, _ output: Int) -> Float { targets[row, output] }

  /// The class of a row, as in `LabeledDataset.labels`.
  ///
  /// - Precondition: there is such a row.
  public func label(row: Int) -> Int { Int(labels[row]) }

  /// Sets what a row costs.
  ///
  /// - Precondition: there is such a row.
  public mutating func setLoss(_ loss: Float, row: Int) { losses[row] = loss }

  /// Sets the derivative of a row's loss by one of its outputs.
  ///
  /// - Precondition: there is such a row and such an output.
  public mutating func setGradient(_ derivative: Float, row: Int, _ output: Int) {
    gradient[row, output] = derivative
  }
}
