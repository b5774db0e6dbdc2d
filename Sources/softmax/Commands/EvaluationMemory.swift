// SPDX-License-Identifier: Apache-2.0

import SoftmaxKit

/// About how much memory it takes to judge rows: the logits of all of them.
///
/// They are many where a column of names or numbers was taken for the classes.
struct EvaluationMemory {
  let rowCount: Int
  let classCount: Int

  /// In bytes, counted in `Double`, which does not overflow.
  ///
  /// A quarter more than the logits, for the ranks.
  var byteCount: Double { 5 * Double(rowCount) * Double(classCount) }

  /// Throws if the machine has less memory than that, or lets this process have less.
  func validate() throws(SoftmaxError) {
    try MemoryLimit.current.validate(
      byteCount,
      for:
        "judging \(NumberText.grouped(rowCount)) rows of \(NumberText.grouped(classCount)) classes",
      remedy:
        "judge fewer rows at a time; if the classes are not those that are meant, train anew with "
        + "another column as the target (--target)")
  }
}
