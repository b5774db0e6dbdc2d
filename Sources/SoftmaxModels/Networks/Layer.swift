// SPDX-License-Identifier: Apache-2.0

/// A part of a network.
///
/// ``Flatten``, ``Dense``, ``ReLU``, ``Dropout``, ``BatchNormalization`` and ``Softmax`` are layers;
/// ``Sequential`` chains them. A custom layer is an ``ElementLayer`` or, where an output takes more than
/// the input at its place, a ``RowLayer``.
public protocol Layer: Sendable {
  /// What the layer is, for the network that takes it in.
  var configuration: LayerConfiguration { get }
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
