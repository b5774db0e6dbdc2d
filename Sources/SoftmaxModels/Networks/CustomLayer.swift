// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// A layer of the user's own as a value that can be compared.
package final class CustomLayer: Hashable, Sendable {
  package let layer: any RowLayer
  /// Whether each output is a function of the input at its place alone.
  let isElementwise: Bool

  init(_ layer: any RowLayer) {
    self.layer = layer
    isElementwise = layer is any ElementLayer
  }

  package static func == (a: CustomLayer, b: CustomLayer) -> Bool {
    AnyHashable(a.layer) == AnyHashable(b.layer)
  }

  package func hash(into hasher: inout Hasher) { hasher.combine(AnyHashable(layer)) }

  /// The shape of a sample's output, and what the layer trains.
  func needs(
    ofSamples shape: [Int], layer index: Int
  ) throws(SoftmaxError) -> (outputShape: [Int], tensors: [LayerTensorShape]) {
    let inputs = shape.reduce(1, *)
    let outputs = layer.outputCount(inputCount: inputs)
    guard outputs > 0, outputs <= Sequential.greatestCount else {
      throw SoftmaxError(
        .invalidArgument,
        "layer \(index): \(layer.typeName) says that it has \(outputs) outputs for \(inputs) inputs"
      )
    }
    let tensors = initialTensors(seed: 0, layer: index, inputCount: inputs)
    guard !isElementwise || (outputs == inputs && tensors.isEmpty) else {
      throw SoftmaxError(
        .invalidArgument,
        "layer \(index): \(layer.typeName) is an ElementLayer, which has an output for each input and "
          + "trains nothing; it says \(outputs) outputs for \(inputs) inputs and \(tensors.count) tensors",
        remedy: "make it a RowLayer")
    }
    for tensor in tensors {
      guard tensor.isTrained, !tensor.values.isEmpty, tensor.values.allSatisfy(\.isFinite),
        tensors.count(where: { $0.name == tensor.name }) == 1
      else {
        throw SoftmaxError(
          .invalidArgument,
          "layer \(index): the tensor \(tensor.name.debugDescription) of \(layer.typeName) must have "
            + "a name of its own, be trained and begin with finite numbers")
      }
    }
    return (
      outputs == inputs ? shape : [outputs],
      tensors.map { LayerTensorShape($0.name, $0.shape, isTrained: $0.isTrained) }
    )
  }

  func initialTensors(seed: UInt64, layer index: Int, inputCount: Int) -> [LayerTensor] {
    layer.initialTensors(
      inputCount: inputCount,
      using: CounterBasedGenerator(seed: seed, purpose: .initialization, epoch: index))
  }
}
