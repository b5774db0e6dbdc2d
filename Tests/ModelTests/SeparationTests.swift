// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore
import Testing

@testable import SoftmaxModels

@Suite struct SeparationTests {
  private func dataset(_ rows: [[Float]], _ labels: [Int]) throws -> LabeledDataset {
    try LabeledDataset(
      features: .floats(Matrix(rows)), labels: labels,
      classNames: (0...(labels.max() ?? 1)).map { "\($0)" })
  }

  private func record(
    _ data: LabeledDataset, l2Penalty: Double = 0, loss: Loss = .crossEntropy
  ) throws -> TrainingRecord {
    try #require(
      SoftmaxRegression(loss: loss, l2Penalty: l2Penalty).fitted(to: data, threads: 1)
        .trainingRecord)
  }

  /// Three classes around their corners; with `mixed` two of them overlap.
  private func corners(scale: Float = 1, mixed: Bool) throws -> LabeledDataset {
    let generator = CounterBasedGenerator(seed: 4)
    let corners: [(Float, Float)] = mixed ? [(0, 0), (3, 0), (3, 0.4)] : [(0, 0), (3, 0), (0, 3)]
    let labels = (0..<90).map { $0 % 3 }
    return try dataset(
      labels.enumerated().map { row, label in
        [
          scale * (corners[label].0 + generator.uniform(at: UInt64(2 * row))),
          corners[label].1 + generator.uniform(at: UInt64(2 * row + 1)),
        ]
      }, labels)
  }

  @Test(arguments: [1e-6, 1, 1e6] as [Float])
  func classesThatAreToldApartAreNamed(scale: Float) throws {
    let data = try corners(scale: scale, mixed: false)
    let model = try SoftmaxRegression(l2Penalty: 0).fitted(to: data)
    let record = try #require(model.trainingRecord)
    #expect(record.isSeparable == true && record.isConverged == false)
    #expect(record.epochs < 30)
    #expect(try model.evaluation(on: data).accuracy == 1)
    #expect(try model.evaluation(on: data).logLoss < 1e-2)
  }

  // The first class is told apart from the others, which overlap.
  @Test(arguments: [1e-6, 1, 1e6] as [Float])
  func aClassThatIsToldApartFromOthersThatOverlapIsNamed(scale: Float) throws {
    let data = try corners(scale: scale, mixed: true)
    let model = try SoftmaxRegression(l2Penalty: 0).fitted(to: data)
    let record = try #require(model.trainingRecord)
    #expect(record.isSeparable == true && record.isConverged == false)
    #expect(record.epochs < 40)
    #expect(try model.evaluation(on: data).accuracy > 0.7)
  }

  // A column that is 1 for some samples of one class alone.
  @Test func aColumnThatOccursInOneClassAloneIsNamed() throws {
    let generator = CounterBasedGenerator(seed: 2)
    let labels = (0..<80).map { $0 % 2 }
    let data = try dataset(
      labels.enumerated().map { row, label in
        [
          generator.uniform(at: UInt64(row)) + 0.3 * Float(label),
          label == 1 && row % 5 == 0 ? 1 : 0,
        ]
      }, labels)
    #expect(try record(data).isSeparable == true)
  }

  /// The same samples, a ninth of them with another class.
  private func mixed(_ data: LabeledDataset) throws -> LabeledDataset {
    try data.replacing(
      labels: data.labels.enumerated().map { row, label in
        row % 9 == 0 ? (label + 1) % 3 : label
      }, classNames: data.classNames)
  }

  @Test func classesThatOverlapAreNot() throws {
    for data in try [
      triangle(count: 200, features: 2, seed: 5), GoldenOptimum.load()[0].dataset(),
    ] {
      let record = try record(mixed(data))
      #expect(record.isSeparable == nil && record.isConverged == true)
    }
  }

  // Collinear and constant columns leave directions along which nothing changes.
  @Test func columnsThatRepeatOthersAreNoSeparation() throws {
    let data = try mixed(triangle(count: 200, features: 2, seed: 5))
    let record = try record(
      dataset(
        (0..<200).map {
          let row = data.features.row($0)
          return [row[0], row[1], row[0], 7]
        }, data.labels)
    )
    #expect(record.isSeparable == nil)
  }

  @Test func aPenaltyOrSmoothedTargetsHaveAnOptimum() throws {
    let data = try corners(mixed: false)
    #expect(try record(data, l2Penalty: 1e-6).isSeparable == nil)
    #expect(try record(data, loss: .crossEntropy(labelSmoothing: 0.1)).isSeparable == nil)
    #expect(try record(data, loss: .crossEntropy(labelSmoothing: 0.1)).isConverged == true)
  }

  @Test func aSolveThatFoundItDoesNotGoOnFromItsCheckpoint() throws {
    let data = try corners(mixed: false)
    let witness = CheckpointWitness()
    let whole = try SoftmaxRegression(l2Penalty: 0).fitted(to: data, callbacks: [witness])
    let resumed = try SoftmaxRegression(l2Penalty: 0).fitted(
      to: data, callbacks: [CheckpointWitness()], resuming: witness.checkpoints.last)
    #expect(resumed == whole)
  }
}
