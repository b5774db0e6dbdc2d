// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// A custom loss, written as a function of the rows of a batch.
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
/// The library applies sample weights, class weights and the ignored class, and takes the mean over the
/// batch. The results have the same bits on any number of threads if the loss and gradient of a row depend on
/// that row alone.
public protocol LossFunction: Sendable {
  /// The name of the loss in errors and saved models; losses of the same name count as equal.
  var name: String { get }

  /// Sets the loss and the gradient of each row.
  ///
  /// In each training step every thread calls this once with its rows of the batch, so calls can run
  /// concurrently.
  func differentiate(_ rows: inout LossRows)
}

/// Rows of a batch with outputs and targets, for which a custom loss sets loss and gradient.
///
/// The rows are valid only during the call that receives them. A loss or derivative that is not set is 0.
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

  /// Returns an output of the network, before a softmax or sigmoid at its end.
  ///
  /// - Precondition: the row and the output exist.
  public func output(row: Int, _ output: Int) -> Float { outputs[row, output] }

  /// Returns the target of an output.
  ///
  /// For labels it is 1 for the true class and 0 for the others; soft and multi-label targets are returned as
  /// given. For a single output it is the target of class 1.
  ///
  /// - Precondition: the row and the output exist.
  public func target(row: Int, _ output: Int) -> Float { targets[row, output] }

  /// Returns the class of a row, as in `LabeledDataset.labels`.
  ///
  /// - Precondition: the row exists.
  public func label(row: Int) -> Int { Int(labels[row]) }

  /// Sets the loss of a row, without its weight.
  ///
  /// - Precondition: the row exists.
  public mutating func setLoss(_ loss: Float, row: Int) { losses[row] = loss }

  /// Sets the derivative of the loss of a row with respect to one of its outputs, without the weight.
  ///
  /// - Precondition: the row and the output exist.
  public mutating func setGradient(_ derivative: Float, row: Int, _ output: Int) {
    gradient[row, output] = derivative
  }
}
