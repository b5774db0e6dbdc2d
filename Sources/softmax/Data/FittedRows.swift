// SPDX-License-Identifier: Apache-2.0

import SoftmaxKit

extension TrainingRecord {
  /// Returns whether the training was on rows that a reference names, as far as their names tell.
  func isOnRows(of reference: DatasetReference, hasParts: Bool) -> Bool {
    guard let dataset,
      let trained = try? DatasetReference(dataset.split(separator: " ").map(String.init))
    else { return false }
    return trained.trainsOnRows(of: reference, hasParts: hasParts)
  }
}

extension Classifier {
  /// A warning if rows that the calibration was fitted to are judged; nil if they are not.
  func warning(ofFittedRowsIn evaluation: Evaluation) -> String? {
    guard let share = calibration?.fittedRows?.share(in: evaluation), share >= 0.5 else {
      return nil
    }
    return
      "the calibration was fitted to rows that are judged here, or to equal ones (about "
      + "\(NumberText.fixed(100 * share, 0)) % of those that it was fitted to), so log loss and calibration error are "
      + "too good"
  }
}
