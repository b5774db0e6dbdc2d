// SPDX-License-Identifier: Apache-2.0

package import SoftmaxCore
package import SoftmaxModels

extension Calibration {
  /// The method with its temperature, and what it was chosen from.
  package var members: [(key: String, value: JSONValue)] {
    let selection = selection
    let attempts = selection?.attempts.map { attempt -> JSONValue in
      .object([
        ("method", .string(attempt.method)), ("penalty", JSONValue(attempt.penalty)),
        ("log_loss", JSONValue(attempt.logLoss)), ("left_out", JSONValue(attempt.leftOut)),
      ])
    }
    return [
      ("method", .string(name)), ("temperature", JSONValue(temperature)),
      ("folds", selection.map { .integer($0.foldCount) } ?? .null),
      ("seed", selection.map { .unsigned($0.seed) } ?? .null),
      ("fitted_rows", selection.map { .integer($0.rowCount) } ?? .null),
      ("attempts", attempts.map { .array($0) } ?? .null),
    ]
  }
}

extension Reliability {
  /// The bins that have rows: the weight of their rows, their mean probability, how often the event happened.
  package var json: JSONValue {
    .array(
      bins.filter { $0.weight > 0 }.map { bin in
        .object([
          ("weight", .number(bin.weight)), ("probability", .number(bin.probability)),
          ("frequency", .number(bin.frequency)),
        ])
      })
  }
}
