// SPDX-License-Identifier: Apache-2.0

public import SoftmaxCore

extension Sequential {
  /// A layer of a network with its parameters.
  public struct LayerState: Sendable, Hashable {
    /// The kind of the layer with its settings, and its name if one was given.
    public let configuration: LayerConfiguration
    /// The given name; by default the type with a number, as in Keras.
    public let name: String
    /// The shape of one sample's output.
    public let outputShape: [Int]
    /// The tensors of the layer, in the order of a model file.
    public internal(set) var tensors: [LayerTensor]
    /// Whether training leaves the parameters unchanged; see ``Sequential/freeze(_:)-(String)``.
    public internal(set) var isFrozen = false

    /// The weight; nil if the layer has none.
    ///
    /// For a dense layer it is [outputs, inputs]; for a normalization it is one row of factors.
    public internal(set) var weight: Matrix? {
      get { tensors.matrix("weight") }
      set { set("weight", to: newValue?.elements) }
    }

    /// The bias with one value per output; nil if the layer has none.
    public internal(set) var bias: [Float]? {
      get { tensors["bias"]?.values }
      set { set("bias", to: newValue) }
    }

    /// The number of values in the layer's tensors.
    public var parameterCount: Int { tensors.reduce(0) { $0 + $1.values.count } }
    /// The number of values that training updates by their gradient; 0 if the layer is frozen.
    public var trainedParameterCount: Int {
      isFrozen ? 0 : tensors.reduce(0) { $0 + ($1.isTrained ? $1.values.count : 0) }
    }

    /// Replaces the values of a tensor; does nothing if there is no such tensor.
    mutating func set(_ name: String, to values: [Float]?) {
      guard let values, let place = tensors.firstIndex(where: { $0.name == name }) else { return }
      tensors[place].values = values
    }
  }

  /// The number of values in the tensors of all layers.
  public var parameterCount: Int { layers.reduce(0) { $0 + $1.parameterCount } }
  /// The number of values in all layers that training updates by their gradient.
  ///
  /// Frozen layers are not counted, nor are running means and variances.
  public var trainedParameterCount: Int { layers.reduce(0) { $0 + $1.trainedParameterCount } }

  /// Replaces the weight and the bias of one layer.
  ///
  /// - Parameters:
  ///   - index: the index of the layer in `layers`.
  ///   - weight: [outputs, inputs], or one row for a normalization.
  ///   - bias: one value per output.
  /// - Throws: `invalidArgument` if the layer does not exist or has no weight and bias; `shapeMismatch`;
  ///   `nonFiniteValue`.
  public mutating func setParameters(
    ofLayer index: Int, weight: Matrix, bias: [Float]
  ) throws(SoftmaxError) {
    guard layers.indices.contains(index), let old = layers[index].weight,
      let oldBias = layers[index].bias
    else {
      throw SoftmaxError(.invalidArgument, "layer \(index) has no parameters")
    }
    guard weight.rowCount == old.rowCount, weight.columnCount == old.columnCount,
      bias.count == oldBias.count
    else {
      throw SoftmaxError(
        .shapeMismatch,
        "layer \(index) needs a weight of [\(old.rowCount), \(old.columnCount)] and a bias of "
          + "[\(oldBias.count)], got [\(weight.rowCount), \(weight.columnCount)] and "
          + "[\(bias.count)]"
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

  /// Replaces the values of one tensor.
  ///
  /// ```swift
  /// try network.setValues(mean, of: "running_mean", inLayer: 2)
  /// ```
  ///
  /// - Parameters:
  ///   - values: one value per element of the tensor, in row-major order.
  ///   - name: the name of the tensor.
  ///   - index: the index of the layer in `layers`.
  /// - Throws: `notFound` if there is no such layer or tensor; `shapeMismatch`; `nonFiniteValue`;
  ///   `invalidArgument` for a negative variance.
  public mutating func setValues(
    _ values: [Float], of name: String, inLayer index: Int
  ) throws(SoftmaxError) {
    guard layers.indices.contains(index),
      let place = layers[index].tensors.firstIndex(where: { $0.name == name })
    else {
      let names = layers.indices.contains(index) ? layers[index].tensors.map(\.name) : []
      throw SoftmaxError(
        .notFound, "layer \(index) has no tensor \(name.debugDescription); it has \(names)")
    }
    let old = layers[index].tensors[place]
    guard values.count == old.values.count else {
      throw SoftmaxError(
        .shapeMismatch,
        "layer \(index): \(name) has the shape \(old.shape), got \(values.count) values")
    }
    if let wrong = values.firstIndex(where: { !$0.isFinite }) {
      throw SoftmaxError(
        .nonFiniteValue, "layer \(index): value \(wrong) of \(name) is \(values[wrong])")
    }
    if LayerTensorShape(name, old.shape, isTrained: old.isTrained).isNeverNegative,
      let wrong = values.first(where: { $0 < 0 })
    {
      throw SoftmaxError(
        .invalidArgument, "layer \(index): \(name) must not be negative, got \(wrong)")
    }
    layers[index].tensors[place].values = values
  }
}
