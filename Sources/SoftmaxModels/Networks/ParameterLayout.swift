// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// Where each trained tensor of a network lies in its flat parameters, frozen layers left out.
///
/// The layers follow each other, and in a layer its tensors. A dense layer's weight lies as it does in
/// the memory of every plan, so that nothing is transposed on the way; that depends on its shape alone.
struct ParameterLayout: Sendable {
  /// A tensor's place.
  struct Segment: Sendable {
    let layer: Int
    /// The tensor's place in its layer.
    let place: Int
    let name: String
    let shape: [Int]
    /// Where it begins.
    let offset: Int
    let rowCount: Int
    let columnCount: Int
    /// Whether it lies as the transpose of what its shape says.
    let isTransposed: Bool
    /// Whether it is the weight of a dense layer, which penalties are meant for.
    let isPenalized: Bool

    /// The number of a weight's units; 0 of anything else.
    var unitCount: Int { isPenalized ? shape[0] : 0 }

    var range: Range<Int> { offset..<offset + rowCount * columnCount }

    /// Its elements of flat parameters or of what is laid out like them.
    func view(of flat: MatrixView) -> MatrixView {
      flat.matrix(
        at: offset, rowCount: rowCount, columnCount: columnCount, stride: columnCount)
    }
  }

  let segments: [Segment]
  /// The number of parameters.
  let count: Int

  init(_ network: Sequential) {
    var segments: [Segment] = []
    var count = 0
    for (index, layer) in network.layers.enumerated() where !layer.isFrozen {
      for (place, tensor) in layer.tensors.enumerated()
      where tensor.isTrained && !tensor.values.isEmpty {
        let isWeight = layer.isPenalized(tensor)
        let matrix = isWeight ? (tensor.shape[0], tensor.shape[1]) : (1, tensor.values.count)
        let isTransposed =
          isWeight
          && WeightLayout(inputCount: tensor.shape[1], outputCount: tensor.shape[0]) == .inputMajor
        segments.append(
          Segment(
            layer: index, place: place, name: tensor.name, shape: tensor.shape, offset: count,
            rowCount: isTransposed ? matrix.1 : matrix.0,
            columnCount: isTransposed ? matrix.0 : matrix.1, isTransposed: isTransposed,
            isPenalized: isWeight))
        count += tensor.values.count
      }
    }
    self.segments = segments
    self.count = count
  }

  /// The parameters of a network of the form.
  func values(of network: Sequential) -> [Float] {
    var flat = [Float](repeating: 0, count: count)
    for segment in segments {
      copy(network.layers[segment.layer].tensors[segment.place].values, of: segment, to: &flat)
    }
    return flat
  }

  /// A network of the form with flat values as its parameters.
  func network(_ network: Sequential, with flat: [Float]) -> Sequential {
    var network = network
    store(flat, of: segments, into: &network)
    return network
  }

  /// Makes some tensors' flat values those of a network.
  func store(_ flat: [Float], of segments: [Segment], into network: inout Sequential) {
    for segment in segments {
      network.layers[segment.layer].tensors[segment.place].values = tensor(segment, of: flat).values
    }
  }

  /// Flat values by layer, under the tensors' names and in their shapes.
  func layers(of flat: [Float]) -> [LayerTensors] {
    var result: [LayerTensors] = []
    for segment in segments {
      if result.last?.layer == segment.layer {
        result[result.count - 1].tensors.append(tensor(segment, of: flat))
      } else {
        result.append(LayerTensors(layer: segment.layer, tensors: [tensor(segment, of: flat)]))
      }
    }
    return result
  }

  /// What `layers(of:)` gives, flat again; nil where it is of another network.
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

  /// Values in a tensor's shape become flat.
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
  /// Whether penalties are meant for a tensor of the layer.
  func isPenalized(_ tensor: LayerTensor) -> Bool {
    tensor.name == configuration.kind.penalizedTensor
  }
}
