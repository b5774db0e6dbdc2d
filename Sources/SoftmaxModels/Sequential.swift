// SPDX-License-Identifier: Apache-2.0

public import SoftmaxCore

/// A network of layers in a row, with their parameters.
///
/// The outputs of its last layer are the logits, whether or not a softmax is
/// written behind it; the number of logits is the number of classes.
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
  /// A layer of a network with its parameters.
  public struct LayerState: Sendable, Hashable {
    /// What the layer is.
    public let configuration: LayerConfiguration
    /// The shape of one sample's output.
    public let outputShape: [Int]
    /// The weight, of shape [outputs, inputs]; nil in a layer without.
    public internal(set) var weight: Matrix?
    /// The bias, one for each output; nil in a layer without.
    public internal(set) var bias: [Float]?

    /// The number of trained numbers in the layer.
    public var parameterCount: Int { (weight?.elements.count ?? 0) + (bias?.count ?? 0) }
  }

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
  /// The number of trained numbers in all layers.
  public var parameterCount: Int { layers.reduce(0) { $0 + $1.parameterCount } }

  /// Creates a network with initial weights.
  ///
  /// - Parameters:
  ///   - inputShape: the shape of one sample.
  ///   - seed: what the initial weights, and in training the order of the samples, are drawn from.
  ///   - layers: the layers, first to last.
  /// - Throws: `invalidArgument` for a network that makes no sense: no dense layer, a dense layer on
  ///   samples that are no rows, a softmax that is not last, or two of them.
  public init(
    input inputShape: [Int], seed: UInt64 = 0, @LayerBuilder layers: () -> [any Layer]
  ) throws(SoftmaxError) {
    let configurations = layers().map { $0.configuration }
    try self.init(input: inputShape, seed: seed, configurations: configurations) {
      (index, outputs, inputs) throws(SoftmaxError) in
      guard case .dense(_, _, let initializer) = configurations[index].kind else { return nil }
      let weight = initializer.weight(outputs: outputs, inputs: inputs, seed: seed, layer: index)
      return (weight, Array(repeating: 0, count: outputs))
    }
  }

  /// Creates a network whose layers ask for their parameters by index, outputs and inputs.
  ///
  /// They ask when the layer is known to make sense.
  package init(
    input inputShape: [Int], seed: UInt64, configurations: [LayerConfiguration],
    parameters: (Int, Int, Int) throws(SoftmaxError) -> (weight: Matrix, bias: [Float])?
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
    var shape = inputShape
    var count = featureCount
    var states: [LayerState] = []
    for (index, configuration) in configurations.enumerated() {
      var weight: Matrix?
      var bias: [Float]?
      switch configuration.kind {
      case .flatten:
        shape = [count]
      case .activation:
        break
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
        let initial = try parameters(index, units, count)
        weight = initial?.weight
        bias = initial?.bias
        shape = [units]
        count = units
      }
      states.append(
        LayerState(configuration: configuration, outputShape: shape, weight: weight, bias: bias))
    }
    guard states.contains(where: { $0.weight != nil }) else {
      throw SoftmaxError(
        .invalidArgument, "a network needs at least one layer with parameters",
        remedy: "add Dense(_:)")
    }
    self.inputShape = inputShape
    self.seed = seed
    self.layers = states
  }

  // The most features of a sample and weights of a layer: more than fits into memory comes from a
  // slip of the pen.
  private static let greatestCount = Int(Int32.max)

  // Cross-entropy is computed from logits: a softmax can stand at the end alone, and once.
  private static func validateSoftmax(
    in configurations: [LayerConfiguration]
  ) throws(SoftmaxError) {
    for (index, configuration) in configurations.enumerated() {
      var count = 0
      switch configuration.kind {
      case .activation(.softmax): count = 1
      case .dense(_, .some(.softmax), _): count = 1
      default: break
      }
      guard count > 0, index < configurations.count - 1 else { continue }
      let rest = configurations[(index + 1)...]
      if rest.allSatisfy({ $0.kind == .activation(.softmax) }) {
        throw SoftmaxError(
          .invalidArgument, "layer \(index + 1) is a second softmax, on what is already one",
          remedy: "write softmax once, as the last layer")
      }
      throw SoftmaxError(
        .invalidArgument, "layer \(index) is a softmax, but layers follow it",
        remedy: "softmax belongs to the output; use another activation in between")
    }
  }

  /// Replaces the parameters of one layer.
  ///
  /// - Parameters:
  ///   - index: the layer's place in `layers`.
  ///   - weight: of the shape [outputs, inputs].
  ///   - bias: one number for each output.
  /// - Throws: `shapeMismatch` or `nonFiniteValue`.
  public mutating func setParameters(
    ofLayer index: Int, weight: Matrix, bias: [Float]
  ) throws(SoftmaxError) {
    guard layers.indices.contains(index), let old = layers[index].weight else {
      throw SoftmaxError(.invalidArgument, "layer \(index) has no parameters")
    }
    guard weight.rowCount == old.rowCount, weight.columnCount == old.columnCount,
      bias.count == old.rowCount
    else {
      throw SoftmaxError(
        .shapeMismatch,
        "layer \(index) needs a weight of [\(old.rowCount), \(old.columnCount)] and a bias of "
          + "[\(old.rowCount)], got [\(weight.rowCount), \(weight.columnCount)] and [\(bias.count)]"
      )
    }
    try Features.floats(weight).validateFinite()
    if let unit = bias.firstIndex(where: { !$0.isFinite }) {
      throw SoftmaxError(
        .nonFiniteValue, "layer \(index): the bias of unit \(unit) is \(bias[unit])")
    }
    layers[index].weight = weight
    layers[index].bias = bias
  }
}
