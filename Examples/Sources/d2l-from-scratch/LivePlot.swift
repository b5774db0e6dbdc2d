// SPDX-License-Identifier: Apache-2.0

import Foundation
import SoftmaxKit

/// The curves of loss and accuracy, drawn anew in the same place after each epoch; the book's Animator.
///
/// In a file there is no place to go back to: there only the last picture is written.
struct LivePlot {
  let epochCount: Int

  func show(_ history: TrainingHistory) {
    let picture = history.curves(columns: 80, rows: 12, epochCount: epochCount)
    let isTerminal = isatty(STDOUT_FILENO) == 1
    if isTerminal, history.epochs.count > 1 {
      print("\u{1b}[\(picture.split(separator: "\n").count)A", terminator: "")
    }
    if isTerminal || history.epochs.count == epochCount { print(picture) }
  }
}
