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

  /// The samples to learn from and those to validate by.
  func split(
    _ dataset: LabeledDataset, for network: Sequential, loss: Loss
  ) throws(SoftmaxError) -> (training: LabeledDataset, validation: LabeledDataset?) {
    switch self {
    case .none:
      return (dataset, nil)
    case .data(let validation):
      try network.validate(validation, loss: loss)
      guard validation.classNames == dataset.classNames else {
        throw SoftmaxError(
          .invalidArgument, "the classes of the validation are others than those of the training",
          remedy: "give both the same class names in the same order")
      }
      return (dataset, try validation.ordering(features: dataset.featureNames))
    case .fraction(let fraction):
      let (training, validation) = try dataset.split(
        validationFraction: fraction, seed: network.seed)
      return (training, validation)
    }
  }
}
