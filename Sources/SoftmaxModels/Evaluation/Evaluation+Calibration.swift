// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

extension Evaluation {
  /// Returns the reliability of the probability of the predicted class; the event is that it is the true class.
  package func reliability(_ binning: Reliability.Binning = .equalWidth) -> Reliability {
    switch binning {
    case .equalWidth:
      let scores = scores
      var result = Reliability()
      for row in labels.indices {
        let probability = scores.probability(row: row, class: predictions[row])
        result.add(
          to: result.bin(of: probability), weight: weight(ofRow: row), probability: probability,
          isEvent: labels[row] == predictions[row])
      }
      return result
    case .equalMass:
      let ranking = storedConfidenceRanking.value { Ranking(predictionScores) }
      return equalMass(ranking, predictions: { predictions[$0] })
    }
  }

  /// Returns the reliability of the probability of a class; the event is that the sample belongs to it.
  package func reliability(
    ofClass index: Int, _ binning: Reliability.Binning = .equalWidth
  ) -> Reliability {
    switch binning {
    case .equalWidth: return classReliabilities[index]
    case .equalMass:
      return mapRankings(of: [index]) { index, ranking in
        equalMass(ranking, predictions: { _ in index })
      }[0]
    }
  }

  // Puts ranked samples into bins of equal mass; `predictions` are the classes whose probabilities rank them.
  private func equalMass(_ ranking: Ranking, predictions: (Int) -> Int) -> Reliability {
    var result = Reliability()
    let (total, scores) = (totalWeight, scores)
    var (taken, bin) = (0.0, 0)
    ranking.walk { row, endsGroup in
      let (weight, index) = (weight(ofRow: row), predictions(row))
      taken += weight
      result.add(
        to: bin, weight: weight, probability: scores.probability(row: row, class: index),
        isEvent: labels[row] == index)
      if endsGroup { bin = result.bin(after: taken, of: total) }
    }
    return result
  }

  /// The mean over the classes of the calibration error of each class's probability.
  ///
  /// Source: Nixon et al., "Measuring calibration in deep learning", CVPR workshops, 2019.
  func classwiseCalibrationError(_ binning: Reliability.Binning) -> Double {
    classNames.indices.reduce(0) { $0 + reliability(ofClass: $1, binning).error }
      / Double(classNames.count)
  }

  // MARK: Brier score

  /// The weighted mean over the samples of sum over the classes of (p - y)^2, y = 1 for the true class, else 0.
  ///
  /// It lies in 0...2, and for two classes it is twice the score of one probability. (scikit-learn's
  /// `brier_score_loss` without `scale_by_half`.)
  ///
  /// Source: Brier, "Verification of forecasts expressed in terms of probability", Monthly Weather Review 78, 1950.
  var brierScore: Double {
    let scores = scores
    return weightedMean(
      of: storedBrierScores.value {
        labels.indices.map { row in
          classNames.indices.reduce(0) {
            let probability = scores.probability(row: row, class: $1)
            let distance = labels[row] == $1 ? 1 - probability : probability
            return $0 + distance * distance
          }
        }
      })
  }

  /// The reliability term of the Brier score, by classes and 15 bins of equal width, and summed over the classes.
  ///
  /// Score = reliability - resolution + uncertainty, up to the variation of the probabilities within the bins.
  ///
  /// Source: Murphy, "A new vector partition of the probability score", Journal of Applied Meteorology 12, 1973.
  var brierReliability: Double {
    classReliabilities.reduce(0) { $0 + $1.squaredError }
  }

  /// The resolution term of the Brier score.
  var brierResolution: Double { classReliabilities.reduce(0) { $0 + $1.resolution } }

  /// The uncertainty term of the Brier score: sum over the classes of f (1 - f) with their frequencies f.
  var brierUncertainty: Double {
    classFrequencies.reduce(0) { $0 + $1 * (1 - $1) }
  }

  /// The reliability of each class's probability, in bins of equal width.
  private var classReliabilities: [Reliability] {
    storedReliabilities.value {
      let scores = scores
      var result = Array(repeating: Reliability(), count: classNames.count)
      for row in labels.indices {
        let weight = weight(ofRow: row)
        for index in result.indices {
          let probability = scores.probability(row: row, class: index)
          result[index].add(
            to: result[index].bin(of: probability), weight: weight, probability: probability,
            isEvent: labels[row] == index)
        }
      }
      return result
    }
  }

  // MARK: The hypothesis of calibration

  /// What the calibration error would be if the probabilities were calibrated.
  package struct CalibrationTest: Sendable {
    /// The mean calibration error of calibrated probabilities on as many samples.
    package let expectedError: Double
    /// The chance that calibrated probabilities have an error that is at least as great.
    package let significance: Double
  }

  // The most labels that are drawn in all, and the least and the greatest number of draws of each.
  private static let greatestCountOfDrawnLabels = 100_000_000
  private static let drawCounts = 99...999

  /// The calibration error that chance alone makes, in bins of equal width.
  ///
  /// Whether a prediction is right is drawn from its probability, again and again, and the error of each draw is
  /// computed. Even calibrated probabilities have an error, the greater the fewer samples there are.
  ///
  /// Source: Bröcker and Smith, "Increasing the reliability of reliability diagrams", Weather and Forecasting 22, 2007.
  package var calibrationTest: CalibrationTest {
    storedCalibrationTest.value {
      let (observed, scores) = (reliability(), scores)
      let bins = labels.indices.map { row -> (bin: UInt8, limit: UInt64) in
        let probability = scores.probability(row: row, class: predictions[row])
        // A draw below p 2^64 is right; p = 1 always is.
        let limit = probability < 1 ? UInt64(probability * 0x1p64) : .max
        return (UInt8(observed.bin(of: probability)), limit)
      }
      let range = Self.drawCounts
      let count = min(
        max(Self.greatestCountOfDrawnLabels / rowCount, range.lowerBound), range.upperBound)
      let errors = WorkerTeam(threadCount: min(WorkerTeam.processorCount, count)).results(
        ofTasks: count
      ) { draw in
        let generator = CounterBasedGenerator(seed: 0, purpose: .calibrationTest, epoch: draw)
        let bits = generator.bits(inFirst: rowCount)
        var drawn = observed
        for bin in drawn.bins.indices { drawn.bins[bin].eventWeight = 0 }
        for (row, place) in bins.enumerated() where bits[row] <= place.limit {
          drawn.bins[Int(place.bin)].eventWeight += weight(ofRow: row)
        }
        return drawn.error
      }
      // Equal errors may differ in their last bits.
      let limit = observed.error * (1 - 1e-12)
      return CalibrationTest(
        expectedError: errors.reduce(0, +) / Double(count),
        significance: Double(1 + errors.count { $0 >= limit }) / Double(1 + count))
    }
  }
}
