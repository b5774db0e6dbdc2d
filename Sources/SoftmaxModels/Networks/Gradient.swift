// SPDX-License-Identifier: Apache-2.0

/// The gradient of a network's loss to its parameters.
public struct Gradient: Hashable, Sendable {
  /// For each layer with parameters, first to last, the gradient of each trained tensor; frozen layers
  /// are left out.
  public internal(set) var layers: [LayerTensors]
  /// The running means and variances of each batch normalization after the batch.
  ///
  /// ``OptimizerState`` takes them over. Empty in networks without.
  public internal(set) var running: [LayerTensors] = []
  /// The sum of the weights of the samples whose mean loss it is the gradient of: how much it counts in
  /// a step of several gradients.
  public internal(set) var weight = 1.0
}
