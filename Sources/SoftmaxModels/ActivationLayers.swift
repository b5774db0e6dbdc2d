// SPDX-License-Identifier: Apache-2.0

/// max(x, 0) as a layer of its own.
public struct ReLU: Layer {
  /// Creates the layer.
  public init() {}

  /// What the layer is.
  public var configuration: LayerConfiguration { LayerConfiguration(.activation(.relu)) }
}

/// The hyperbolic tangent as a layer of its own.
public struct Tanh: Layer {
  /// Creates the layer.
  public init() {}

  /// What the layer is.
  public var configuration: LayerConfiguration { LayerConfiguration(.activation(.tanh)) }
}

/// The logistic function as a layer of its own.
public struct Sigmoid: Layer {
  /// Creates the layer.
  public init() {}

  /// What the layer is.
  public var configuration: LayerConfiguration { LayerConfiguration(.activation(.sigmoid)) }
}

/// Softmax as the last layer.
///
/// A network that ends in it is trained from the logits before it, so nothing
/// is lost; written twice, or before another layer, it is an error.
public struct Softmax: Layer {
  /// Creates the layer.
  public init() {}

  /// What the layer is.
  public var configuration: LayerConfiguration { LayerConfiguration(.activation(.softmax)) }
}
