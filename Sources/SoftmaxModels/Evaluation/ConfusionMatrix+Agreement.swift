// SPDX-License-Identifier: Apache-2.0

extension ConfusionMatrix {
  /// The mean of the recalls of the classes that have samples; nil if there are no samples.
  var balancedAccuracy: Double? {
    let (labels, right) = (labelWeights, correctWeights)
    let present = labels.indices.filter { labels[$0] > 0 }
    guard !present.isEmpty else { return nil }
    return present.reduce(0) { $0 + right[$1] / labels[$1] } / Double(present.count)
  }

  /// What a disagreement between two classes counts in Cohen's kappa.
  enum Disagreement: Hashable, Sendable {
    /// 1, whatever the classes.
    case nominal
    /// |i - j|, for classes in an order.
    case linear
    /// (i - j)^2, for classes in an order.
    case quadratic

    func cost(_ label: Double, _ prediction: Double) -> Double {
      let distance = (label - prediction).magnitude
      return switch self {
      case .nominal: distance > 0 ? 1 : 0
      case .linear: distance
      case .quadratic: distance * distance
      }
    }
  }

  /// Returns Cohen's kappa: 1 - (cost of the disagreements) / (their cost if labels and predictions were independent).
  ///
  /// It is 1 if all predictions are right and 0 if they are as good as chance. It is nil if labels and predictions are
  /// all of one class, as chance would be right too.
  ///
  /// Source: Cohen, "Weighted kappa", Psychological Bulletin 70, 1968.
  ///
  /// - Complexity: O(pairs that occur + classes).
  func cohenKappa(_ disagreement: Disagreement = .nominal) -> Double? {
    let (labels, predictions) = (labelWeights, predictionWeights)
    let observed = cells.indices.reduce(0) {
      $0 + weight($1)
        * disagreement.cost(Double(cells[$1].label), Double(cells[$1].prediction))
    }
    let expected: Double =
      switch disagreement {
      case .nominal: Self.nominalCost(labels, predictions)
      case .linear: Self.linearCost(labels, predictions)
      case .quadratic: Self.quadraticCost(labels, predictions)
      }
    guard expected > 0 else { return nil }
    return 1 - observed * labels.reduce(0, +) / expected
  }

  // The sum over all pairs i, j of a_i b_j times the cost of (i, j), without a matrix of pairs.

  private static func nominalCost(_ a: [Double], _ b: [Double]) -> Double {
    // Of both only what differs is multiplied: the total minus the equal pairs would cancel.
    let total = b.reduce(0, +)
    return a.indices.reduce(0) { $0 + a[$1] * (total - b[$1]) }
  }

  private static func linearCost(_ a: [Double], _ b: [Double]) -> Double {
    // |i - j| is the number of borders between i and j: the pairs on both sides of each border are counted.
    let (allA, allB) = (a.reduce(0, +), b.reduce(0, +))
    var (belowA, belowB, cost) = (0.0, 0.0, 0.0)
    for index in a.indices.dropLast() {
      belowA += a[index]
      belowB += b[index]
      cost += belowA * (allB - belowB) + belowB * (allA - belowA)
    }
    return cost
  }

  private static func quadraticCost(_ a: [Double], _ b: [Double]) -> Double {
    // (i - j)^2 = (i - c)^2 - 2 (i - c) (j - c) + (j - c)^2 around the mean c of the labels.
    let (allA, allB) = (a.reduce(0, +), b.reduce(0, +))
    let centre = fraction(a.indices.reduce(0) { $0 + Double($1) * a[$1] }, of: allA)
    var (firstA, firstB, secondA, secondB) = (0.0, 0.0, 0.0, 0.0)
    for index in a.indices {
      let distance = Double(index) - centre
      firstA += distance * a[index]
      firstB += distance * b[index]
      secondA += distance * distance * a[index]
      secondB += distance * distance * b[index]
    }
    return secondA * allB - 2 * firstA * firstB + secondB * allA
  }

  /// The correlation of Matthews for any number of classes: the correlation of the indicators of labels and predictions.
  ///
  /// It lies in -1...1 and is nil if the labels or the predictions are all of one class, which correlates with nothing.
  ///
  /// Source: Gorodkin, "Comparing two K-category assignments by a K-category correlation coefficient", Computational
  /// Biology and Chemistry 28, 2004.
  var matthewsCorrelation: Double? {
    let (labels, predictions) = (labelWeights, predictionWeights)
    let total = labels.reduce(0, +)
    let right = correctWeights.reduce(0, +)
    func covariance(_ same: Double, _ a: [Double], _ b: [Double]) -> Double {
      same * total - a.indices.reduce(0) { $0 + a[$1] * b[$1] }
    }
    let spread =
      Self.nominalCost(labels, labels).squareRoot()
      * Self.nominalCost(predictions, predictions).squareRoot()
    guard spread > 0 else { return nil }
    return covariance(right, labels, predictions) / spread
  }

  /// The reason why ``matthewsCorrelation`` is nil, and with it ``cohenKappa(_:)``; nil if they are defined.
  var agreementUndefinedReason: String? {
    func single(_ weights: [Double]) -> String? {
      let present = weights.indices.filter { weights[$0] > 0 }
      return present.count == 1 ? classNames[present[0]].debugDescription : nil
    }
    if let name = single(labelWeights) { return "all samples are of the class \(name)" }
    return single(predictionWeights).map { "all predictions are \($0)" }
  }
}
