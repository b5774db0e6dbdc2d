// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// What a layer is: its kind and its settings, without parameters.
public struct LayerConfiguration: Hashable, Sendable {
  package enum Kind: Hashable, Sendable {
    case flatten
    case dense(units: Int, activation: Activation?, initializer: Initializer)
    case activation(Activation)
    case dropout(rate: Double)
    case batchNormalization(momentum: Double, epsilon: Double)
    case layerNormalization(epsilon: Double)
    case custom(CustomLayer)
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
    case .activation(.gelu): "GELU"
    case .activation(.silu): "SiLU"
    case .activation(let activation):
      switch activation.function {
      case .leakyReLU: "LeakyReLU"
      case .elu: "ELU"
      default: activation == .softmax ? "Softmax" : "Activation"
      }
    case .dropout: "Dropout"
    case .batchNormalization: "BatchNormalization"
    case .layerNormalization: "LayerNormalization"
    case .custom(let own): own.layer.typeName
    }
  }
}

extension LayerConfiguration: CustomStringConvertible {
  /// The layer's type and settings, such as `Dense(128, relu, glorot) "hidden"`.
  public var description: String {
    func text(_ name: String, _ setting: Float?) -> String {
      name + (setting.map { " \($0)" } ?? "")
    }
    let settings: [String] =
      switch kind {
      case .flatten: []
      case .dense(let units, let activation, let initializer):
        [
          "\(units)", activation.map { text($0.name, $0.setting) } ?? "no activation",
          text(initializer.name, initializer.setting),
        ]
      case .activation(let activation): activation.setting.map { ["\($0)"] } ?? []
      case .dropout(let rate): ["\(rate)"]
      case .batchNormalization(let momentum, let epsilon):
        ["momentum \(momentum)", "epsilon \(epsilon)"]
      case .layerNormalization(let epsilon): ["epsilon \(epsilon)"]
      case .custom(let own): ["\(own.layer)"]
      }
    return "\(typeName)(\(settings.joined(separator: ", ")))"
      + (name.map { " \($0.debugDescription)" } ?? "")
  }
}

extension LayerConfiguration {
  /// Whether the layer shifts and scales what it gets, and does no more.
  var isNormalization: Bool {
    switch kind {
    case .batchNormalization, .layerNormalization: true
    case .flatten, .dense, .activation, .dropout, .custom: false
    }
  }

  /// The shape of a sample's output and the tensors that the layer asks for.
  ///
  /// - Throws: `invalidArgument` where the layer makes no sense on samples of the shape.
  func needs(
    ofSamples shape: [Int], layer index: Int
  ) throws(SoftmaxError) -> (outputShape: [Int], tensors: [LayerTensorShape]) {
    let count = shape.reduce(1, *)
    switch kind {
    case .flatten: return ([count], [])
    case .activation(let activation):
      try activation.validate(layer: index)
      return (shape, [])
    case .dropout(let rate):
      try check("the rate of dropout", rate, rate >= 0 && rate < 1, "in 0..<1", layer: index)
      return (shape, [])
    case .batchNormalization(let momentum, let epsilon):
      try check("the momentum", momentum, momentum >= 0 && momentum < 1, "in 0..<1", layer: index)
      try check("epsilon", epsilon, Float(epsilon) > 0, "a float greater than 0", layer: index)
      try validateRows(shape, layer: index)
      return (
        shape,
        trainedTensors(count)
          + [
            LayerTensorShape("running_mean", [count], isTrained: false),
            LayerTensorShape("running_variance", [count], isTrained: false),
          ]
      )
    case .layerNormalization(let epsilon):
      try check("epsilon", epsilon, Float(epsilon) > 0, "a float greater than 0", layer: index)
      try validateRows(shape, layer: index)
      return (shape, trainedTensors(count))
    case .custom(let own): return try own.needs(ofSamples: shape, layer: index)
    case .dense(let units, let activation, let initializer):
      try activation?.validate(layer: index)
      try initializer.validate(layer: index)
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

  // The factors and the shifts of a normalization.
  private func trainedTensors(_ count: Int) -> [LayerTensorShape] {
    [LayerTensorShape("weight", [count]), LayerTensorShape("bias", [count])]
  }

  private func validateRows(_ shape: [Int], layer index: Int) throws(SoftmaxError) {
    guard shape.count == 1 else {
      throw SoftmaxError(
        .invalidArgument, "layer \(index): a normalization needs rows, got samples of \(shape)",
        remedy: "put Flatten() before it")
    }
  }

  private func check(
    _ what: String, _ value: Double, _ isValid: Bool, _ range: String, layer index: Int
  ) throws(SoftmaxError) {
    guard Float(value).isFinite, isValid else {
      throw SoftmaxError(
        .invalidArgument, "layer \(index): \(what) must be \(range), got \(value)")
    }
  }

  /// The numbers with which the layer begins.
  func initialTensors(
    _ shapes: [LayerTensorShape], inputCount: Int, seed: UInt64, layer index: Int
  ) -> [LayerTensor] {
    switch kind {
    case .flatten, .activation, .dropout: return []
    case .dense(let units, _, let initializer):
      return shapes.map { tensor in
        let isWeight = tensor.name == "weight"
        let inputs = shapes[0].shape[1]
        return LayerTensor(
          name: tensor.name, shape: tensor.shape,
          values: isWeight
            ? initializer.weight(outputs: units, inputs: inputs, seed: seed, layer: index).elements
            : initializer.bias(outputs: units, inputs: inputs, seed: seed, layer: index))
      }
    case .batchNormalization, .layerNormalization:
      return shapes.map { tensor in
        let isOne = tensor.name == "weight" || tensor.name == "running_variance"
        return LayerTensor(
          name: tensor.name, shape: tensor.shape,
          values: Array(repeating: isOne ? 1 : 0, count: tensor.shape[0]),
          isTrained: tensor.isTrained)
      }
    case .custom(let own):
      return own.initialTensors(seed: seed, layer: index, inputCount: inputCount)
    }
  }
}
