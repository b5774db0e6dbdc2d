// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// How good a classifier is on samples that have any number of the classes at once.
public struct MultiLabelEvaluation: Hashable, Sendable {
  /// The number of samples.
  public let rowCount: Int
  /// The number of classes.
  public let classCount: Int
  /// The number of (sample, class) pairs whose probability is on the right side of one half.
  public let correctCount: Int
  /// The number of samples with every class right.
  public let exactCount: Int
  /// The mean over samples and classes of the binary cross-entropy, in nats; exact, never clipped.
  public let logLoss: Double

  /// The fraction of (sample, class) pairs that are right: Keras' binary accuracy.
  public var accuracy: Double { Double(correctCount) / Double(rowCount * classCount) }
  /// The fraction of samples with every class right: scikit-learn's `accuracy_score` of such data.
  public var exactAccuracy: Double { Double(exactCount) / Double(rowCount) }
}

extension MultiLabelEvaluation {
  /// Judges the logits of a sigmoid for each class, [samples, classes], by 0 or 1 for each.
  ///
  /// A class is taken to be there where its logit is above 0.
  init(indicators: Matrix, logits: Matrix) {
    let classCount = logits.columnCount
    var (correctCount, exactCount) = (0, 0)
    for row in 0..<logits.rowCount {
      let right = zip(logits.row(row), indicators.row(row)).count { ($0 > 0) == ($1 > 0.5) }
      correctCount += right
      if right == classCount { exactCount += 1 }
    }
    // ln(1 + e^z) - t z, whose parts are exact where it is small: for t = 1 that is ln(1 + e^-z).
    let costs = logits.elements.softplus()
    let inverse = logits.elements.map(-).softplus()
    let loss = sumOverRows(0..<logits.rowCount) { row in
      (row * classCount..<(row + 1) * classCount).reduce(0) {
        let target = Double(indicators.elements[$1])
        return $0 + (1 - target) * Double(costs[$1]) + target * Double(inverse[$1])
      }
    }
    self.init(
      rowCount: logits.rowCount, classCount: classCount, correctCount: correctCount,
      exactCount: exactCount, logLoss: loss / Double(logits.rowCount * classCount))
  }
}
