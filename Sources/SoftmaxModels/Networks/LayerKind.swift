// SPDX-License-Identifier: Apache-2.0

package import SoftmaxCore

/// What a layer says of itself: its settings, what it needs, how it begins, what it computes.
///
/// All of a layer stands in its own file; nobody else knows which layers there are, but for
/// `LayerKinds`, the list of those that a model file can hold. Nothing here has a default, so whatever
/// a new layer forgets to say does not compile.
package protocol LayerKind: Hashable, Sendable {
  /// The name of the layer's type, as in Keras' summary.
  var typeName: String { get }

  /// Every setting.
  var settings: [LayerSetting] { get }

  /// The tensor that penalties on the weights are meant for, if any.
  var penalizedTensor: String? { get }

  /// Whether a network can learn with no other layer: a normalization only shifts and scales.
  var isEnoughToLearn: Bool { get }

  /// The function that the outputs are values of, where the layer knows it.
  var outputActivation: Activation? { get }

  /// What the layer computes, first to last; nothing where it leaves its inputs as they are.
  ///
  /// The first operation makes the layer's outputs of its inputs and has its tensors, the others change
  /// the outputs.
  var operations: [any OperationKind] { get }

  /// The shape of a sample's output and the tensors that the layer asks for.
  ///
  /// - Throws: `invalidArgument` where the layer makes no sense on samples of the shape.
  func needs(
    ofSamples shape: [Int], layer index: Int
  ) throws(SoftmaxError) -> (outputShape: [Int], tensors: [LayerTensorShape])

  /// The values with which the tensors begin.
  func initialTensors(
    _ shapes: [LayerTensorShape], inputCount: Int, seed: UInt64, layer index: Int
  ) -> [LayerTensor]
}

/// A kind of layer that a model file can hold.
package protocol StoredLayerKind: LayerKind {
  /// The names of the type in files: one, or one for each function.
  static var types: [String] { get }

  /// The one of them that this layer has.
  var type: String { get }

  /// Makes the layer of what a file says of it.
  ///
  /// - Throws: `invalidData` for what is missing; `unsupported` for what is unknown here. Whether the
  ///   values make sense is the network's to say.
  init(_ description: LayerDescription) throws(SoftmaxError)
}

/// The kinds of layers that a model file can hold.
package enum LayerKinds {
  /// All of them.
  package static let all: [any StoredLayerKind.Type] = [
    Flatten.self, Dense.self, ActivationLayer.self, Dropout.self, BatchNormalization.self,
    LayerNormalization.self,
  ]

  /// The layer that a file describes.
  ///
  /// - Throws: `unsupported` for a type or a setting that is unknown here; `invalidData` for a setting
  ///   that is missing or of another type.
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
    // A setting that the layer does not take would silently do nothing.
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
  /// Checks a setting, which is a float in the end.
  func check(
    _ what: String, _ value: Double, _ isValid: Bool, _ range: String, layer index: Int
  ) throws(SoftmaxError) {
    guard Float(value).isFinite, isValid else {
      throw SoftmaxError(
        .invalidArgument, "layer \(index): \(what) must be \(range), got \(value)")
    }
  }

  /// Checks that samples are rows.
  func checkRows(_ shape: [Int], of name: String, layer index: Int) throws(SoftmaxError) {
    guard shape.count == 1 else {
      throw SoftmaxError(
        .invalidArgument, "layer \(index): \(name) needs rows, got samples of \(shape)",
        remedy: "put Flatten() before it")
    }
  }
}
