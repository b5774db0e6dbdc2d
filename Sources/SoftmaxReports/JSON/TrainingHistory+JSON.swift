// SPDX-License-Identifier: Apache-2.0

package import SoftmaxCore
package import SoftmaxModels

extension TrainingHistory.Epoch {
  /// Returns the event for the end of an epoch, or of an iteration of a solver.
  package func json(of unit: TrainingHistory.Unit) -> JSONValue {
    var members: [(key: String, value: JSONValue)] = [
      ("event", .string(unit.rawValue)),
      (unit.rawValue, .integer(number)),
      ("loss", .number(loss)),
      ("accuracy", .number(accuracy)),
    ]
    if let validation {
      members += [
        ("val_loss", .number(validation.loss)), ("val_accuracy", .number(validation.accuracy)),
      ]
    }
    return .object(members + [("seconds", .number(seconds))])
  }
}
