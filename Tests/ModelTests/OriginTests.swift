// SPDX-License-Identifier: Apache-2.0

import Foundation
import SoftmaxCore
import Testing

@testable import SoftmaxModels

/// Rows are judged by models of other groups, or of earlier rows.
@Suite struct OriginTests {
  /// Rows of groups, each of which has features of its own that tell its class; `noise` alone tells nothing of other
  /// groups.
  private func patients(_ groupCount: Int, rows perGroup: Int) throws -> LabeledDataset {
    let generator = CounterBasedGenerator(seed: 21)
    var (x, y, labels, groups) = ([Double](), [Double](), [Int](), [Int]())
    for row in 0..<groupCount * perGroup {
      let group = row % groupCount
      x.append(Double(generator.uniform(at: UInt64(group))))
      y.append(Double(generator.uniform(at: UInt64(10_000 + row))))
      labels.append(group % 4 < 2 ? 0 : 1)
      groups.append(group)
    }
    return try LabeledDataset(
      features: .columns(
        Table([
          .categories(groups.map { "p\($0)" }, name: "name"), .numbers(x, name: "x"),
          .numbers(y, name: "y"),
        ])), labels: labels, classNames: ["well", "ill"]
    ).with(origins: .groups(groups))
  }

  private func selection(_ model: Classifier) throws -> ModelSelection {
    try #require(model.trainingRecord?.selection)
  }

  @Test func groupsTellNothingOfOtherGroups() throws {
    let data = try patients(12, rows: 4)
    let apart = try selection(AutoClassifier().fitted(to: data))
    let mixed = try selection(AutoClassifier().fitted(to: data.with(origins: nil)))
    // Who is in the folds knows the class of each patient.
    #expect(mixed.accuracy == 1 && mixed.origins == nil)
    #expect(apart.accuracy < 0.8 && apart.logLoss > 5 * mixed.logLoss)
    // Twelve patients tell less than 48 rows.
    #expect(apart.accuracyHigh - apart.accuracyLow > 0.3)
    #expect(apart.origins == "groups" && apart.rowCount == 48 && apart.foldCount == 5)
    let path = try #require(SoftmaxRegressionCV().fitted(to: data).trainingRecord?.penaltyPath)
    #expect(path.chosen.map { $0.accuracy < 0.8 } == true)
  }

  @Test func networksAreJudgedByOtherGroupsTooAndBitsDoNotDependOnThreads() throws {
    let data = try patients(14, rows: 4)
    let models = try [1, 3].map {
      try AutoClassifier(foldCount: 2, seed: 3).fitted(to: data, threads: $0)
    }
    #expect(models[0] == models[1])
    let selection = try selection(models[0])
    #expect(selection.candidates.map(\.name).contains("networks"))
    #expect(selection.candidates.allSatisfy { $0.accuracy < 0.9 })
  }

  /// Shares of rows to come are not known.
  @Test func theBaselineOfLaterRowsIsThatOfEarlierOnes() throws {
    // A quarter of the first 48 rows is of b, and three quarters of the last 16.
    let labels = (0..<64).map { ($0 % 4 == 0) == ($0 < 48) ? 1 : 0 }
    let data = try LabeledDataset(
      features: .columns(Table([.numbers((0..<64).map { Double($0 * 7 % 13) }, name: "x")])),
      labels: labels, classNames: ["a", "b"]
    ).with(origins: .times((0..<64).map { Double($0) }))
    let selection = try selection(AutoClassifier(foldCount: 3, seed: 1).fitted(to: data))
    #expect(selection.rowCount == 48)
    #expect(selection.baselineAccuracy == 28.0 / 48)
    // Of 16, 32 and 48 earlier rows and one more of each class.
    let shares: [(count: Double, share: Double)] = [
      (12, 13 / 18), (4, 5 / 18), (12, 25 / 34), (4, 9 / 34), (4, 37 / 50), (12, 13 / 50),
    ]
    var expected = 0.0
    for (count, share) in shares { expected -= count / 48 * log(share) }
    #expect(abs(selection.baselineLogLoss - expected) < 1e-14)
  }

  @Test func laterRowsAreJudgedAndAllAreLearnedFrom() throws {
    // The class follows x, whose meaning turns in the last quarter.
    let generator = CounterBasedGenerator(seed: 5)
    let x = (0..<64).map { 2 * Double(generator.uniform(at: UInt64($0))) - 1 }
    let labels = x.enumerated().map { row, x in (x > 0) == (row < 48) ? 1 : 0 }
    let data = try LabeledDataset(
      features: .columns(Table([.numbers(x, name: "x")])), labels: labels,
      classNames: ["a", "b"]
    ).with(origins: .times((0..<64).map { Double($0) }))
    let models = try [1, 2].map {
      try AutoClassifier(foldCount: 3, seed: 1).fitted(to: data, threads: $0)
    }
    #expect(models[0] == models[1])
    let selection = try selection(models[0])
    #expect(selection.origins == "times" && selection.foldCount == 3)
    #expect(selection.rowCount == 48)
    // The last fold is judged by what held before.
    let mixed = try self.selection(AutoClassifier(foldCount: 3).fitted(to: data.with(origins: nil)))
    #expect(selection.accuracy < mixed.accuracy)
    #expect(models[0].trainingRecord?.rowCount == 64)
    let linear = try SoftmaxRegressionCV(foldCount: 3).fitted(to: data)
    let penalty = try #require(linear.trainingRecord?.l2Penalty)
    #expect(try linear.network == SoftmaxRegression(l2Penalty: penalty).fitted(to: data).network)
  }

  @Test func tooFewGroupsAreAnErrorInPlaceOfAFigureOfMixedRows() throws {
    let data = try patients(2, rows: 30)
    for origins in [
      SampleOrigins.groups(Array(repeating: 1, count: 60)), .times(Array(repeating: 1, count: 60)),
    ] {
      let one = try data.with(origins: origins)
      for use in [
        { try AutoClassifier().fitted(to: one) }, { try SoftmaxRegressionCV().fitted(to: one) },
      ] {
        let error = #expect(throws: SoftmaxError.self) { _ = try use() }
        #expect(error?.code == .invalidArgument)
      }
    }
  }

  @Test func aTrainingHoldsBackWholeGroups() throws {
    let data = try patients(12, rows: 4)
    let rows = try TrainingData(
      data, validation: .fraction(0.25), preprocessing: [.standardize], seed: 2)
    guard case .groups(let learned)? = rows.training.origins?.kind,
      case .groups(let held)? = rows.validation?.origins?.kind
    else {
      Issue.record("the groups are lost")
      return
    }
    #expect(!held.isEmpty && Set(learned).isDisjoint(with: Set(held)))
  }
}
