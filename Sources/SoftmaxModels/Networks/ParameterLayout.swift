// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// The position of each trained tensor in the flat parameters of a network.
///
/// Flat parameters are one array with the values of all trained tensors, in order of the layers and of the
/// tensors in a layer; frozen layers are excluded. A dense weight has the same memory layout as in every plan
/// (`WeightLayout`), so no transposition is needed between the two. The layout depends on shapes alone.
struct ParameterLayout: Sendable {
  /// The position of one tensor.
  struct Segment: Sendable {
    let layer: Int
    /// The index of the tensor in its layer.
    let place: Int
    let name: String
    let shape: [Int]
    /// The index of the tensor's first value in the flat parameters.
    let offset: Int
    let rowCount: Int
    let columnCount: Int
    /// Whether the values are stored as the transpose of the tensor's shape.
    let isTransposed: Bool
    /// Whether the tensor is the weight [outputs, inputs] of a matrix product.
    let isWeight: Bool
    /// Whether weight penalties apply to the tensor.
    let isPenalized: Bool
    /// The factors of the rate and the decay for an optimizer that has rates by tensor.
    let rateFactors: RateFactors

    /// The number of units of a weight; 0 for other tensors.
    var unitCount: Int { isWeight ? shape[0] : 0 }

    /// The indices of the tensor's values in the flat parameters.
    var range: Range<Int> { offset..<offset + rowCount * columnCount }

    /// Returns the index in the flat parameters of an element of a weight.
    func index(unit: Int, input: Int) -> Int {
      offset + (isTransposed ? input * columnCount + unit : unit * columnCount + input)
    }

    /// The places of a weight in the flat parameters.
    var places: DoubleMatrixView.Places {
      DoubleMatrixView.Places(
        offset: offset, unitStep: isTransposed ? 1 : columnCount,
        inputStep: isTransposed ? columnCount : 1)
    }

    /// Returns the view of the tensor in flat parameters, or in an array with the same layout.
    func view(of flat: MatrixView) -> MatrixView {
      flat.matrix(
        at: offset, rowCount: rowCount, columnCount: columnCount, stride: columnCount)
    }
  }

  let segments: [Segment]
  /// The number of parameters.
  let count: Int

  /// Lays out the tensors of a network's trained layers or, if `frozen` is true, of its frozen layers.
  init(_ network: Sequential, frozen: Bool = false) {
    var segments: [Segment] = []
    var count = 0
    for operation in LoweredNetwork(network).operations where operation.isFrozen == frozen {
      for (place, tensor) in operation.tensors.enumerated()
      where tensor.isTrained && tensor.valueCount > 0 {
        let isWeight = operation.traits.form == .product && place == 0
        let matrix = isWeight ? (tensor.shape[0], tensor.shape[1]) : (1, tensor.valueCount)
        let isTransposed =
          isWeight && WeightLayout(inputCount: matrix.1, outputCount: matrix.0) == .inputMajor
        segments.append(
          Segment(
            layer: operation.layer, place: place, name: tensor.name, shape: tensor.shape,
            offset: count, rowCount: isTransposed ? matrix.1 : matrix.0,
            columnCount: isTransposed ? matrix.0 : matrix.1, isTransposed: isTransposed,
            isWeight: isWeight,
            isPenalized: network.layers[operation.layer].isPenalized(tensor.name),
            rateFactors: network.layers[operation.layer].configuration.kind.rateFactors(of: tensor)
          ))
        count += tensor.valueCount
      }
    }
    self.segments = segments
    self.count = count
  }

  /// Returns the flat parameters of a network, which must have this layout.
  func values(of network: Sequential) -> [Float] {
    var flat = [Float](repeating: 0, count: count)
    for segment in segments {
      copy(network.layers[segment.layer].tensors[segment.place].values, of: segment, to: &flat)
    }
    return flat
  }

  /// Returns a copy of a network with flat values as its parameters.
  func network(_ network: Sequential, with flat: [Float]) -> Sequential {
    var network = network
    store(flat, of: segments, into: &network)
    return network
  }

  /// Copies the flat values of some segments to a network.
  func store(_ flat: [Float], of segments: [Segment], into network: inout Sequential) {
    for segment in segments {
      network.layers[segment.layer].tensors[segment.place].values = tensor(segment, of: flat).values
    }
  }

  /// Returns flat values as tensors by layer, with the names and shapes of the network's tensors.
  func layers(of flat: [Float]) -> [LayerTensors] {
    var result: [LayerTensors] = []
    for segment in segments {
      result.append(tensor(segment, of: flat), ofLayer: segment.layer)
    }
    return result
  }

  /// Returns the flat values of tensors by layer, the inverse of `layers(of:)`.
  ///
  /// It returns nil unless layers, names and shapes of the tensors are those of this layout.
  func values(of layers: [LayerTensors]) -> [Float]? {
    let tensors = layers.flatMap { layer in layer.tensors.map { (layer.layer, $0) } }
    guard tensors.count == segments.count else { return nil }
    var flat = [Float](repeating: 0, count: count)
    for ((layer, tensor), segment) in zip(tensors, segments) {
      guard layer == segment.layer, tensor.name == segment.name, tensor.shape == segment.shape
      else { return nil }
      copy(tensor.values, of: segment, to: &flat)
    }
    return flat
  }

  /// Copies a tensor's values to its segment of flat values.
  func copy(_ values: [Float], of segment: Segment, to flat: inout [Float]) {
    guard segment.isTransposed else {
      flat.replaceSubrange(segment.range, with: values)
      return
    }
    flat.withMatrixView { flat in
      var matrix = Matrix(rowCount: segment.columnCount, columnCount: segment.rowCount)
      matrix.elements = values
      segment.view(of: flat).assign(matrix, transposed: true)
    }
  }

  private func tensor(_ segment: Segment, of flat: [Float]) -> LayerTensor {
    let values =
      segment.isTransposed
      ? flat.withFlatView { flat in
        flat.map { segment.view(of: $0).matrix(transposed: true).elements } ?? []
      } : Array(flat[segment.range])
    return LayerTensor(name: segment.name, shape: segment.shape, values: values)
  }
}

extension Sequential.LayerState {
  /// Returns whether weight penalties apply to the layer's tensor with a name.
  func isPenalized(_ tensor: String) -> Bool { tensor == configuration.kind.penalizedTensor }
}
