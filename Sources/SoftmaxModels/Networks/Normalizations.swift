// SPDX-License-Identifier: Apache-2.0

/// Brings each input to mean 0 and variance 1 over the batch, then to a trained scale and shift.
///
/// In training y = gamma (x - mean) / sqrt(variance + epsilon) + beta with the mean and the biased
/// variance of the batch's samples, and running = momentum running + (1 - momentum) batch for both.
/// In prediction the running ones take their place. gamma is the tensor "weight", beta "bias"; the
/// others are "running_mean" and "running_variance", which training keeps but does not differentiate.
///
/// The defaults are Keras'. PyTorch's are epsilon 1e-5 and, in these terms, momentum 0.9; its running
/// variance is the unbiased one.
///
/// ```swift
/// Dense(128)
/// BatchNormalization()
/// ReLU()
/// ```
///
/// Source: Ioffe and Szegedy, "Batch normalization", ICML 2015.
public struct BatchNormalization: Layer {
  /// How much of the running mean and variance a step leaves, in 0..<1.
  public let momentum: Double
  /// What is added to the variance; greater than 0.
  public let epsilon: Double

  /// Creates the layer.
  public init(momentum: Double = 0.99, epsilon: Double = 1e-3) {
    self.momentum = momentum
    self.epsilon = epsilon
  }

  /// What the layer is.
  public var configuration: LayerConfiguration {
    LayerConfiguration(.batchNormalization(momentum: momentum, epsilon: epsilon))
  }
}

/// Brings each sample to mean 0 and variance 1, then each of its numbers to a trained scale and shift.
///
/// y_j = gamma_j (x_j - mean) / sqrt(variance + epsilon) + beta_j with the mean and the biased variance
/// of the sample's own numbers, in training and in prediction. gamma is the tensor "weight", beta
/// "bias". The default of epsilon is Keras'; PyTorch's is 1e-5.
///
/// Source: Ba, Kiros and Hinton, "Layer normalization", 2016.
public struct LayerNormalization: Layer {
  /// What is added to the variance; greater than 0.
  public let epsilon: Double

  /// Creates the layer.
  public init(epsilon: Double = 1e-3) {
    self.epsilon = epsilon
  }

  /// What the layer is.
  public var configuration: LayerConfiguration {
    LayerConfiguration(.layerNormalization(epsilon: epsilon))
  }
}
