// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore
import SoftmaxModels

/// What follows from the difference of two models, in a sentence or two.
struct ComparisonVerdict {
  // What speaks for one of the two models.
  private struct Finding {
    /// Whether the second model is better.
    let isSecondBetter: Bool
    let title: String
    let size: String

    var text: String { "\(title) by \(size)" }
  }

  private static let listedCount = 3

  // Rounded probabilities of one model make differences of some 1e-8.
  private static let leastDifference = 1e-6

  private let comparison: Comparison
  private let first: Int
  private let second: Int
  private let names: [String]
  private let differences: [(metric: Metric, difference: MetricDifference?)]

  /// Prepares the verdict about two models.
  ///
  /// - Parameters:
  ///   - names: how to call the models.
  ///   - differences: the differences, second minus first.
  init(
    _ comparison: Comparison, _ first: Int, _ second: Int, names: [String],
    differences: [(metric: Metric, difference: MetricDifference?)]
  ) {
    (self.comparison, self.first, self.second) = (comparison, first, second)
    self.names = names
    self.differences = differences
  }

  /// The sentences.
  var text: String {
    let rows =
      "\(NumberText.grouped(comparison.rowCount)) row\(comparison.rowCount == 1 ? "" : "s")"
    let (one, other) = (names[first], names[second])
    let findings = findings
    guard !findings.isEmpty else {
      let isSame =
        comparison.rowsOfDisagreement(of: first, and: second).isEmpty
        && differences.allSatisfy { $0.difference.map(Self.isRounding) ?? true }
      return isSame
        ? "\(one) and \(other) predict the same."
        : "No difference of \(one) and \(other) can be seen in \(rows): chance explains it."
    }
    let sides = Dictionary(grouping: findings, by: \.isSecondBetter)
    guard sides.count == 1 else {
      return [false, true].map { side in
        "\(side ? other : one) is better in " + list(sides[side] ?? [])
      }.joined(separator: ", ") + ", each more than chance explains."
    }
    let better = findings[0].isSecondBetter ? other : one
    let unseen = differences.filter { $0.difference?.interval != nil }.map(\.metric.title).filter {
      title in !findings.contains { $0.title == title }
    }
    let shown =
      unseen.count > Self.listedCount
      ? "\(unseen.count) other metrics" : unseen.joined(separator: ", ")
    return "\(better) is better in " + list(findings) + ", more than chance explains."
      + (unseen.isEmpty ? "" : " No difference can be seen in \(shown).")
  }

  private static func isRounding(_ difference: MetricDifference) -> Bool {
    difference.value.magnitude < leastDifference
  }

  private func list(_ findings: [Finding]) -> String {
    findings.map(\.text).joined(separator: " and ")
  }

  private var findings: [Finding] {
    differences.compactMap { metric, difference in
      guard let difference, !Self.isRounding(difference),
        let isGreaterBetter = metric.isGreaterBetter
      else { return nil }
      // The exact test decides about accuracies: it never rejects equal models too often.
      let isBeyondChance =
        metric.isAccuracy
        ? comparison.outcomes(of: first, and: second).mcNemarPValue <= 0.05
        : difference.isBeyondChance || difference.value.isInfinite
      guard isBeyondChance else { return nil }
      let size = difference.value.magnitude
      return Finding(
        isSecondBetter: (difference.value > 0) == isGreaterBetter, title: metric.title,
        size: metric.isFraction ? NumberText.fixed(size) : NumberText.narrow(size))
    }
  }
}
