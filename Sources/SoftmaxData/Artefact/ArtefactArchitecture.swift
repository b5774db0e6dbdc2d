// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore
import SoftmaxModels

/// A network without its parameters, as a model file's metadata describe it.
struct ArtefactArchitecture: Codable {
  // More than any classifier has; a file that asks for more is not a model.
  private static let greatestLayerCount = 1024

  var input: [Int]
  var layers: [ArtefactLayer]
  var seed: UInt64
  /// How outputs become probabilities, where the layers do not say.
  var output: String?

  /// - Throws: `unsupported` for a network with a layer of the user's own.
  init(_ network: Sequential, outputFunction: OutputFunction) throws(SoftmaxError) {
    output = outputFunction == network.outputFunction ? nil : outputFunction.rawValue
    input = network.inputShape
    seed = network.seed
    layers = []
    for (index, state) in network.layers.enumerated() {
      layers.append(try ArtefactLayer(state, index: index))
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
      configurations.append(try layer.configuration(index: index))
    }
    var used = 0
    var network = try Sequential(input: input, seed: seed, configurations: configurations) {
      (index, _, shapes) throws(SoftmaxError) in
      used += shapes.count
      var tensors: [LayerTensor] = []
      for needed in shapes {
        let values = try ArtefactArchitecture.tensor(
          "layers.\(index).\(needed.name)", of: file, shape: needed.shape)
        if needed.isNeverNegative, let wrong = values.first(where: { $0 < 0 }) {
          throw SoftmaxError(
            .invalidData, "layer \(index): a variance in \(needed.name) is \(wrong)")
        }
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
    for (index, layer) in layers.enumerated() where layer.isFrozen {
      network.freeze(layers: index..<index + 1)
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

  static func tensor(
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
    let values = tensor.values
    // The file has finite numbers; those of type F64 may be beyond Float.
    if let index = values.firstIndex(where: { !$0.isFinite }) {
      throw SoftmaxError(
        .nonFiniteValue,
        "the tensor \(name): value \(index) is \(tensor.doubles[index]), which is too large for Float",
        remedy: "train again; weights like this predict nothing")
    }
    return values
  }
}
