// SPDX-License-Identifier: Apache-2.0

/// The gradient of a network's loss with respect to its parameters.
public struct Gradient: Hashable, Sendable {
  /// The gradients of the trained tensors, for each layer with parameters in order; frozen layers are left
  /// out.
  public internal(set) var layers: [LayerTensors]
  /// The running mean and variance of each batch normalization after the batch.
  ///
  /// An update of ``OptimizerState`` stores them in the network. The array is empty if the network has no
  /// batch normalization.
  public internal(set) var running: [LayerTensors] = []
  /// The sum of the weights of the samples over which the loss is averaged.
  ///
  /// It is the weight of this gradient if one step accumulates several gradients.
  public internal(set) var weight = 1.0
}
