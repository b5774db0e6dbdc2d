// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore
import SoftmaxTestSupport
import Testing

@testable import SoftmaxModels

/// Solves on sparse rows of which some columns have no entry.
@Suite struct OccurringColumnsTests {
  private let narrow: LabeledDataset
  /// The same rows, whose entries are in every third column, from the second one on.
  private let wide: LabeledDataset

  init() throws {
    narrow = try SparseCase(rows: 200, classes: 4).datasets().sparse
    let rows = try #require(narrow.features.sparse)
    wide = try narrow.replacing(
      features: .sparse(
        SparseMatrix(
          columnCount: 3 * rows.columnCount, rowOffsets: rows.rowOffsets,
          columns: rows.columns.map { 3 * $0 + 1 }, values: rows.values)))
  }

  @Test(arguments: [
    SoftmaxRegression(l2Penalty: 1e-3), SoftmaxRegression(l1Penalty: 0.005),
    SoftmaxRegression(l1Penalty: 0.002, l2Penalty: 0.01),
    SoftmaxRegression(loss: .oneVsRest(), l2Penalty: 1e-3),
  ])
  func theirWeightsAreZeroAndTheOthersHaveTheBitsOfRowsWithoutThem(
    _ estimator: SoftmaxRegression
  ) throws {
    let model = try estimator.fitted(to: wide)
    let expected = try estimator.fitted(to: narrow)
    let (weight, own) = try (
      #require(model.network.layers.last?.weight), #require(expected.network.layers.last?.weight)
    )
    for unit in 0..<weight.rowCount {
      for column in 0..<weight.columnCount {
        #expect(weight[unit, column] == (column % 3 == 1 ? own[unit, column / 3] : 0))
      }
    }
    #expect(model.network.layers.last?.bias == expected.network.layers.last?.bias)
    #expect(model.trainingRecord?.objectiveGap == expected.trainingRecord?.objectiveGap)
    #expect(model.trainingRecord?.evaluations == expected.trainingRecord?.evaluations)
  }

  @Test func aModelToStartFromLosesTheirWeights() throws {
    let start = try SoftmaxRegression(l2Penalty: 1e-3).fitted(
      to: narrow.replacing(
        features: .sparse(
          SparseMatrix(
            columnCount: wide.features.columnCount,
            rowOffsets: #require(narrow.features.sparse).rowOffsets,
            columns: #require(narrow.features.sparse).columns,
            values: #require(narrow.features.sparse).values))))
    let model = try SoftmaxRegression(l2Penalty: 1e-3).fitted(to: wide, startingFrom: start)
    let expected = try SoftmaxRegression(l2Penalty: 1e-3).fitted(to: wide)
    let (weight, own) = try (
      #require(model.network.layers.last?.weight), #require(expected.network.layers.last?.weight)
    )
    for (w, v) in zip(weight.elements, own.elements) {
      #expect(v == 0 ? w == 0 : abs(w - v) < 1e-4)
    }
  }

  @Test(arguments: [0, 0.005])
  func aSolveThatIsResumedHasTheSameBits(l1Penalty: Double) throws {
    var estimator = SoftmaxRegression(l1Penalty: l1Penalty, l2Penalty: 1e-3)
    let whole = try estimator.fitted(to: wide)
    let witness = CheckpointWitness()
    estimator.iterations = 2
    _ = try estimator.fitted(to: wide, callbacks: [witness])
    estimator.iterations = 1000
    let resumed = try estimator.fitted(
      to: wide, callbacks: [CheckpointWitness()], resuming: witness.checkpoints.last)
    #expect(resumed == whole)
  }

  @Test func aSolverReturnsTheParametersOfAllColumns() throws {
    let network = try Sequential(input: wide.featureShape) { Dense(4, activation: .softmax) }
    let objective = try Objective(network, on: wide, l2Penalty: 1e-3)
    let result = try NewtonCG().minimize(objective)
    #expect(result.parameters.count == objective.parameterCount)
    // The value is that of the objective of all columns.
    let value = try objective.value(at: result.parameters).objective
    #expect(abs(value - result.objective) < 1e-6)
  }

  @Test func withoutAPenaltyTheirWeightsStay() throws {
    var network = try Sequential(input: wide.featureShape, seed: 5) { Dense(4) }
    let before = try #require(network.layers.last?.weight)
    try network.fit(to: wide, solver: GradientDescent(), iterations: 3)
    let after = try #require(network.layers.last?.weight)
    for column in 0..<after.columnCount {
      #expect((after[0, column] == before[0, column]) == (column % 3 != 1))
    }
  }

  @Test func thePenaltyChosenIsThatOfRowsWithoutThem() throws {
    let estimator = SoftmaxRegressionCV(cs: [0.1, 1, 10], foldCount: 3)
    let (model, expected) = try (estimator.fitted(to: wide), estimator.fitted(to: narrow))
    #expect(model.trainingRecord?.penaltyPath == expected.trainingRecord?.penaltyPath)
  }
}
