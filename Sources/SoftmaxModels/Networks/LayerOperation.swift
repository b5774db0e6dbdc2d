// SPDX-License-Identifier: Apache-2.0

package import SoftmaxCore

/// The operation of a layer or of its activation, over views of an arena.
///
/// It is a plain value, so a step of a plan needs no reference counting. The implementation of each case is
/// in the file of its layer; only this type distinguishes the cases.
package enum LayerOperation: Sendable, BitwiseCopyable {
  case dense(DenseOperation)
  case activation(Kernels.ElementFunction)
  case dropout(DropoutOperation)
  case batchNormalization(BatchNormalizationOperation)
  case layerNormalization(LayerNormalizationOperation)
  case scaling(ScalingOperation)
  case parametricActivation(ParametricActivationOperation)
  case custom(CustomOperation)

  /// The trained parameters, in the order of the layer's tensors.
  var parameters: [OperationParameter] {
    switch self {
    case .dense(let body): body.parameters
    case .activation(let body): body.parameters
    case .dropout(let body): body.parameters
    case .batchNormalization(let body): body.parameters
    case .layerNormalization(let body): body.parameters
    case .scaling(let body): body.parameters
    case .parametricActivation(let body): body.parameters
    case .custom(let body): body.parameters
    }
  }

  /// Computes some of the outputs of a batch.
  ///
  /// - Parameter firstRow: the index in the batch of the first row of the views.
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
    case .scaling(let body): body.forward(x, into: y, at: place, with: kernels)
    case .parametricActivation(let body): body.forward(x, into: y, at: place, with: kernels)
    case .custom(let body): body.forward(x, into: y, at: place, with: kernels)
    }
  }

  /// Computes some of the input gradients of a batch from its output gradients.
  ///
  /// Without `dx` it only computes the sums that parameter gradients take from it (`GradientSum.summed`).
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
    case .scaling(let body): body.backward(x: x, y: y, dy: dy, into: dx, part: part, with: kernels)
    case .parametricActivation(let body):
      body.backward(x: x, y: y, dy: dy, into: dx, part: part, with: kernels)
    case .custom(let body): body.backward(x: x, y: y, dy: dy, into: dx, part: part, with: kernels)
    }
  }

  /// Computes the outputs of some rows in prediction.
  func predict(_ x: MatrixView, into y: MatrixView, with kernels: Kernels) {
    switch self {
    case .dense(let body): body.predict(x, into: y, with: kernels)
    case .activation(let body): body.predict(x, into: y, with: kernels)
    case .dropout(let body): body.predict(x, into: y, with: kernels)
    case .batchNormalization(let body): body.predict(x, into: y, with: kernels)
    case .layerNormalization(let body): body.predict(x, into: y, with: kernels)
    case .scaling(let body): body.predict(x, into: y, with: kernels)
    case .parametricActivation(let body): body.predict(x, into: y, with: kernels)
    case .custom(let body): body.predict(x, into: y, with: kernels)
    }
  }
}

/// The implementation of a case of `LayerOperation`.
protocol OperationBody: Sendable, BitwiseCopyable {
  var parameters: [OperationParameter] { get }

  func forward(_ x: MatrixView, into y: MatrixView, at place: StepPlace, with kernels: Kernels)

  func backward(
    x: MatrixView, y: MatrixView, dy: MatrixView, into dx: MatrixView?, part: BatchPart,
    with kernels: Kernels)

  func predict(_ x: MatrixView, into y: MatrixView, with kernels: Kernels)
}

/// The outputs to compute, and the step that they belong to.
struct StepPlace: Sendable {
  let part: BatchPart
  /// The index in the batch of the first row of the views.
  let firstRow: Int
  /// The number of the step since training began.
  let step: Int
}

/// A range of rows and a range of columns of a batch; either can be empty.
package struct BatchPart: Sendable {
  let rows: Range<Int>
  let columns: Range<Int>

  var isEmpty: Bool { rows.isEmpty || columns.isEmpty }
}

extension MatrixView {
  /// Returns the view of some rows and columns.
  subscript(part: BatchPart) -> MatrixView { rows(part.rows).columns(part.columns) }
}

/// A trained parameter of an operation: one tensor of its layer, or several that are concatenated in one row.
struct OperationParameter: Sendable {
  /// The indices of the tensors in the layer.
  let tensors: Range<Int>
  /// The values in the layout of the operation.
  let value: MatrixView
  let gradient: GradientSum
}

/// The method by which a parameter's gradient is summed over the rows of a batch.
enum GradientSum: Sendable, BitwiseCopyable {
  /// The product of output gradients and inputs, for a dense weight stored as [outputs, inputs].
  case outputMajorWeight
  /// The product of inputs and output gradients, for a dense weight stored as [inputs, outputs].
  case inputMajorWeight
  /// The sum of the output gradients, for a parameter that is added to each output.
  case bias
  /// The sum of the output gradients times this matrix, for a parameter that is the factor of each of its
  /// columns.
  case factor(MatrixView)
  /// A sum that the backward pass has already written to this view.
  case summed(MatrixView)
  /// The sum that a custom layer computes.
  case custom(CustomOperation)
}
