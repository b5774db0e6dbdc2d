// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore
package import SoftmaxModels

extension ModelSelection {
  /// What was chosen, and what it reached on the folds beside the baseline, in lines for people.
  package var lines: [String] {
    let metric = NumberText.metric
    let chosen = candidates.filter { $0.weight > 0 }
      .map { (chosen: Candidate) in
        chosen.weight == 1
          ? chosen.name : "\(NumberText.fixed(100 * chosen.weight, 0)) % \(chosen.name)"
      }.joined(separator: ", ")
    let margin = 1.96 * logLossStandardError
    // Those of later rows cannot be known.
    let known = origins == "times" ? " of earlier rows" : ""
    var lines = [
      "chosen         \(PrintableText.line(chosen))",
      "cv accuracy    \(metric(accuracy)), 95 % interval \(metric(accuracyLow)) to "
        + "\(metric(accuracyHigh)); always the most frequent class\(known): \(metric(baselineAccuracy))",
      "cv log loss    \(metric(logLoss)), 95 % interval \(metric(max(0, logLoss - margin))) to "
        + "\(metric(logLoss + margin)); the classes' shares\(known): \(metric(baselineLogLoss))",
    ]
    if let judging { lines.append("judged         " + judging) }
    if let leftOut, !leftOut.isEmpty, let budget {
      lines.append(
        "left out       for the budget of about \(NumberText.size(budget)) s: "
          + PrintableText.line(leftOut.joined(separator: "; ")))
    }
    if !isBetterThanBaseline {
      lines.append(
        "warning        the features tell nothing of the classes: the log loss of the classes' shares is no greater"
      )
    } else if accuracyLow <= baselineAccuracy {
      lines.append(
        "note           always the most frequent class may be right as often; the probabilities are better than the shares"
      )
    }
    return lines
  }

  // What the folds keep apart; nil if nothing.
  private var judging: String? {
    switch origins {
    case nil: nil
    case "times":
      "\(NumberText.grouped(rowCount)) rows, each by models of earlier rows; the model itself has learned from all rows"
    case let origin?:
      "\(NumberText.grouped(rowCount)) rows, each by models of other \(PrintableText.line(origin))"
    }
  }
}
