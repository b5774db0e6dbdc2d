// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore
import SoftmaxModels

/// The architecture of a network, without its parameters, as the metadata of a model file hold it.
struct ArtefactArchitecture: Codable {
  // No classifier has this many layers. The limit bounds the work on a hostile file.
  private static let greatestLayerCount = 1024

  var input: [Int]
  var layers: [ArtefactLayer]
  var seed: UInt64
  /// The output function; nil if it is the one that the layers imply.
  var output: String?

  /// Describes a network.
  ///
  /// - Throws: `unsupported` for a network with a custom layer.
  init(_ network: Sequential, outputFunction: OutputFunction) throws(SoftmaxError) {
    output = outputFunction == network.outputFunction ? nil : outputFunction.rawValue
    input = network.inputShape
    seed = network.seed
    layers = []
    for (index, state) in network.layers.enumerated() {
      layers.append(try ArtefactLayer(state, index: index))
    }
  }

  /// Returns the network with the parameters that a file holds.
  ///
  /// Each tensor's shape is compared with the shape that its layer needs before the layer allocates
  /// memory.
  ///
  /// - Throws: `unsupported`, `invalidData`, `shapeMismatch` or `nonFiniteValue` if the architecture or
  ///   a tensor is unknown, missing, unused or out of range.
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

  /// Returns the stored output function; nil if it is the one that the layers imply.
  ///
  /// - Throws: `unsupported` for an unknown function.
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
    // The reader has rejected values that are not finite. A finite value of type F64 may still overflow
    // Float.
    if let index = values.firstIndex(where: { !$0.isFinite }) {
      throw SoftmaxError(
        .nonFiniteValue,
        "the tensor \(name): value \(index) is \(tensor.doubles[index]), which is too large for Float",
        remedy: "train again; weights like this predict nothing")
    }
    return values
  }
}
