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

  /// The calibration error, what chance alone would make it, and the chance of at least as great an error.
  package var calibration: (error: Double, byChance: Double, significance: Double) {
    let test = calibrationTest
    return (reliability().error, test.expectedError, test.significance)
  }

  /// Returns the probability that a sample is of a class.
  package func probability(ofClass index: Int, row: Int) -> Double {
    scores.probability(row: row, class: index)
  }
}
