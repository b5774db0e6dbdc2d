// SPDX-License-Identifier: Apache-2.0

package import SoftmaxCore

/// The definition of a layer: its settings, its tensors with their initial values, and its operations.
///
/// A layer is defined in one file. A new one also needs an entry in `LayerKinds` if a model file can hold it,
/// and a case of `LayerOperation` if it computes. No requirement has a default implementation, so the
/// compiler reports whatever a new layer leaves out.
package protocol LayerKind: Hashable, Sendable {
  /// The name of the layer's type, as in Keras' summary.
  var typeName: String { get }

  /// All settings.
  var settings: [LayerSetting] { get }

  /// The name of the tensor that weight penalties apply to; nil if there is none.
  var penalizedTensor: String? { get }

  /// Whether a network can learn if its only layers with tensors are of this kind. A normalization is not
  /// enough: it only scales and shifts.
  var isEnoughToLearn: Bool { get }

  /// The activation that produces the outputs; nil if there is none or it is unknown.
  var outputActivation: Activation? { get }

  /// The operations of the layer in order; empty if it leaves its inputs unchanged.
  ///
  /// The first operation computes the outputs from the inputs and owns the tensors. The others transform the
  /// outputs.
  var operations: [any OperationKind] { get }

  /// Returns the shape of a sample's output and the shapes of the layer's tensors.
  ///
  /// - Throws: `invalidArgument` if a setting is invalid or the layer does not support samples of the shape.
  func needs(
    ofSamples shape: [Int], layer index: Int
  ) throws(SoftmaxError) -> (outputShape: [Int], tensors: [LayerTensorShape])

  /// Returns the tensors with their initial values.
  func initialTensors(
    _ shapes: [LayerTensorShape], inputCount: Int, seed: UInt64, layer index: Int
  ) -> [LayerTensor]

  /// Returns the factors with which an optimizer that has rates by tensor trains a tensor.
  func rateFactors(of tensor: LayerTensorShape) -> RateFactors
}

/// A kind of layer that a model file can hold.
package protocol StoredLayerKind: LayerKind {
  /// The names under which files store the type: one, or one per function for activations.
  static var types: [String] { get }

  /// The name of this layer, which is one of `types`.
  var type: String { get }

  /// Creates the layer from its description in a file.
  ///
  /// - Throws: `invalidData` for a missing setting; `unsupported` for an unknown value. The network validates
  ///   the values.
  init(_ description: LayerDescription) throws(SoftmaxError)
}

/// The kinds of layers that a model file can hold.
package enum LayerKinds {
  /// All kinds of layers that a model file can hold.
  package static let all: [any StoredLayerKind.Type] = [
    Flatten.self, Dense.self, ActivationLayer.self, Dropout.self, BatchNormalization.self,
    LayerNormalization.self, Scaling.self, ParametricActivation.self,
  ]

  /// Creates the layer that a file describes.
  ///
  /// - Throws: `unsupported` for an unknown type or setting; `invalidData` for a setting that is missing or
  ///   has another type.
  package static func layer(
    _ description: LayerDescription
  ) throws(SoftmaxError) -> any StoredLayerKind {
    guard let kind = all.first(where: { $0.types.contains(description.type) }) else {
      throw SoftmaxError(
        .unsupported,
        "layer \(description.layer) is a \(description.type.debugDescription), which is unknown here",
        remedy: "use the release of softmax that wrote the file, or a newer one")
    }
    let layer = try kind.init(description)
    // An unknown setting is an error, because ignoring it would change the model.
    let taken = Set(layer.settings.filter { $0.value != nil }.map(\.name))
    if let unknown = description.settings.keys.sorted().first(where: { !taken.contains($0) }) {
      throw SoftmaxError(
        .unsupported,
        "layer \(description.layer) is a \(description.type.debugDescription) with the setting "
          + "\(unknown.debugDescription), which is unknown here",
        remedy: "use the release of softmax that wrote the file, or a newer one")
    }
    return layer
  }
}

extension LayerKind {
  /// Throws unless a setting is valid and finite as a float, the type in which it is used.
  func check(
    _ what: String, _ value: Double, _ isValid: Bool, _ range: String, layer index: Int
  ) throws(SoftmaxError) {
    guard Float(value).isFinite, isValid else {
      throw SoftmaxError(
        .invalidArgument, "layer \(index): \(what) must be \(range), got \(value)")
    }
  }

  /// Throws unless samples are rows, that is, have one dimension.
  func checkRows(_ shape: [Int], of name: String, layer index: Int) throws(SoftmaxError) {
    guard shape.count == 1 else {
      throw SoftmaxError(
        .invalidArgument, "layer \(index): \(name) needs rows, got samples of \(shape)",
        remedy: "put Flatten() before it")
    }
  }
}
