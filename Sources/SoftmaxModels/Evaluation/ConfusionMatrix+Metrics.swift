// SPDX-License-Identifier: Apache-2.0

extension ConfusionMatrix {
  /// Precision, recall, F1 and support of each class, by index.
  public var perClass: [ClassMetrics] {
    let (labels, predictions, right) = (labelWeights, predictionWeights, correctWeights)
    let counts = labelCounts
    return (0..<classCount).map { index in
      ClassMetrics(
        precision: fraction(right[index], of: predictions[index]),
        recall: fraction(right[index], of: labels[index]),
        // F1 as a quotient of counts. It is equal to the harmonic mean of precision and recall but rounds
        // only once.
        f1: fraction(2 * right[index], of: predictions[index] + labels[index]),
        support: counts[index])
    }
  }

  /// The classes that have samples or were predicted.
  package var occurringClasses: [Int] {
    let (labelCounts, predictionCounts) = (labelCounts, predictionCounts)
    return (0..<classCount).filter { labelCounts[$0] + predictionCounts[$0] > 0 }
  }

  /// The occurring classes of which some sample or prediction has a weight greater than 0, over which averages are taken.
  private var weightyClasses: [Int] {
    let (labelWeights, predictionWeights) = (labelWeights, predictionWeights)
    return (0..<classCount).filter { labelWeights[$0] + predictionWeights[$0] > 0 }
  }

  /// The classes that have samples but were never predicted, whose precision is 0 by convention.
  package var neverPredictedClasses: [Int] {
    let (labelCounts, predictionCounts) = (labelCounts, predictionCounts)
    return (0..<classCount).filter { labelCounts[$0] > 0 && predictionCounts[$0] == 0 }
  }

  /// The unweighted mean over the classes.
  ///
  /// A class without samples that was never predicted is left out, as in scikit-learn.
  public var macroAverage: ClassMetrics {
    average(weights: [Double](repeating: 1, count: classCount))
  }

  /// The mean over the classes, weighted by their samples.
  public var weightedAverage: ClassMetrics { average(weights: labelWeights) }

  private func average(weights: [Double]) -> ClassMetrics {
    let (perClass, classes) = (perClass, weightyClasses)
    return .mean(of: classes.map { perClass[$0] }, weights: classes.map { weights[$0] })
  }
}

extension ClassMetrics {
  /// Returns the weighted mean of metrics, with the sum of their supports; 0 if all weights are 0.
  static func mean(of metrics: [ClassMetrics], weights: [Double]) -> ClassMetrics {
    let total = weights.reduce(0, +)
    func mean(_ value: (ClassMetrics) -> Double) -> Double {
      fraction(zip(metrics, weights).reduce(0) { $0 + $1.1 * value($1.0) }, of: total)
    }
    return ClassMetrics(
      precision: mean(\.precision), recall: mean(\.recall), f1: mean(\.f1),
      support: metrics.reduce(0) { $0 + $1.support })
  }
}
