// SPDX-License-Identifier: Apache-2.0

extension ConfusionMatrix {
  /// Precision, recall, F1 and support of each class, by index.
  public var perClass: [ClassMetrics] {
    let (labelCounts, predictionCounts) = (labelCounts, predictionCounts)
    return (0..<classCount).map { index in
      let right = self[label: index, prediction: index]
      return ClassMetrics(
        precision: fraction(right, of: predictionCounts[index]),
        recall: fraction(right, of: labelCounts[index]),
        // F1 as a quotient of counts. It is equal to the harmonic mean of precision and recall but rounds
        // only once.
        f1: fraction(2 * right, of: predictionCounts[index] + labelCounts[index]),
        support: labelCounts[index])
    }
  }

  /// The classes that have samples or were predicted, over which averages are taken.
  package var occurringClasses: [Int] {
    let (labelCounts, predictionCounts) = (labelCounts, predictionCounts)
    return (0..<classCount).filter { labelCounts[$0] + predictionCounts[$0] > 0 }
  }

  /// The classes that have samples but were never predicted, whose precision is 0 by convention.
  package var neverPredictedClasses: [Int] {
    let (labelCounts, predictionCounts) = (labelCounts, predictionCounts)
    return (0..<classCount).filter { labelCounts[$0] > 0 && predictionCounts[$0] == 0 }
  }

  /// The unweighted mean over the classes.
  ///
  /// A class without samples that was never predicted is left out, as in scikit-learn.
  public var macroAverage: ClassMetrics { average { _ in 1 } }

  /// The mean over the classes, weighted by their numbers of samples.
  public var weightedAverage: ClassMetrics { average { Double($0.support) } }

  private func average(weight: (ClassMetrics) -> Double) -> ClassMetrics {
    let perClass = perClass
    let metrics = occurringClasses.map { perClass[$0] }
    let total = metrics.reduce(0) { $0 + weight($1) }
    func mean(_ value: (ClassMetrics) -> Double) -> Double {
      total == 0 ? 0 : metrics.reduce(0) { $0 + weight($1) * value($1) } / total
    }
    return ClassMetrics(
      precision: mean(\.precision), recall: mean(\.recall), f1: mean(\.f1),
      support: metrics.reduce(0) { $0 + $1.support })
  }
}
