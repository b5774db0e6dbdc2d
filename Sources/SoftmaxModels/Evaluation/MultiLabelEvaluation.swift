// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// The quality of a classifier on multi-label samples, which belong to any number of classes.
///
/// A class is predicted if its probability is above one half. Only counts and the loss are stored.
public struct MultiLabelEvaluation: Hashable, Sendable {
  /// The number of samples.
  public let rowCount: Int
  /// The number of classes.
  public let classCount: Int
  /// The number of (sample, class) pairs that are predicted correctly.
  public let correctCount: Int
  /// The number of samples with all classes predicted correctly.
  package let exactCount: Int
  /// The binary cross-entropy, averaged over samples and classes, in nats; it is not clipped.
  public let logLoss: Double

  /// The fraction of (sample, class) pairs predicted correctly: Keras' binary accuracy.
  public var accuracy: Double { Double(correctCount) / Double(rowCount * classCount) }
  /// The fraction of samples with all classes predicted correctly: scikit-learn's `accuracy_score` for
  /// multi-label data.
  public var exactAccuracy: Double { Double(exactCount) / Double(rowCount) }
}

extension MultiLabelEvaluation {
  /// Creates an evaluation from the logits of one sigmoid per class and from indicators.
  ///
  /// A class is predicted if its logit is above 0.
  ///
  /// - Parameters:
  ///   - indicators: [samples, classes], 1 if the sample belongs to the class, else 0.
  ///   - logits: [samples, classes].
  init(indicators: Matrix, logits: Matrix) {
    let classCount = logits.columnCount
    var (correctCount, exactCount) = (0, 0)
    for row in 0..<logits.rowCount {
      let right = zip(logits.row(row), indicators.row(row)).count { ($0 > 0) == ($1 > 0.5) }
      correctCount += right
      if right == classCount { exactCount += 1 }
    }
    // The loss is ln(1 + e^z) - t z. It is computed as (1 - t) ln(1 + e^z) + t ln(1 + e^-z), whose terms keep
    // their precision where they are small.
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
