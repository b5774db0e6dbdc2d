// SPDX-License-Identifier: Apache-2.0

package import SoftmaxCore

/// A custom layer, which is a `RowLayer` or an `ElementLayer`, as a kind of layer.
///
/// It is a class so that an arena can keep a reference to it. The operations of a plan are then plain values
/// and need no reference counting in a step.
package final class CustomLayer: Sendable {
  let layer: any RowLayer
  /// Whether each output depends only on the input at the same index.
  let isElementwise: Bool

  init(_ layer: any RowLayer) {
    self.layer = layer
    isElementwise = layer is any ElementLayer
  }
}

extension CustomLayer: LayerKind {
  package static func == (a: CustomLayer, b: CustomLayer) -> Bool {
    AnyHashable(a.layer) == AnyHashable(b.layer)
  }

  package func hash(into hasher: inout Hasher) { hasher.combine(AnyHashable(layer)) }

  package var typeName: String { layer.typeName }
  package var settings: [LayerSetting] { [LayerSetting("layer", .text("\(layer)"), .value)] }
  package var penalizedTensor: String? { nil }
  package var isEnoughToLearn: Bool { true }
  package var outputActivation: Activation? { nil }
  package var operations: [any OperationKind] { [self] }

  package func needs(
    ofSamples shape: [Int], layer index: Int
  ) throws(SoftmaxError) -> (outputShape: [Int], tensors: [LayerTensorShape]) {
    let inputs = shape.reduce(1, *)
    let outputs = layer.outputCount(inputCount: inputs)
    guard outputs > 0, outputs <= Sequential.greatestCount else {
      throw SoftmaxError(
        .invalidArgument,
        "layer \(index): \(typeName) says that it has \(outputs) outputs for \(inputs) inputs")
    }
    let tensors = initialTensors([], inputCount: inputs, seed: 0, layer: index)
    guard !isElementwise || (outputs == inputs && tensors.isEmpty) else {
      throw SoftmaxError(
        .invalidArgument,
        "layer \(index): \(typeName) is an ElementLayer, which has an output for each input and "
          + "trains nothing; it says \(outputs) outputs for \(inputs) inputs and \(tensors.count) tensors",
        remedy: "make it a RowLayer")
    }
    for tensor in tensors {
      guard tensor.isTrained, !tensor.values.isEmpty, tensor.values.allSatisfy(\.isFinite),
        tensors.count(where: { $0.name == tensor.name }) == 1
      else {
        throw SoftmaxError(
          .invalidArgument,
          "layer \(index): the tensor \(tensor.name.debugDescription) of \(typeName) must have "
            + "a name of its own, be trained and begin with finite values")
      }
    }
    return (
      outputs == inputs ? shape : [outputs],
      tensors.map { LayerTensorShape($0.name, $0.shape, isTrained: $0.isTrained) }
    )
  }

  package func initialTensors(
    _ shapes: [LayerTensorShape], inputCount: Int, seed: UInt64, layer index: Int
  ) -> [LayerTensor] {
    layer.initialTensors(
      inputCount: inputCount,
      using: CounterBasedGenerator(seed: seed, purpose: .initialization, epoch: index))
  }

  package func rateFactors(of tensor: LayerTensorShape) -> RateFactors { .one }
}

extension CustomLayer: OperationKind {
  package var traits: OperationTraits {
    OperationTraits(
      form: isElementwise ? .elements : .rows, needsInput: true, needsOutput: true,
      canOverwriteInputs: false, canOverwriteGradient: false, sumsOnTheWayBack: false,
      joinsTensors: true, actsInPrediction: true)
  }

  package func operation(in memory: OperationMemory) -> LayerOperation {
    .custom(
      CustomOperation(
        layer: memory.arena.keep(self), values: memory.tensors[0],
        tensorCount: memory.tensorCount, isElementwise: isElementwise))
  }
}

/// The operation of a custom layer over views of an arena.
///
/// Each worker makes one dynamic call per batch and pass.
package struct CustomOperation: OperationBody {
  let layer: KeptObject<CustomLayer>
  /// The values of all tensors of the layer, concatenated in one row.
  let values: MatrixView
  let tensorCount: Int
  let isElementwise: Bool

  var parameters: [OperationParameter] {
    [OperationParameter(tensors: 0..<tensorCount, value: values, gradient: .custom(self))]
  }

  func forward(_ x: MatrixView, into y: MatrixView, at place: StepPlace, with kernels: Kernels) {
    let part = place.part
    let inputs = isElementwise ? part : BatchPart(rows: part.rows, columns: 0..<x.columnCount)
    layer.use { $0.layer.forward(LayerBatch(x: x[inputs], y: y[part], parameters: values)) }
  }

  func backward(
    x: MatrixView, y: MatrixView, dy: MatrixView, into dx: MatrixView?, part: BatchPart,
    with kernels: Kernels
  ) {
    guard let dx else { return }
    let outputs = isElementwise ? part : BatchPart(rows: part.rows, columns: 0..<y.columnCount)
    layer.use {
      $0.layer.backward(
        LayerBatch(
          x: x[part], y: y[outputs], parameters: values, dy: dy[outputs], result: dx[part]))
    }
  }

  func predict(_ x: MatrixView, into y: MatrixView, with kernels: Kernels) {
    layer.use { $0.layer.forward(LayerBatch(x: x, y: y, parameters: values)) }
  }

  /// Sums the gradient with respect to the layer's values over all rows of a batch, in order of the rows.
  func sumGradient(x: MatrixView, y: MatrixView, dy: MatrixView, into gradient: MatrixView) {
    layer.use {
      $0.layer.sumGradient(LayerBatch(x: x, y: y, parameters: values, dy: dy, result: gradient))
    }
  }
}
