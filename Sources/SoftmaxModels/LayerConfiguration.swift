// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// What a layer is: its kind and its settings, without parameters.
public struct LayerConfiguration: Hashable, Sendable {
  package enum Kind: Hashable, Sendable {
    case flatten
    case dense(units: Int, activation: Activation?, initializer: Initializer)
    case activation(Activation)
  }

  package let kind: Kind
  /// The name that the network's author gave the layer.
  package var name: String?

  package init(_ kind: Kind) {
    self.kind = kind
  }

  /// The name of the layer's type, as in Keras' summary.
  package var typeName: String {
    switch kind {
    case .flatten: "Flatten"
    case .dense: "Dense"
    case .activation(.relu): "ReLU"
    case .activation(.tanh): "Tanh"
    case .activation(.sigmoid): "Sigmoid"
    case .activation(let activation): activation == .softmax ? "Softmax" : "Activation"
    }
  }
}

extension LayerConfiguration {
  /// The shape of a sample's output and the tensors that the layer asks for.
  ///
  /// - Throws: `invalidArgument` where the layer makes no sense on samples of the shape.
  func needs(
    ofSamples shape: [Int], layer index: Int
  ) throws(SoftmaxError) -> (outputShape: [Int], tensors: [LayerTensorShape]) {
    let count = shape.reduce(1, *)
    switch kind {
    case .flatten: return ([count], [])
    case .activation: return (shape, [])
    case .dense(let units, _, _):
      guard shape.count == 1 else {
        throw SoftmaxError(
          .invalidArgument, "layer \(index): a dense layer needs rows, got samples of \(shape)",
          remedy: "put Flatten() before it")
      }
      guard units > 0, let size = [units, count].product, size <= Sequential.greatestCount else {
        throw SoftmaxError(
          .invalidArgument,
          "layer \(index): a dense layer needs at least 1 unit and at most "
            + "\(Sequential.greatestCount) weights, got \(units) units on \(count) inputs")
      }
      return (
        [units], [LayerTensorShape("weight", [units, count]), LayerTensorShape("bias", [units])]
      )
    }
  }

  /// The numbers with which the layer begins.
  func initialTensors(
    _ shapes: [LayerTensorShape], seed: UInt64, layer index: Int
  ) -> [LayerTensor] {
    switch kind {
    case .flatten, .activation: return []
    case .dense(let units, _, let initializer):
      return shapes.map { tensor in
        let values =
          tensor.name == "weight"
          ? initializer.weight(
            outputs: units, inputs: tensor.shape[1], seed: seed, layer: index
          ).elements : Array(repeating: 0, count: units)
        return LayerTensor(name: tensor.name, shape: tensor.shape, values: values)
      }
    }
  }
}
