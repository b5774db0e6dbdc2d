// SPDX-License-Identifier: Apache-2.0

public import SoftmaxCore

/// What a training is watched by: samples that it does not learn from.
///
/// ```swift
/// try network.fit(to: digits.training, epochs: 20, validation: .fraction(0.1))
/// ```
public enum Validation: Sendable {
  /// No samples.
  case none
  /// Samples of one's own.
  case data(LabeledDataset)
  /// A share of the training samples, held back as by
  /// `LabeledDataset.split(validationFraction:seed:)` with the network's seed.
  case fraction(Double)
}
