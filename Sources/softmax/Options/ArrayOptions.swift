// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import SoftmaxKit

/// The options that choose the arrays of NPZ and NPY files.
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
      as y_train or labels). The texts of an array classes, class_names, label_names or target_names \
      name the labels 0, 1, 2, ...
      """, valueName: "array"))
  var labels: String?

  /// Returns the data that arguments name, or else the file of --features.
  func data(namedBy arguments: [String]) -> [String] {
    arguments.isEmpty ? features.map { [$0] } ?? [] : arguments
  }

  /// Throws unless the data are named by an argument or are the file of --features.
  func validate(data: [String]) throws {
    if self.data(namedBy: data).isEmpty {
      throw ValidationError("Missing expected argument '<data>'")
    }
  }

  /// The options as a value of the library.
  var choice: ArrayChoice { ArrayChoice(features: features, labels: labels) }

  /// The command-line arguments that give the same options.
  var words: [String] {
    [("--features", features), ("--labels", labels)].flatMap { name, value in
      // A separate argument that begins with a dash would be parsed as an option.
      value.map { $0.hasPrefix("-") ? ["\(name)=\($0)"] : [name, $0] } ?? []
    }
  }
}
