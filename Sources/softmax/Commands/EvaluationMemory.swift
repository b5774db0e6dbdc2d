// SPDX-License-Identifier: Apache-2.0

import SoftmaxKit

/// An estimate of the memory that an evaluation takes, which is mostly the logits of all rows.
///
/// If a column of names or numbers was mistaken for the classes, there are so many logits that the process
/// would run out of memory.
struct EvaluationMemory {
  let rowCount: Int
  let classCount: Int

  /// The estimate in bytes, as `Double` because an integer could overflow.
  ///
  /// Each logit takes four bytes, and its place in the rankings, which are kept up to a quarter of a gigabyte, as many;
  /// each row takes some hundred bytes more.
  var byteCount: Double {
    let logitCount = Double(rowCount) * Double(classCount)
    return 4 * logitCount + min(4 * logitCount, 0x1p28) + 128 * Double(rowCount)
  }

  /// Throws if the estimate exceeds the machine's memory or this process's limit.
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
