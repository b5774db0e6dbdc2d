// SPDX-License-Identifier: Apache-2.0

/// Probabilities of an event beside how often it happened, in bins of samples of similar probability.
///
/// If the probabilities are calibrated, the two agree in each bin up to chance.
package struct Reliability: Hashable, Sendable {
  /// The samples of one bin.
  package struct Bin: Hashable, Sendable {
    /// The weight of the samples.
    package internal(set) var weight = 0.0
    /// The weighted sum of their probabilities.
    package internal(set) var probabilitySum = 0.0
    /// The weight of the samples for which the event happened.
    package internal(set) var eventWeight = 0.0

    /// The mean probability; 0 if the bin is empty.
    package var probability: Double { fraction(probabilitySum, of: weight) }
    /// How often the event happened; 0 if the bin is empty.
    package var frequency: Double { fraction(eventWeight, of: weight) }
  }

  /// How samples are put into bins.
  package enum Binning: Hashable, Sendable {
    /// Bins of the same width: bin b holds b / bins <= p < (b + 1) / bins, the last one 1 as well.
    case equalWidth
    /// Bins of about the same weight.
    ///
    /// A sample's bin follows from the weight of the samples that are more probable, so samples of the same probability
    /// share a bin.
    case equalMass
  }

  /// The number of bins of every metric, as in torchmetrics.
  package static let binCount = 15

  /// The bins; some may be empty.
  package internal(set) var bins: [Bin]

  /// Creates empty bins.
  init() { bins = Array(repeating: Bin(), count: Self.binCount) }

  /// Returns the bin of equal width of a probability.
  func bin(of probability: Double) -> Int {
    min(bins.count - 1, Int(probability * Double(bins.count)))
  }

  /// Returns the bin of equal mass of samples, by the share of the weight that lies before them.
  func bin(after before: Double, of total: Double) -> Int {
    min(bins.count - 1, Int(Double(bins.count) * before / total))
  }

  /// Adds a sample to a bin.
  mutating func add(to bin: Int, weight: Double, probability: Double, isEvent: Bool) {
    bins[bin].weight += weight
    bins[bin].probabilitySum += weight * probability
    if isEvent { bins[bin].eventWeight += weight }
  }

  /// The weight of all samples.
  private var weight: Double { bins.reduce(0) { $0 + $1.weight } }

  /// The expected calibration error: the weighted mean over the bins of |frequency - probability|.
  package var error: Double {
    fraction(bins.reduce(0) { $0 + ($1.eventWeight - $1.probabilitySum).magnitude }, of: weight)
  }

  /// The reliability term of the Brier score: the weighted mean of (frequency - probability)^2; less is better.
  var squaredError: Double {
    mean { ($0.frequency - $0.probability) * ($0.frequency - $0.probability) }
  }

  /// The resolution term of the Brier score: the weighted mean of (frequency - overall frequency)^2; more is better.
  var resolution: Double {
    let overall = fraction(bins.reduce(0) { $0 + $1.eventWeight }, of: weight)
    return mean { ($0.frequency - overall) * ($0.frequency - overall) }
  }

  private func mean(_ value: (Bin) -> Double) -> Double {
    fraction(bins.reduce(0) { $0 + $1.weight * value($1) }, of: weight)
  }
}
