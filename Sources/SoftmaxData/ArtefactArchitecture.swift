// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore
import SoftmaxModels

/// A network without its parameters, as a model file's metadata describe it.
struct ArtefactArchitecture: Codable {
  struct Layer: Codable {
    var type: String
    var units: Int?
    var activation: String?
    var initializer: String?
  }

  // More than any classifier has; a file that asks for more is not a model.
  private static let greatestLayerCount = 1024

  var input: [Int]
  var layers: [Layer]
  var seed: UInt64
  /// How outputs become probabilities, where the layers do not say.
  var output: String?

  init(_ network: Sequential, outputFunction: OutputFunction) {
    output = outputFunction == network.outputFunction ? nil : outputFunction.rawValue
    input = network.inputShape
    seed = network.seed
    layers = network.layers.map { layer in
      switch layer.configuration.kind {
      case .flatten:
        Layer(type: "flatten")
      case .activation(let activation):
        Layer(type: activation.name)
      case .dense(let units, let activation, let initializer):
        Layer(
          type: "dense", units: units, activation: activation?.name, initializer: initializer.name)
      }
    }
  }

  /// The network with the parameters of a file.
  ///
  /// The file's tensors are compared with what the layers need before anything of their size comes
  /// to be.
  func network(of file: SafetensorsFile) throws(SoftmaxError) -> Sequential {
    guard layers.count <= ArtefactArchitecture.greatestLayerCount else {
      throw SoftmaxError(
        .unsupported,
        "has \(layers.count) layers, more than the limit of "
          + "\(ArtefactArchitecture.greatestLayerCount)")
    }
    var configurations: [LayerConfiguration] = []
    for (index, layer) in layers.enumerated() {
      configurations.append(try configuration(of: layer, index: index))
    }
    var used = 0
    let network = try Sequential(input: input, seed: seed, configurations: configurations) {
      (index, shapes) throws(SoftmaxError) in
      used += shapes.count
      var tensors: [LayerTensor] = []
      for needed in shapes {
        let values = try ArtefactArchitecture.tensor(
          "layers.\(index).\(needed.name)", of: file, shape: needed.shape)
        tensors.append(
          LayerTensor(
            name: needed.name, shape: needed.shape, values: values, isTrained: needed.isTrained))
      }
      return tensors
    }
    guard used == file.tensors.count else {
      throw SoftmaxError(
        .invalidData, "holds \(file.tensors.count) tensors, of which its layers use \(used)")
    }
    return network
  }

  /// How outputs become probabilities; nil where the layers say it.
  func outputFunction() throws(SoftmaxError) -> OutputFunction? {
    guard let output else { return nil }
    guard let function = OutputFunction(rawValue: output) else {
      throw SoftmaxError(
        .unsupported,
        "its outputs go through the function \(output.debugDescription), which is unknown here",
        remedy: "use the release of softmax that wrote the file, or a newer one")
    }
    return function
  }

  private func configuration(
    of layer: Layer, index: Int
  ) throws(SoftmaxError) -> LayerConfiguration {
    if layer.type == "flatten" { return Flatten().configuration }
    if let activation = Activation(named: layer.type) {
      return LayerConfiguration(.activation(activation))
    }
    guard layer.type == "dense" else {
      throw SoftmaxError(
        .unsupported, "layer \(index) is a \(layer.type.debugDescription), which is unknown here",
        remedy: "use the release of softmax that wrote the file, or a newer one")
    }
    guard let units = layer.units else {
      throw SoftmaxError(.invalidData, "layer \(index) is dense, but does not say its units")
    }
    var activation: Activation?
    if let name = layer.activation {
      activation = Activation(named: name)
      guard activation != nil else {
        throw SoftmaxError(
          .unsupported,
          "layer \(index) has the activation \(name.debugDescription), which is "
            + "unknown here")
      }
    }
    let name = layer.initializer ?? Initializer.zeros.name
    guard let initializer = Initializer(named: name) else {
      throw SoftmaxError(
        .unsupported,
        "layer \(index) has the initializer \(name.debugDescription), which is "
          + "unknown here")
    }
    return Dense(units, activation: activation, initializer: initializer).configuration
  }

  private static func tensor(
    _ name: String, of file: SafetensorsFile, shape: [Int]
  ) throws(SoftmaxError) -> [Float] {
    guard let tensor = file[name] else {
      throw SoftmaxError(.invalidData, "lacks the tensor \(name), which its layers need")
    }
    guard tensor.shape == shape else {
      throw SoftmaxError(
        .shapeMismatch, "the tensor \(name) has the shape \(tensor.shape), its layer needs \(shape)"
      )
    }
    return tensor.values
  }
}
