// SPDX-License-Identifier: Apache-2.0

/// An activation as a layer of its own, whichever it is.
///
/// ```swift
/// ActivationLayer(.elu)
/// ```
public struct ActivationLayer: Layer {
  /// The function.
  public let activation: Activation

  /// Creates the layer.
  public init(_ activation: Activation) {
    self.activation = activation
  }

  /// What the layer is.
  public var configuration: LayerConfiguration { LayerConfiguration(.activation(activation)) }
}

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

/// x Phi(x) as a layer of its own; see ``Activation/gelu``.
public struct GELU: Layer {
  /// Creates the layer.
  public init() {}

  /// What the layer is.
  public var configuration: LayerConfiguration { LayerConfiguration(.activation(.gelu)) }
}

/// x / (1 + exp(-x)) as a layer of its own.
public struct SiLU: Layer {
  /// Creates the layer.
  public init() {}

  /// What the layer is.
  public var configuration: LayerConfiguration { LayerConfiguration(.activation(.silu)) }
}

/// x where it is positive, else slope x, as a layer of its own.
public struct LeakyReLU: Layer {
  /// The factor of what is negative.
  public let slope: Float

  /// Creates the layer.
  public init(slope: Float = 0.01) {
    self.slope = slope
  }

  /// What the layer is.
  public var configuration: LayerConfiguration {
    LayerConfiguration(.activation(.leakyReLU(slope: slope)))
  }
}

/// x where it is positive, else alpha (exp(x) - 1), as a layer of its own.
public struct ELU: Layer {
  /// Minus the limit to the left.
  public let alpha: Float

  /// Creates the layer.
  public init(alpha: Float = 1) {
    self.alpha = alpha
  }

  /// What the layer is.
  public var configuration: LayerConfiguration {
    LayerConfiguration(.activation(.elu(alpha: alpha)))
  }
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
