// SPDX-License-Identifier: Apache-2.0

package import SoftmaxCore
package import SoftmaxModels

extension PenaltyPath {
  /// The choice with the rule, the folds and all points.
  package var json: JSONValue {
    .object([
      ("l2", JSONValue(chosen?.l2Penalty)), ("c", JSONValue(chosen?.c)),
      ("rule", .string(usesOneStandardErrorRule ? "one_standard_error" : "least_log_loss")),
      ("folds", .integer(foldCount)), ("penalties", .integer(penaltyCount)),
      ("path", .array(points.map { .object(Self.members(of: $0)) })),
    ])
  }

  /// The event for the last point of a path that is not complete yet.
  package var lastEvent: JSONValue? {
    points.last.map { point in
      .object(
        [("event", .string("penalty")), ("penalty", .integer(points.count))]
          + Self.members(of: point))
    }
  }

  private static func members(of point: Point) -> [(key: String, value: JSONValue)] {
    [
      ("c", .number(point.c)), ("l2", .number(point.l2Penalty)),
      ("log_loss", .number(point.logLoss)), ("standard_error", .number(point.standardError)),
      ("accuracy", .number(point.accuracy)),
    ]
  }
}
