// SPDX-License-Identifier: Apache-2.0

/// A part of a network.
///
/// ``Flatten``, ``Dense``, ``ReLU``, ``Dropout``, ``BatchNormalization`` and ``Softmax`` are layers;
/// ``Sequential`` chains them. A layer of one's own is an ``ElementLayer`` or, where an output takes
/// more than the input at its place, a ``RowLayer``.
public protocol Layer: Sendable {
  /// What the layer is, for the network that takes it in.
  var configuration: LayerConfiguration { get }
}

/// Makes a row of features of each sample, whatever its shape.
public struct Flatten: Layer {
  /// Creates the layer.
  public init() {}

  /// What the layer is.
  public var configuration: LayerConfiguration { LayerConfiguration(.flatten) }
}

/// A fully connected layer: y = x W^T + b, then an activation.
///
/// W has the shape [units, inputs], b the shape [units].
///
/// ```swift
/// Dense(128, activation: .relu)
/// ```
public struct Dense: Layer {
  /// The number of outputs.
  public let units: Int
  /// The function of the outputs, if any.
  public let activation: Activation?
  /// How the weights begin.
  public let initializer: Initializer

  /// Creates the layer; its weights come to be with the network.
  public init(
    _ units: Int, activation: Activation? = nil, initializer: Initializer = .glorotUniform
  ) {
    self.units = units
    self.activation = activation
    self.initializer = initializer
  }

  /// What the layer is.
  public var configuration: LayerConfiguration {
    LayerConfiguration(.dense(units: units, activation: activation, initializer: initializer))
  }
}

/// Collects the layers of a network.
@resultBuilder
public enum LayerBuilder {
  /// One layer.
  public static func buildExpression(_ layer: any Layer) -> [any Layer] { [layer] }
  /// Several layers, made elsewhere.
  public static func buildExpression(_ layers: [any Layer]) -> [any Layer] { layers }
  /// Layers one after the other.
  public static func buildBlock(_ layers: [any Layer]...) -> [any Layer] { Array(layers.joined()) }
  /// Layers that may be left out.
  public static func buildOptional(_ layers: [any Layer]?) -> [any Layer] { layers ?? [] }
  /// One of two choices.
  public static func buildEither(first layers: [any Layer]) -> [any Layer] { layers }
  /// The other of two choices.
  public static func buildEither(second layers: [any Layer]) -> [any Layer] { layers }
  /// Layers made in a loop.
  public static func buildArray(_ layers: [[any Layer]]) -> [any Layer] { Array(layers.joined()) }
}
