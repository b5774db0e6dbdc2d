// SPDX-License-Identifier: Apache-2.0

import Foundation
import SoftmaxCore
import Testing

/// The folds of scikit-learn's StratifiedGroupKFold and TimeSeriesSplit (Tests/golden/make-group-folds.py).
@Suite struct FoldGoldenTests {
  private struct Golden: Decodable {
    struct Groups: Decodable {
      let name: String
      let foldCount: Int
      let groups: [Int]
      let labels: [Int]
      let unevenness: Double
    }
    struct Times: Decodable {
      let count: Int
      let foldCount: Int
      let judged: [[Int]]
    }
    let groups: [Groups]
    let times: [Times]
  }

  private func golden() throws -> Golden {
    let url = try #require(
      Bundle.module.url(forResource: "folds", withExtension: "json", subdirectory: "Golden"))
    return try JSONDecoder().decode(Golden.self, from: Data(contentsOf: url))
  }

  private func dataset(_ labels: [Int]) throws -> LabeledDataset {
    try LabeledDataset(
      features: .floats(Matrix(rowCount: labels.count, columnCount: 1)), labels: labels,
      classNames: (0...(labels.max() ?? 0)).map { "\($0)" })
  }

  /// The mean over the classes of the standard deviation of their shares in the folds.
  private func unevenness(_ folds: [Fold], _ labels: [Int]) -> Double {
    let classes = Set(labels).sorted()
    let deviations = classes.map { label in
      let total = Double(labels.count { $0 == label })
      let shares = folds.map { Double($0.judged.count { labels[$0] == label }) / total }
      let mean = shares.reduce(0, +) / Double(shares.count)
      return (shares.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(shares.count))
        .squareRoot()
    }
    return deviations.reduce(0, +) / Double(classes.count)
  }

  @Test func classesAreAsEvenAsWithScikitLearnAndNoGroupIsOnBothSides() throws {
    for golden in try golden().groups {
      let data = try dataset(golden.labels).with(origins: .groups(golden.groups))
      let folds = try data.folds(golden.foldCount)
      #expect(folds.count == golden.foldCount, "\(golden.name)")
      #expect(
        folds.flatMap(\.judged).sorted() == Array(golden.labels.indices), "\(golden.name)")
      for fold in folds {
        let learned = Set(fold.learned(ofRows: data.count).map { golden.groups[$0] })
        #expect(learned.isDisjoint(with: Set(fold.judged.map { golden.groups[$0] })))
      }
      #expect(
        unevenness(folds, golden.labels) <= golden.unevenness * (1 + 1e-12), "\(golden.name)")
    }
  }

  @Test func timesAreSplitAsByScikitLearn() throws {
    for golden in try golden().times {
      let data = try dataset((0..<golden.count).map { $0 % 2 })
        .with(origins: .times((0..<golden.count).map { Double($0) }))
      let folds = try data.folds(golden.foldCount)
      #expect(folds.map(\.judged) == golden.judged.reversed())
      for fold in folds {
        #expect(fold.learned(ofRows: data.count) == Array(0..<(fold.judged.first ?? 0)))
      }
    }
  }
}
