// SPDX-License-Identifier: Apache-2.0

package import SoftmaxCore
package import SoftmaxModels

extension Comparison {
  /// Returns the comparison as one object: the metrics of each model in the order of the arguments with its place in the
  /// ranking, and for each pair the differences, second minus first, the counts of right rows and McNemar's p value.
  ///
  /// A value with an interval has two more members, with `_low` and `_high` appended to its name.
  ///
  /// - Parameters:
  ///   - metrics: the metrics; the first one ranks.
  ///   - resamples: the metrics on resamples of the rows.
  package func json(of metrics: [Metric], _ resamples: Resamples) -> JSONValue {
    let order = metrics.first.map { ranking(by: $0) } ?? Array(names.indices)
    let models = names.indices.map { index -> JSONValue in
      let intervals = metrics.map {
        $0.interval(of: evaluations[index]) ?? resamples.interval(of: $0, in: index)
      }
      let members: [(key: String, value: JSONValue)] = [
        ("name", .string(names[index])), ("rank", .integer((order.firstIndex(of: index) ?? 0) + 1)),
      ]
      return .object(members + evaluations[index].members(of: metrics, intervals: intervals))
    }
    let pairs = names.indices.flatMap { first in
      names.indices.dropFirst(first + 1).map { pair(first, $0, metrics, resamples) }
    }
    return .object([
      ("event", .string("result")), ("rows", .integer(rowCount)), ("models", .array(models)),
      ("pairs", .array(pairs)),
    ])
  }

  private func pair(
    _ first: Int, _ second: Int, _ metrics: [Metric], _ resamples: Resamples
  ) -> JSONValue {
    let differences = metrics.flatMap { metric -> [(key: String, value: JSONValue)] in
      let difference = difference(of: metric, from: first, to: second, resamples)
      let name = metric.name + "_difference"
      let value = (key: name, value: JSONValue(difference?.value))
      guard let interval = difference?.interval else { return [value] }
      return [
        value, (name + "_low", .number(interval.lowerBound)),
        (name + "_high", .number(interval.upperBound)),
      ]
    }
    let outcomes = outcomes(of: first, and: second)
    let counts: [(key: String, value: JSONValue)] = [
      ("both_right", .integer(outcomes.bothRight)),
      ("only_first_right", .integer(outcomes.onlyFirstRight)),
      ("only_second_right", .integer(outcomes.onlySecondRight)),
      ("both_wrong", .integer(outcomes.bothWrong)),
      ("mcnemar_p_value", .number(outcomes.mcNemarPValue)),
      ("disagreements", .integer(rowsOfDisagreement(of: first, and: second).count)),
    ]
    return .object(
      [("first", .string(names[first])), ("second", .string(names[second]))] + differences + counts)
  }
}
