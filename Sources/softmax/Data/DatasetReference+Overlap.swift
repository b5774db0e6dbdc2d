// SPDX-License-Identifier: Apache-2.0

import Foundation
import SoftmaxKit

extension DatasetReference {
  /// Whether a training on this and a test on the other have rows in common.
  ///
  /// - Parameter hasParts: whether the data of the first have two parts.
  func trainsOnRows(of test: DatasetReference, hasParts: Bool) -> Bool {
    guard place == test.place else { return false }
    if hasParts, part ?? .training != test.part ?? .test { return false }
    return row == nil || test.row == nil || row == test.row
  }

  // The source with symbolic links resolved, so two paths of the same folder or file are equal.
  private var place: Source {
    switch source {
    case .builtIn: source
    case .folder(let path): .folder(URL(fileURLWithPath: path).resolvingSymlinksInPath().path)
    case .file(let path): .file(URL(fileURLWithPath: path).resolvingSymlinksInPath().path)
    }
  }
}
