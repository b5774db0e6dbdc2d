// SPDX-License-Identifier: Apache-2.0

package import SoftmaxCore

/// The operation of a layer, or of a layer's activation, over views of an arena.
///
/// Plain values: a step of a plan counts no references. What a case does stands beside the layer that it
/// is of; nobody but this type asks which case an operation is.
package enum LayerOperation: Sendable, BitwiseCopyable {
  case dense(DenseOperation)
  case activation(Kernels.ElementFunction)
  case dropout(DropoutOperation)
  case batchNormalization(BatchNormalizationOperation)
  case layerNormalization(LayerNormalizationOperation)
  case custom(CustomOperation)

  /// What it trains, in the order of the layer's tensors.
  var parameters: [OperationParameter] {
    switch self {
    case .dense(let body): body.parameters
    case .activation(let body): body.parameters
    case .dropout(let body): body.parameters
    case .batchNormalization(let body): body.parameters
    case .layerNormalization(let body): body.parameters
    case .custom(let body): body.parameters
    }
  }

  /// Computes a part of a step's outputs.
  ///
  /// - Parameter firstRow: the row of the step that the views' first is.
  func forward(
    _ x: MatrixView, into y: MatrixView, part: BatchPart, firstRow: Int = 0, step: Int,
    with kernels: Kernels
  ) {
    guard !part.isEmpty else { return }
    let place = StepPlace(part: part, firstRow: firstRow, step: step)
    switch self {
    case .dense(let body): body.forward(x, into: y, at: place, with: kernels)
    case .activation(let body): body.forward(x, into: y, at: place, with: kernels)
    case .dropout(let body): body.forward(x, into: y, at: place, with: kernels)
    case .batchNormalization(let body): body.forward(x, into: y, at: place, with: kernels)
    case .layerNormalization(let body): body.forward(x, into: y, at: place, with: kernels)
    case .custom(let body): body.forward(x, into: y, at: place, with: kernels)
    }
  }

  /// Computes a part of the gradient to a step's inputs from that to its outputs; without a place for
  /// it only the sums that are taken on the way.
  func backward(
    x: MatrixView, y: MatrixView, dy: MatrixView, into dx: MatrixView?, part: BatchPart,
    with kernels: Kernels
  ) {
    guard !part.isEmpty else { return }
    switch self {
    case .dense(let body): body.backward(x: x, y: y, dy: dy, into: dx, part: part, with: kernels)
    case .activation(let body):
      body.backward(x: x, y: y, dy: dy, into: dx, part: part, with: kernels)
    case .dropout(let body): body.backward(x: x, y: y, dy: dy, into: dx, part: part, with: kernels)
    case .batchNormalization(let body):
      body.backward(x: x, y: y, dy: dy, into: dx, part: part, with: kernels)
    case .layerNormalization(let body):
      body.backward(x: x, y: y, dy: dy, into: dx, part: part, with: kernels)
    case .custom(let body): body.backward(x: x, y: y, dy: dy, into: dx, part: part, with: kernels)
    }
  }

  /// Computes the outputs of some rows as they are in prediction.
  func predict(_ x: MatrixView, into y: MatrixView, with kernels: Kernels) {
    switch self {
    case .dense(let body): body.predict(x, into: y, with: kernels)
    case .activation(let body): body.predict(x, into: y, with: kernels)
    case .dropout(let body): body.predict(x, into: y, with: kernels)
    case .batchNormalization(let body): body.predict(x, into: y, with: kernels)
    case .layerNormalization(let body): body.predict(x, into: y, with: kernels)
    case .custom(let body): body.predict(x, into: y, with: kernels)
    }
  }
}

/// What a case of `LayerOperation` does.
protocol OperationBody: Sendable, BitwiseCopyable {
  var parameters: [OperationParameter] { get }

  func forward(_ x: MatrixView, into y: MatrixView, at place: StepPlace, with kernels: Kernels)

  func backward(
    x: MatrixView, y: MatrixView, dy: MatrixView, into dx: MatrixView?, part: BatchPart,
    with kernels: Kernels)

  func predict(_ x: MatrixView, into y: MatrixView, with kernels: Kernels)
}

/// Which outputs are computed, and of which step.
struct StepPlace: Sendable {
  let part: BatchPart
  /// The row of the step that the views' first is.
  let firstRow: Int
  /// The number of the step in the training.
  let step: Int
}

/// Some rows and columns of a batch, maybe none.
package struct BatchPart: Sendable {
  let rows: Range<Int>
  let columns: Range<Int>

  var isEmpty: Bool { rows.isEmpty || columns.isEmpty }
}

extension MatrixView {
  /// Some rows and columns.
  subscript(part: BatchPart) -> MatrixView { rows(part.rows).columns(part.columns) }
}

/// Something that an operation trains: one of its layer's tensors, or several that lie in one row.
struct OperationParameter: Sendable {
  /// The tensors' places in the layer.
  let tensors: Range<Int>
  /// The values as they lie in the arena.
  let value: MatrixView
  let gradient: GradientSum
}

/// How a parameter's gradient is summed over the rows of a batch.
enum GradientSum: Sendable, BitwiseCopyable {
  /// Of the weight [outputs, inputs] of a dense layer.
  case outputMajorWeight
  /// Of the weight of a dense layer that lies as [inputs, outputs].
  case inputMajorWeight
  /// Of what is added to each output.
  case bias
  /// Of what each column of these rows is multiplied with.
  case factor(MatrixView)
  /// Summed already, on the way back.
  case summed(MatrixView)
  /// By a custom layer.
  case custom(CustomOperation)
}
