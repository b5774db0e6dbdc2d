// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// Naive Bayes of the weights of words: softmax regression in closed form.
///
/// The probability of word j in class k is p_kj = (n_kj + a) / (n_k + a d), where n_kj is the sum of feature j over the
/// samples of the class, n_k that of all d features, and a the smoothing. The logit of class k is
/// ln p_k + sum over j of x_j ln p_kj, where p_k is the share of the class. These are the probabilities of
/// scikit-learn's `MultinomialNB(alpha=a)`.
///
/// Words count as independent of each other, which makes it too sure; but few samples are enough for it. Softmax
/// regression mixed with it is often better than each (Wang and Manning, "Baselines and bigrams: simple, good sentiment
/// and topic classification", ACL 2012). Source of weights in place of counts: Rennie, Shih, Teevan and Karger,
/// "Tackling the poor assumptions of naive Bayes text classifiers", ICML 2003.
struct NaiveBayes {
  // The sum of each feature over the samples of each class: [classes, features].
  private let sums: Matrix
  private let classShares: [Double]
  // Whether a feature is 0 or more in all samples. The others, such as places in the year, have the weight 0.
  private let isCounted: [Bool]

  /// Sums up the features of samples; nil for features that are not sparse, and for a class without a sample.
  init?(_ dataset: LabeledDataset) {
    guard let features = dataset.features.sparse else { return nil }
    var isCounted = [Bool](repeating: true, count: features.columnCount)
    for (column, value) in zip(features.columns, features.values) where value < 0 {
      isCounted[Int(column)] = false
    }
    var sums = Matrix(rowCount: dataset.classCount, columnCount: features.columnCount)
    var classWeights = [Double](repeating: 0, count: dataset.classCount)
    let rows = Dictionary(grouping: dataset.labels.indices) { dataset.labels[$0] }
    for (label, rows) in rows {
      var sum = [Double](repeating: 0, count: features.columnCount)
      for row in rows {
        let weight = Double(dataset.sampleWeights?[row] ?? 1)
        classWeights[label] += weight
        features.forEachEntry(ofRow: row) { sum[$0] += weight * Double($1) }
      }
      let start = label * features.columnCount
      for (column, value) in sum.enumerated() where isCounted[column] {
        sums.elements[start + column] = Float(value)
      }
    }
    guard classWeights.allSatisfy({ $0 > 0 }) else { return nil }
    let total = classWeights.reduce(0, +)
    (self.sums, classShares) = (sums, classWeights.map { $0 / total })
    self.isCounted = isCounted
  }

  /// Returns the weights, [classes, features], and the biases; those of the classes sum to 0.
  func parameters(smoothing: Double) -> (weight: Matrix, bias: [Float]) {
    let (classCount, featureCount) = (sums.rowCount, sums.columnCount)
    let countedCount = isCounted.count { $0 }
    // Most words occur in few classes.
    let logOfNone = ElementaryFunctions.logarithm(smoothing)
    let logTotals = (0..<classCount).map { label in
      let sum = sums.row(label).reduce(0) { $0 + Double($1) }
      return ElementaryFunctions.logarithm(sum + smoothing * Double(countedCount))
    }
    let meanLogTotal = logTotals.reduce(0, +) / Double(classCount)
    var weight = sums
    var column = [Double](repeating: 0, count: classCount)
    for feature in 0..<featureCount where isCounted[feature] {
      for label in 0..<classCount {
        let sum = Double(sums.elements[label * featureCount + feature])
        column[label] =
          sum == 0 ? logOfNone : ElementaryFunctions.logarithm(sum + smoothing)
      }
      let mean = column.reduce(0, +) / Double(classCount) - meanLogTotal
      for label in 0..<classCount {
        weight.elements[label * featureCount + feature] =
          Float(column[label] - logTotals[label] - mean)
      }
    }
    let logShares = classShares.map(ElementaryFunctions.logarithm)
    let mean = logShares.reduce(0, +) / Double(classCount)
    return (weight, logShares.map { Float($0 - mean) })
  }
}
