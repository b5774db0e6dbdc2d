// SPDX-License-Identifier: Apache-2.0

import SoftmaxKit

/// The lookup of data sets by name, for arguments that accept no path.
enum DatasetName {
  /// Returns the data set with a name.
  ///
  /// - Throws: `notFound` with the names of all data sets.
  static func dataset(_ name: String) throws(SoftmaxError) -> NamedDataset {
    let reference = try DatasetReference(name)
    guard case .builtIn(let name) = reference.source, reference.part == nil, reference.row == nil
    else {
      throw SoftmaxError(
        .notFound, "\(name.debugDescription) is not the name of a data set",
        remedy: "use one of \(DatasetReference.builtInNames.joined(separator: ", "))")
    }
    return try NamedDataset.named(name)
  }
}
