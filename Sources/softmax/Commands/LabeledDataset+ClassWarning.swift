// SPDX-License-Identifier: Apache-2.0

import SoftmaxKit

extension LabeledDataset {
  /// A warning if almost every row has a different class; nil otherwise.
  ///
  /// Then the column of classes is probably one of names or numbers, from which nothing can be learnt.
  var classWarning: String? {
    let occurring = classCount - missingClasses.count
    guard occurring > 20, count < 2 * occurring else { return nil }
    return
      "\(NumberText.grouped(occurring)) classes for \(NumberText.grouped(count)) rows, so hardly two rows "
      + "share one; if that is not the column that is meant, name another with --target"
  }
}
