// SPDX-License-Identifier: Apache-2.0

public import SoftmaxCore

/// A network of layers in a row, with their parameters.
///
/// The outputs of its last layer are the logits, whether or not a softmax is
/// written after it; the number of logits is the number of classes.
///
/// ```swift
/// var network = try Sequential(input: [28, 28], seed: 42) {
///   Flatten()
///   Dense(128, activation: .relu)
///   Dense(10, activation: .softmax)
/// }
/// let history = try network.fit(to: images, optimizer: .adam(), epochs: 10, batchSize: 32)
/// ```
public struct Sequential: Sendable, Hashable {
  /// The shape of one sample, such as [28, 28].
  public let inputShape: [Int]
  /// What the initial weights and the order of the samples are drawn from.
  public let seed: UInt64
  /// The layers, first to last.
  public internal(set) var layers: [LayerState]

  /// The number of features of a sample.
  public var inputCount: Int { inputShape.reduce(1, *) }
  /// The number of logits.
  public var outputCount: Int { layers.last?.outputShape.reduce(1, *) ?? inputCount }

  /// Creates a network with initial weights.
  ///
  /// - Parameters:
  ///   - inputShape: the shape of one sample.
  ///   - seed: what the initial weights, and in training the order of the samples, are drawn from.
  ///   - layers: the layers, first to last.
  /// - Throws: `invalidArgument` for a network that makes no sense: no layer with parameters, a dense
  ///   layer on samples that are no rows, a setting out of range, a softmax that is not last, or two
  ///   of them, two layers of one name.
  public init(
    input inputShape: [Int], seed: UInt64 = 0, @LayerBuilder layers: () -> [any Layer]
  ) throws(SoftmaxError) {
    let configurations = layers().map { $0.configuration }
    try self.init(input: inputShape, seed: seed, configurations: configurations) {
      (index, inputCount, shapes) in
      configurations[index].kind.initialTensors(
        shapes, inputCount: inputCount, seed: seed, layer: index)
    }
  }

  /// Creates a network whose layers ask for their tensors by index, number of inputs and shapes.
  ///
  /// They ask when the layer is known to make sense.
  package init(
    input inputShape: [Int], seed: UInt64, configurations: [LayerConfiguration],
    tensors: (Int, Int, [LayerTensorShape]) throws(SoftmaxError) -> [LayerTensor]
  ) throws(SoftmaxError) {
    guard !inputShape.isEmpty, let featureCount = inputShape.product,
      featureCount <= Sequential.greatestCount
    else {
      throw SoftmaxError(
        .invalidArgument,
        "the shape of a sample needs positive extents and at most \(Sequential.greatestCount) "
          + "features, got \(inputShape)")
    }
    try Sequential.validateSoftmax(in: configurations)
    let names = try Sequential.names(of: configurations)
    var shape = inputShape
    var states: [LayerState] = []
    for (index, configuration) in configurations.enumerated() {
      let needs = try configuration.kind.needs(ofSamples: shape, layer: index)
      let inputCount = shape.reduce(1, *)
      shape = needs.outputShape
      states.append(
        LayerState(
          configuration: configuration, name: names[index], outputShape: shape,
          tensors: needs.tensors.isEmpty ? [] : try tensors(index, inputCount, needs.tensors)))
    }
    guard states.contains(where: { !$0.tensors.isEmpty && $0.configuration.kind.isEnoughToLearn })
    else {
      throw SoftmaxError(
        .invalidArgument, "a network needs at least one layer with weights",
        remedy: "add Dense(_:)")
    }
    self.inputShape = inputShape
    self.seed = seed
    self.layers = states
  }

  // The most features of a sample and weights of a layer: more than fits into memory comes from a
  // slip of the pen.
  static let greatestCount = Int(Int32.max)

  // Cross-entropy is computed from logits: a softmax can stand at the end alone, and once.
  private static func validateSoftmax(
    in configurations: [LayerConfiguration]
  ) throws(SoftmaxError) {
    for (index, configuration) in configurations.enumerated() {
      guard configuration.kind.outputActivation == .softmax, index < configurations.count - 1
      else { continue }
      let rest = configurations[(index + 1)...]
      // Layers that are a softmax and nothing else.
      if rest.allSatisfy({
        $0.kind.outputActivation == .softmax && $0.kind.operations.isEmpty
      }) {
        throw SoftmaxError(
          .invalidArgument, "layer \(index + 1) is a second softmax, on what is already one",
          remedy: "write softmax once, as the last layer")
      }
      throw SoftmaxError(
        .invalidArgument, "layer \(index) is a softmax, but layers follow it",
        remedy: "softmax belongs to the output; use another activation in between")
    }
  }
}
