// SPDX-License-Identifier: Apache-2.0

package import SoftmaxCore
package import SoftmaxModels

extension Prediction {
  /// Returns the event of a row's prediction, with the probabilities in the order of the classes.
  ///
  /// - Parameters:
  ///   - file: the name of the file that the row is; nil if it has none of its own.
  ///   - further: members that come last.
  package func json(
    row: Int, file: String? = nil, further: [(key: String, value: JSONValue)] = []
  ) -> JSONValue {
    let place: [(key: String, value: JSONValue)] =
      [("row", .integer(row))] + (file.map { [("file", .string($0))] } ?? [])
    return .object(
      [("event", .string("prediction"))] + place + [
        ("label", .string(label)),
        ("index", .integer(index)),
        ("probability", .float(probability)),
        ("probabilities", .array(probabilities.map { .float($0) })),
      ] + further)
  }
}
