// SPDX-License-Identifier: Apache-2.0

import Foundation
import SoftmaxKit

extension DatasetReference {
  /// Returns whether training on this reference and testing on another one would use common rows.
  ///
  /// - Parameters:
  ///   - test: the reference to the test data.
  ///   - hasParts: whether the data of this reference have a training and a test part.
  func trainsOnRows(of test: DatasetReference, hasParts: Bool) -> Bool {
    guard !places.isDisjoint(with: test.places) else { return false }
    if hasParts, part ?? .training != test.part ?? .test { return false }
    return row == nil || test.row == nil || row == test.row
  }

  // The data set, or its files with symbolic links resolved, so two paths of the same folder or file are equal.
  private var places: Set<String> {
    if case .builtIn(let name) = source { return [name] }
    return Set(paths.map { URL(fileURLWithPath: $0).resolvingSymlinksInPath().path })
  }
}
