// SPDX-License-Identifier: Apache-2.0

package import SoftmaxCore
package import SoftmaxModels

extension TrainingHistory.Epoch {
  /// The event for the end of the epoch.
  package var json: JSONValue {
    var members: [(key: String, value: JSONValue)] = [
      ("event", .string("epoch")),
      ("epoch", .integer(number)),
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
