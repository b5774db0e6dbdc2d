// SPDX-License-Identifier: Apache-2.0

import SoftmaxKit

/// How often the sets of a classifier hold the true class of judged rows, as text and as JSON.
struct SetsReport {
  private let conformal: ConformalPredictor
  private let coverage: Double
  private let meanSize: Double
  private let emptyCount: Int

  /// Returns nil if the classifier has no sets.
  init?(_ conformal: ConformalPredictor?, on evaluation: Evaluation) {
    guard let conformal else { return nil }
    self.conformal = conformal
    coverage = conformal.coverage(of: evaluation)
    let sets = conformal.sets(for: evaluation)
    meanSize = Double(sets.reduce(0) { $0 + $1.count }) / Double(sets.count)
    emptyCount = sets.count { $0.isEmpty }
  }

  /// The lines for people.
  var lines: [String] {
    [
      "",
      "sets           \(conformal.kind.name): \(NumberText.fixed(coverage)) hold the true class, "
        + "\(NumberText.short(conformal.coverage, 4)) were to",
      "               \(NumberText.fixed(meanSize, 2)) classes on average, "
        + "\(NumberText.grouped(emptyCount)) sets are empty",
    ]
  }

  /// The members of the result.
  var members: [(key: String, value: JSONValue)] {
    [
      ("sets", .string(conformal.kind.name)), ("sets_coverage", .number(coverage)),
      ("sets_coverage_wanted", .number(conformal.coverage)), ("sets_mean_size", .number(meanSize)),
      ("sets_empty", .integer(emptyCount)),
    ]
  }
}

extension JSONValue {
  /// Returns an object with further members.
  func adding(_ further: [(key: String, value: JSONValue)]) -> JSONValue {
    guard case .object(let members) = self else { return self }
    return .object(members + further)
  }
}
