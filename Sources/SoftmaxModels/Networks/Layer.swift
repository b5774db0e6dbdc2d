// SPDX-License-Identifier: Apache-2.0

/// A layer of a network.
///
/// ``Flatten``, ``Dense``, ``ReLU``, ``Dropout``, ``BatchNormalization`` and ``Softmax`` are layers; a
/// ``Sequential`` network chains them. A value describes a layer; the network holds its parameters. A custom
/// layer is an ``ElementLayer``, or a ``RowLayer`` if an output depends on more than the input at the same
/// index.
public protocol Layer: Sendable {
  /// The kind of the layer with its settings, and its name if it has one.
  var configuration: LayerConfiguration { get }
}

/// Collects the layers of a network from a closure.
@resultBuilder
public enum LayerBuilder {
  /// Takes one layer.
  public static func buildExpression(_ layer: any Layer) -> [any Layer] { [layer] }
  /// Takes several layers from an array.
  public static func buildExpression(_ layers: [any Layer]) -> [any Layer] { layers }
  /// Concatenates layers.
  public static func buildBlock(_ layers: [any Layer]...) -> [any Layer] { Array(layers.joined()) }
  /// Takes the layers of an `if` without `else`.
  public static func buildOptional(_ layers: [any Layer]?) -> [any Layer] { layers ?? [] }
  /// Takes the layers of the first branch of an `if` or `switch`.
  public static func buildEither(first layers: [any Layer]) -> [any Layer] { layers }
  /// Takes the layers of the second branch of an `if` or `switch`.
  public static func buildEither(second layers: [any Layer]) -> [any Layer] { layers }
  /// Takes the layers of a loop.
  public static func buildArray(_ layers: [[any Layer]]) -> [any Layer] { Array(layers.joined()) }
}
