// SPDX-License-Identifier: Apache-2.0

extension Evaluation {
  /// What is reached without a look at the features.
  package struct Baseline {
    /// The most frequent class; of several the first.
    package let className: String
    /// The share of the samples that are of it.
    package let accuracy: Double
    /// The log loss of the frequencies of the classes as probabilities: their entropy.
    package let logLoss: Double
  }

  /// What always the most frequent class, and the frequencies of the classes, would reach on these samples.
  package var baseline: Baseline {
    let frequencies = classFrequencies
    let greatest = frequencies.max() ?? 0
    let index = frequencies.firstIndex(of: greatest) ?? 0
    return Baseline(
      className: classNames[index], accuracy: greatest, logLoss: logLossOfFrequencies)
  }
}
