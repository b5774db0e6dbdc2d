// SPDX-License-Identifier: Apache-2.0

public import SoftmaxCore

/// Some tensors of one layer of a network: gradients, or what an optimizer keeps of each parameter,
/// under the names and in the shapes of the layer's own.
public struct LayerTensors: Hashable, Sendable {
  /// The layer's place in the network.
  public let layer: Int
  /// The tensors, in the layer's order.
  public internal(set) var tensors: [LayerTensor]

  /// The tensor named "weight": [outputs, inputs], one row of a normalization; empty without one.
  public var weight: Matrix { tensors.matrix("weight") ?? Matrix(rowCount: 0, columnCount: 0) }
  /// The tensor named "bias", one value for each output; empty without one.
  public var bias: [Float] { tensors["bias"]?.values ?? [] }

  /// Creates the tensors of a layer.
  public init(layer: Int, tensors: [LayerTensor]) {
    self.layer = layer
    self.tensors = tensors
  }

  /// Creates the tensors of a dense layer.
  init(layer: Int, weight: Matrix, bias: [Float]) {
    self.init(
      layer: layer,
      tensors: [
        LayerTensor(
          name: "weight", shape: [weight.rowCount, weight.columnCount], values: weight.elements),
        LayerTensor(name: "bias", shape: [bias.count], values: bias),
      ])
  }
}
