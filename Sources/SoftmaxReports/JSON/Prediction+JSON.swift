// SPDX-License-Identifier: Apache-2.0

package import SoftmaxCore
package import SoftmaxModels

extension Prediction {
  /// Returns the event of a row's prediction, with the probabilities in the order of the classes.
  package func json(row: Int) -> JSONValue {
    .object([
      ("event", .string("prediction")),
      ("row", .integer(row)),
      ("label", .string(label)),
      ("index", .integer(index)),
      ("probability", .float(probability)),
      ("probabilities", .array(probabilities.map { .float($0) })),
    ])
  }
}
