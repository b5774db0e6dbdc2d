// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// The targets of the loss of a linear model in double precision: after label smoothing, and multiplied by the class
/// weights if the loss weighs its terms.
struct LinearTargets: Sendable {
  private let classWeights: [Double]
  // 1 minus the label smoothing, and the share of the smoothing of each class.
  private let kept: Double
  private let spread: Double
  /// The distributions of all rows; nil if the targets are labels.
  private let given: Matrix?
  /// The sum of the targets of a row, by its label.
  private let sums: [Double]

  init(_ loss: Loss, _ dataset: LabeledDataset) {
    let classCount = dataset.classCount
    classWeights =
      loss.classWeights.isEmpty || !loss.kind.weighsTerms
      ? Array(repeating: 1, count: classCount) : loss.classWeights
    kept = 1 - loss.labelSmoothing
    let spread = loss.labelSmoothing / Double(classCount)
    self.spread = spread
    given = dataset.targets.matrix
    let total = classWeights.reduce(0) { $0 + $1 * spread }
    sums = classWeights.map { [kept] in total + kept * $0 }
  }

  private func target(ofRow row: Int, label: Int, _ unit: Int) -> Double {
    let given = given.map { Double($0[row, unit]) } ?? (unit == label ? 1 : 0)
    return (kept * given + spread) * classWeights[unit]
  }

  /// Returns the sum of the targets of a row.
  func sum(ofRow row: Int, label: Int) -> Double {
    guard given != nil else { return sums[label] }
    return classWeights.indices.reduce(0) { $0 + target(ofRow: row, label: label, $1) }
  }

  /// Returns the loss of a row.
  ///
  /// - Parameters:
  ///   - logits: the logits of a block, with a column per row.
  ///   - column: the column of the row.
  ///   - logSum: the logarithm of the sum of the exponentials of the row's logits.
  func loss(
    of logits: DoubleMatrixView, column: Int, row: Int, label: Int, logSum: Double
  ) -> Double {
    var loss = 0.0
    for unit in units(ofLabel: label) {
      let target = target(ofRow: row, label: label, unit)
      // A target of 0 has no loss, even if its logit is infinite.
      if target > 0 { loss += target * (logSum - logits[unit, column]) }
    }
    return loss
  }

  /// Subtracts the targets of a row from a column.
  func subtract(from columns: DoubleMatrixView, column: Int, row: Int, label: Int) {
    for unit in units(ofLabel: label) {
      columns[unit, column] -= target(ofRow: row, label: label, unit)
    }
  }

  /// The classes that can have a target other than 0.
  private func units(ofLabel label: Int) -> Range<Int> {
    given == nil && spread == 0 ? label..<label + 1 : classWeights.indices
  }
}
