// SPDX-License-Identifier: Apache-2.0
import SoftmaxCore

/// Holds back rows to judge by, of each class the same part.
enum StratifiedSplit {
  /// Splits a data set.
  ///
  /// Of a class with n rows, n / 5 are held back, rounded to nearest. Which ones is drawn from seed 0, for each class
  /// on its own; both parts keep the rows' order.
  static func split(_ dataset: LabeledDataset, name: String) -> DatasetSplit {
    var isHeldBack = [Bool](repeating: false, count: dataset.count)
    for label in 0..<dataset.classCount {
      let rows = dataset.labels.indices.filter { dataset.labels[$0] == label }
      let order = CounterBasedGenerator(seed: 0, purpose: .heldBackRows, epoch: label)
        .permutation(of: rows.count)
      for place in order.prefix((2 * rows.count + 5) / 10) { isHeldBack[rows[place]] = true }
    }
    return DatasetSplit(
      name: name,
      training: dataset.selecting(rows: isHeldBack.indices.filter { !isHeldBack[$0] }),
      test: dataset.selecting(rows: isHeldBack.indices.filter { isHeldBack[$0] }))
  }
}
