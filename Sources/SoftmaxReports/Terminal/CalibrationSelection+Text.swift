// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore
package import SoftmaxModels

extension CalibrationSelection {
  /// What was tried, a line each, the choice marked.
  package var lines: [String] {
    attempts.enumerated().map { place, attempt in
      let penalty = attempt.penalty.map { ", penalty \(NumberText.short($0, 6))" } ?? ""
      let name = PrintableText.line(attempt.method) + penalty
      guard let logLoss = attempt.logLoss else {
        return "left out       \(name): \(PrintableText.line(attempt.leftOut ?? ""))"
      }
      return "tried          \(name): log loss \(NumberText.metric(logLoss))"
        + (place == chosen ? ", chosen" : "")
    }
  }
}
