// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore
import SoftmaxTestSupport
import Testing

@testable import SoftmaxModels

/// Solves on sparse rows of which some columns have no entry, or the same entries as others.
@Suite struct DistinctColumnsTests {
  private let narrow: LabeledDataset
  /// The same rows, whose entries are in every third column, from the second one on.
  private let wide: LabeledDataset
  /// The same rows with 1, 2 or 3 copies of each column.
  private let repeated: LabeledDataset

  init() throws {
    narrow = try SparseCase(rows: 200, classes: 4).datasets().sparse
    let rows = try #require(narrow.features.sparse)
    wide = try narrow.replacing(
      features: .sparse(
        SparseMatrix(
          columnCount: 3 * rows.columnCount, rowOffsets: rows.rowOffsets,
          columns: rows.columns.map { 3 * $0 + 1 }, values: rows.values)))
    var (columns, values, offsets) = ([Int32](), [Float](), [0])
    for row in 0..<rows.rowCount {
      for copy in 0..<3 {
        rows.forEachEntry(ofRow: row) { column, value in
          if column % 3 >= copy {
            columns.append(Int32(copy * rows.columnCount + column))
            values.append(value)
          }
        }
      }
      offsets.append(values.count)
    }
    repeated = try narrow.replacing(
      features: .sparse(
        SparseMatrix(
          columnCount: 3 * rows.columnCount, rowOffsets: offsets, columns: columns,
          values: values)))
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

  @Test func equalColumnsAreOneInputOfNewtonsMethodWithAnL2PenaltyAlone() throws {
    func counts(l1: Double, l2: Double, _ solver: any Solver) throws -> [Double]? {
      let network = try Sequential(input: repeated.featureShape) { Dense(4) }
      let objective = try Objective(network, on: repeated, l1Penalty: l1, l2Penalty: l2)
      return DistinctColumns(for: objective, solver: solver)?.counts
    }
    let expected = (0..<narrow.features.columnCount).map { Double($0 % 3 + 1) }
    #expect(try counts(l1: 0, l2: 1, NewtonCG()) == expected)
    #expect(try counts(l1: 0, l2: 0, NewtonCG()) == nil)
    #expect(try counts(l1: 1, l2: 1, NewtonCG())?.isEmpty != false)
    #expect(try counts(l1: 0, l2: 1, LBFGS())?.isEmpty != false)
  }

  @Test(arguments: [Loss.crossEntropy(), .oneVsRest()])
  func equalColumnsHaveEqualWeightsAtTheOptimumOfAllColumns(_ loss: Loss) throws {
    let network = try Sequential(input: repeated.featureShape) { Dense(4) }
    let objective = try Objective(network, on: repeated, loss: loss, l2Penalty: 1e-3)
    let result = try NewtonCG(gapTolerance: 1e-12).minimize(objective, iterations: 1000)
    // LBFGS takes each column by itself.
    let expected = try LBFGS(gradientTolerance: 1e-9).minimize(objective, iterations: 5000)
    #expect(abs(result.objective / expected.objective - 1) < 1e-9)
    for (w, v) in zip(result.parameters, expected.parameters) { #expect(abs(w - v) < 1e-4) }
    let weight = try #require(objective.network(at: result.parameters).layers.last?.weight)
    let count = narrow.features.columnCount
    for unit in 0..<4 {
      for column in 0..<count {
        for copy in 1..<3 where column % 3 >= copy {
          #expect(weight[unit, copy * count + column] == weight[unit, column])
        }
      }
    }
  }

  @Test(arguments: [2, 5, 1000])
  func theObjectiveAndItsGradientAreThoseOfAllColumns(iterations: Int) throws {
    let network = try Sequential(input: repeated.featureShape) { Dense(4) }
    let objective = try Objective(network, on: repeated, l2Penalty: 1e-3)
    let result = try NewtonCG().minimize(objective, iterations: iterations)
    var gradient: [Double] = []
    let value = try objective.valueAndGradient(
      at: result.parameters.map { Double($0) }, into: &gradient)
    #expect(abs(value.objective / result.objective - 1) < 1e-12)
    let norm = gradient.reduce(0) { $0 + $1 * $1 }.squareRoot()
    #expect(abs(norm - result.gradientNorm) <= 1e-9 * norm + 1e-15)
    let gap = try #require(result.objectiveGap)
    let least = try LBFGS(gradientTolerance: 1e-9).minimize(objective, iterations: 5000).objective
    #expect(value.objective - least <= gap + 1e-12)
    // The bound is of the size of what is left.
    let bound = try #require(
      DualityGap(objective)?.bound(
        at: SolverState(at: result.parameters.map { Double($0) }, of: objective)))
    #expect(gap <= bound * (1 + 1e-6) + 1e-15)
  }

  @Test(arguments: [Loss.crossEntropy(), .oneVsRest()])
  func aSolveWithEqualColumnsThatIsResumedHasTheSameBits(_ loss: Loss) throws {
    var estimator = SoftmaxRegression(loss: loss, l2Penalty: 1e-3)
    let whole = try estimator.fitted(to: repeated)
    let witness = CheckpointWitness()
    estimator.iterations = 2
    _ = try estimator.fitted(to: repeated, callbacks: [witness])
    estimator.iterations = 1000
    let resumed = try estimator.fitted(
      to: repeated, callbacks: [CheckpointWitness()], resuming: witness.checkpoints.last)
    #expect(resumed == whole)
  }

  @Test func whatEqualColumnsOfAStartWeighIsKept() throws {
    let network = try Sequential(input: repeated.featureShape, seed: 5) { Dense(4) }
    let objective = try Objective(network, on: repeated, l2Penalty: 1e-3)
    let start = try NewtonCG().minimize(objective, iterations: 0)
    // The logits are the same, and the penalty is not greater.
    let before = try objective.value(at: objective.parameters)
    let after = try objective.value(at: start.parameters)
    #expect(abs(after.totals.loss / before.totals.loss - 1) < 1e-6)
    #expect(after.objective < before.objective)
  }

  @Test func thePenaltyChosenForEqualColumnsIsThatForFullRows() throws {
    let full = try repeated.replacing(
      features: .floats(#require(repeated.features.sparse).floats()))
    let estimator = SoftmaxRegressionCV(cs: [0.1, 1, 10], foldCount: 3)
    let (path, expected) = try (
      #require(estimator.fitted(to: repeated).trainingRecord?.penaltyPath),
      #require(estimator.fitted(to: full).trainingRecord?.penaltyPath)
    )
    #expect(path.chosen?.c == expected.chosen?.c)
    for (a, b) in zip(path.points, expected.points) {
      #expect(abs(a.logLoss - b.logLoss) < 1e-3 * b.logLoss)
    }
  }
}
