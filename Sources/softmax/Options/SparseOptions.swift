// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import SoftmaxKit

/// The options for reading files of svmlight.
struct SparseOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      Of an svmlight file: the number of its first column, 0 or 1 (default: that of the training data, \
      else 0 if a row has it).
      """, valueName: "n"))
  var firstIndex: Int?

  @Option(
    help: ArgumentHelp(
      """
      Of an svmlight file to learn from: the number of its columns (default: the greatest that a row has).
      """, valueName: "n"))
  var columns: Int?

  func validate() throws {
    if let firstIndex, !(0...1 ~= firstIndex) {
      throw ValidationError("--first-index must be 0 or 1, got \(firstIndex)")
    }
    if let columns, columns < 1 {
      throw ValidationError("--columns must be at least 1, got \(columns)")
    }
  }

  /// The options as the library's format.
  var format: SVMLightFormat { SVMLightFormat(columnCount: columns, firstIndex: firstIndex) }

  /// The options as words of a command line.
  var words: [String] { firstIndex.map { ["--first-index", "\($0)"] } ?? [] }
}
