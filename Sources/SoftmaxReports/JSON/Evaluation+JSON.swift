// SPDX-License-Identifier: Apache-2.0

package import SoftmaxCore
package import SoftmaxModels

extension Evaluation {
  /// The evaluation as one object: the usual metrics, the metrics of each class, the confusion matrix.
  package var json: JSONValue { json(of: Metric.usual) }

  /// Returns the same object with other metrics and their intervals; without these, the ones that need no resampling.
  package func json(of metrics: [Metric], intervals: [ClosedRange<Double>?]? = nil) -> JSONValue {
    let matrix = confusionMatrix
    let (perClass, areas, precisions) = (matrix.perClass, rocAUC, averagePrecisions)
    let classes = classNames.indices.map { index -> JSONValue in
      let metrics = perClass[index]
      return .object([
        ("label", .string(classNames[index])), ("precision", .number(metrics.precision)),
        ("recall", .number(metrics.recall)), ("f1", .number(metrics.f1)),
        ("support", .integer(metrics.support)), ("roc_auc", JSONValue(areas[index])),
        ("average_precision", JSONValue(precisions[index])),
      ])
    }
    let members: [(key: String, value: JSONValue)] = [
      ("event", .string("result")), ("rows", .integer(rowCount)),
    ]
    return .object(
      members + self.members(of: metrics, intervals: intervals) + [
        ("per_class", .array(classes))
      ] + matrix.members)
  }

  /// Returns metrics as members with their names; `null` if undefined.
  ///
  /// A metric with an interval has two more members, with `_low` and `_high` appended to its name.
  package func members(
    of metrics: [Metric], intervals: [ClosedRange<Double>?]? = nil
  ) -> [(key: String, value: JSONValue)] {
    metrics.enumerated().flatMap { place, metric -> [(key: String, value: JSONValue)] in
      let value = (key: metric.name, value: JSONValue(metric.value(of: self)))
      guard let interval = intervals?[place] ?? metric.interval(of: self) else { return [value] }
      return [
        value, (metric.name + "_low", .number(interval.lowerBound)),
        (metric.name + "_high", .number(interval.upperBound)),
      ]
    }
  }
}

extension ConfusionMatrix {
  // The greatest number of classes for which the whole matrix is written. With more classes, most of the
  // text would be zeros.
  private static let greatestClassCountOfWholeMatrix = 1000

  /// The matrix as rows of counts; above 1,000 classes only the nonzero cells as [label, prediction,
  /// count].
  fileprivate var members: [(key: String, value: JSONValue)] {
    guard classCount <= Self.greatestClassCountOfWholeMatrix else {
      let confusions = cells.map {
        JSONValue.array([$0.label, $0.prediction, $0.count].map { .integer($0) })
      }
      return [("confusion_matrix", .null), ("confusions", .array(confusions))]
    }
    let rows = classNames.indices.map { label -> JSONValue in
      .array(classNames.indices.map { .integer(self[label: label, prediction: $0]) })
    }
    return [("confusion_matrix", .array(rows))]
  }
}
