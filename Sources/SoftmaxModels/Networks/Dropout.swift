// SPDX-License-Identifier: Apache-2.0

/// Makes some of its inputs 0 in training, each with the same probability, and the others greater.
///
/// In training y = x / (1 - rate) with the probability 1 - rate, else 0; in prediction y = x. Which
/// inputs are dropped is a function of the network's seed, the layer, the number of the step, the
/// sample's place in its batch and the unit: of no thread, and the same when a run is resumed.
///
/// ```swift
/// Dense(128, activation: .relu)
/// Dropout(0.2)
/// ```
///
/// Source: Srivastava et al., "Dropout: a simple way to prevent neural networks from overfitting",
/// JMLR 2014; inverted, as in Keras and PyTorch.
public struct Dropout: Layer {
  /// The probability of an input to become 0, in 0..<1; a network with another is an error.
  public let rate: Double

  /// Creates the layer.
  public init(_ rate: Double) {
    self.rate = rate
  }

  /// What the layer is.
  public var configuration: LayerConfiguration { LayerConfiguration(.dropout(rate: rate)) }
}
