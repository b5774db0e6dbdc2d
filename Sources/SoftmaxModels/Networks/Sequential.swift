// SPDX-License-Identifier: Apache-2.0

public import SoftmaxCore

/// A chain of layers with their parameters.
///
/// The outputs of the last layer are the logits, even if a softmax follows it. There is one logit per class,
/// or a single one for two classes. The parameters are values: a copy of a network is independent of the
/// original.
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
  /// The seed of the initial weights and of the random choices in training, such as the sample order.
  public let seed: UInt64
  /// The layers in order.
  public internal(set) var layers: [LayerState]

  /// The number of features of a sample.
  public var inputCount: Int { inputShape.reduce(1, *) }
  /// The number of logits of a sample.
  public var outputCount: Int { layers.last?.outputShape.reduce(1, *) ?? inputCount }

  /// Creates a network with initial weights.
  ///
  /// - Parameters:
  ///   - inputShape: the shape of one sample.
  ///   - seed: the seed of the initial weights and of the random choices in training, such as the sample
  ///     order.
  ///   - layers: the layers in order.
  /// - Throws: `invalidArgument` for an invalid network: a shape that is empty or too large, no layer with
  ///   weights, a dense layer whose samples are not rows, a setting out of range, a softmax that is not last,
  ///   two softmaxes, or two layers of the same name.
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

  /// Creates a network whose tensors are returned by a closure.
  ///
  /// The closure receives the index of a layer, its number of inputs and the shapes of its tensors. It is
  /// called after the layer has been validated, and only for layers with tensors.
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

  // The maximum number of features of a sample and of weights of a layer. Greater numbers are most likely
  // typing errors: the values would not fit into memory.
  static let greatestCount = Int(Int32.max)

  // Losses are computed from logits, so softmax is allowed only once and only at the end.
  private static func validateSoftmax(
    in configurations: [LayerConfiguration]
  ) throws(SoftmaxError) {
    for (index, configuration) in configurations.enumerated() {
      guard configuration.kind.outputActivation == .softmax, index < configurations.count - 1
      else { continue }
      let rest = configurations[(index + 1)...]
      // The layers that follow are all softmax layers.
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
