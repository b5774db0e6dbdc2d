// SPDX-License-Identifier: Apache-2.0

import Foundation
import SoftmaxKit

extension DatasetReference {
  /// Whether a training on this and a test on the other have rows in common.
  func trainsOnRows(of test: DatasetReference) -> Bool {
    guard place == test.place, part ?? .training == test.part ?? .test else { return false }
    return row == nil || test.row == nil || row == test.row
  }

  // The source without what makes two paths of one folder differ.
  private var place: Source {
    guard case .folder(let path) = source else { return source }
    return .folder(URL(fileURLWithPath: path).resolvingSymlinksInPath().path)
  }
}
