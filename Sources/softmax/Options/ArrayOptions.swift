// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import SoftmaxKit

/// Which arrays of NumPy's files are read.
struct ArrayOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      Of an NPZ file: the array of the features, or an NPY file (default: found by its name, such as \
      x_train, features or embeddings).
      """, valueName: "array"))
  var features: String?

  @Option(
    help: ArgumentHelp(
      """
      Of an NPZ or NPY file: the array of the labels, or an NPY file (default: found by its name, such \
      as y_train or labels).
      """, valueName: "array"))
  var labels: String?

  /// The same for the library.
  var choice: ArrayChoice { ArrayChoice(features: features, labels: labels) }

  /// The words of a command line that say the same.
  var words: [String] {
    [("--features", features), ("--labels", labels)].flatMap { name, value in
      // What begins with a dash would be taken for an option.
      value.map { $0.hasPrefix("-") ? ["\(name)=\($0)"] : [name, $0] } ?? []
    }
  }
}
