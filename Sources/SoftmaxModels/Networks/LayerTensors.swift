// SPDX-License-Identifier: Apache-2.0

public import SoftmaxCore

/// Tensors that correspond to those of one layer, with the same names and shapes.
///
/// They hold gradients, or the values that an optimizer keeps for each parameter.
public struct LayerTensors: Hashable, Sendable {
  /// The index of the layer in the network.
  public let layer: Int
  /// The tensors, in the order of the layer's tensors.
  public internal(set) var tensors: [LayerTensor]

  /// The tensor "weight": [outputs, inputs], or one row for a normalization; empty if there is none.
  public var weight: Matrix { tensors.matrix("weight") ?? Matrix(rowCount: 0, columnCount: 0) }
  /// The tensor "bias" with one value per output; empty if there is none.
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

extension [LayerTensors] {
  /// Adds a tensor of a layer; the tensors of each layer are added one after another.
  mutating func append(_ tensor: LayerTensor, ofLayer layer: Int) {
    if last?.layer != layer { append(LayerTensors(layer: layer, tensors: [])) }
    self[count - 1].tensors.append(tensor)
  }
}
