// SPDX-License-Identifier: Apache-2.0

public import SoftmaxCore

/// The source of the validation samples, on which the network is not trained.
///
/// ```swift
/// try network.fit(to: digits.training, epochs: 20, validation: .fraction(0.1))
/// ```
public enum Validation: Sendable {
  /// No validation.
  case none
  /// A separate data set.
  case data(LabeledDataset)
  /// A fraction of the training samples, split off by `LabeledDataset.split(validationFraction:seed:)`
  /// with the network's seed.
  case fraction(Double)
}
