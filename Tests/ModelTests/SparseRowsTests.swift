// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore
import SoftmaxTestSupport
import Testing

@testable import SoftmaxModels

/// Rows that are mostly 0, and the same rows as floats.
struct SparseCase: Sendable, CustomTestStringConvertible {
  var rows = 600
  var columns = 40
  var classes = 3
  var isWeighted = false
  var isSoft = false

  var testDescription: String {
    "\(rows) x \(columns), \(classes) classes\(isWeighted ? ", weighted" : "")\(isSoft ? ", soft" : "")"
  }

  /// Column j occurs in one of j + 5 rows, and tells one of the classes.
  func datasets() throws -> (sparse: LabeledDataset, full: LabeledDataset) {
    let generator = CounterBasedGenerator(seed: 11)
    var (offsets, columnsOfEntries, values, labels) = ([0], [Int32](), [Float](), [Int]())
    for row in 0..<rows {
      labels.append(Int(generator.bits(at: UInt64(row)) % UInt64(classes)))
      for column in 0..<columns {
        let draw = generator.uniform(at: UInt64(100_000 + row * columns + column))
        let isOwn = column % classes == labels[row]
        guard draw < (isOwn ? 4 : 1) / Float(column + 5) else { continue }
        columnsOfEntries.append(Int32(column))
        values.append(0.5 + draw)
      }
      offsets.append(values.count)
    }
    let matrix = try SparseMatrix(
      columnCount: columns, rowOffsets: offsets, columns: columnsOfEntries, values: values)
    let names = (0..<classes).map { "class \($0)" }
    let weights = isWeighted ? (0..<rows).map { Float($0 % 3) } : nil
    func dataset(_ features: Features) throws -> LabeledDataset {
      guard isSoft else {
        return try LabeledDataset(
          features: features, labels: labels, classNames: names, sampleWeights: weights)
      }
      let targets = try Matrix(
        labels.map { label in
          (0..<classes).map { $0 == label ? 0.75 : 0.25 / Float(classes - 1) }
        })
      return try LabeledDataset(
        features: features, distributions: targets, classNames: names, sampleWeights: weights)
    }
    return (try dataset(.sparse(matrix)), try dataset(.floats(matrix.floats())))
  }

  static let all = [
    SparseCase(), SparseCase(rows: 5), SparseCase(rows: 256), SparseCase(columns: 70, classes: 8),
    SparseCase(columns: 60, classes: 40), SparseCase(columns: 30, classes: 2, isWeighted: true),
    SparseCase(isWeighted: true, isSoft: true),
  ]
}

@Suite struct SparseRowsTests {
  private func network(for dataset: LabeledDataset, seed: UInt64 = 3) throws -> Sequential {
    try Sequential(input: dataset.featureShape, seed: seed) {
      Dense(dataset.classCount, activation: .softmax)
    }
  }

  private func distance(_ a: [Double], _ b: [Double]) -> Double {
    zip(a, b).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
  }

  private func norm(_ a: [Double]) -> Double { distance(a, a.map { _ in 0 }) }

  private func objective(
    on dataset: LabeledDataset, threads: Int = 1
  ) throws -> Objective {
    try Objective(
      network(for: dataset), on: dataset,
      loss: .crossEntropy(
        labelSmoothing: 0.1, classWeights: (0..<dataset.classCount).map { Double(1 + $0 % 2) }),
      l2Penalty: 0.01, threads: threads)
  }

  @Test(arguments: SparseCase.all)
  func theEvaluationOfSparseRowsIsThatOfTheFloats(_ test: SparseCase) throws {
    let (sparse, full) = try test.datasets()
    let (ours, expected) = try (objective(on: sparse), objective(on: full))
    #expect(ours.isSparse && !expected.isSparse)
    let point = ours.parameters.map { Double($0) }
    let vector = point.indices.map { Double($0 % 7) - 3 }
    var (gradient, gradientOfFull): ([Double], [Double]) = ([], [])
    let value = try ours.valueAndGradient(at: point, into: &gradient)
    let valueOfFull = try expected.valueAndGradient(at: point, into: &gradientOfFull)
    #expect(abs(value.objective - valueOfFull.objective) < 1e-13 * valueOfFull.objective)
    #expect(value.totals.correctCount == valueOfFull.totals.correctCount)
    #expect(value.totals.predictionCount == valueOfFull.totals.predictionCount)
    #expect(distance(gradient, gradientOfFull) < 1e-13 * norm(gradientOfFull))
    var (product, productOfFull): ([Double], [Double]) = ([], [])
    // At the point of the last evaluation, and at another.
    for point in [point, point.map { 1 - $0 }] {
      try ours.hessianVectorProduct(at: point, vector: vector, into: &product)
      try expected.hessianVectorProduct(at: point, vector: vector, into: &productOfFull)
      #expect(distance(product, productOfFull) < 1e-13 * norm(productOfFull))
    }
  }

  @Test(arguments: SparseCase.all)
  func theBitsDoNotDependOnTheThreads(_ test: SparseCase) throws {
    let sparse = try test.datasets().sparse
    var results: [[[Double]]] = []
    for threads in [1, 2, 5] {
      let objective = try objective(on: sparse, threads: threads)
      let point = objective.parameters.map { Double($0) }
      var (gradient, product): ([Double], [Double]) = ([], [])
      let value = try objective.valueAndGradient(at: point, into: &gradient)
      try objective.hessianVectorProduct(at: point, vector: gradient, into: &product)
      let direction = try direction(of: objective, at: point, for: gradient, forcing: 0.1)
      results.append([[value.objective], gradient, product, direction])
    }
    #expect(results[0] == results[1] && results[0] == results[2])
  }

  private func direction(
    of objective: Objective, at point: [Double], for gradient: [Double], forcing: Double
  ) throws -> [Double] {
    let equations = try #require(objective.sparseEquations)
    return equations.solution(
      at: point, gradient: gradient, l2Penalty: objective.l2Penalty,
      columnCounts: objective.columnCounts, forcing: forcing,
      greatestProductCount: 200, team: objective.linearTeam
    ).direction
  }

  // Vectors without a mean of 0 over the classes have a part that only the penalty curves.
  @Test(arguments: [false, true], [1e-30, 1, 1e30])
  func theDirectionSolvesTheEquationsOfNewtonsMethod(isOneVsRest: Bool, scale: Double) throws {
    let sparse = try SparseCase(rows: 90, columns: 70).datasets().sparse
    let network = try Sequential(input: sparse.featureShape, seed: 3) {
      Dense(sparse.classCount)
    }
    let objective = try Objective(
      network, on: sparse, loss: isOneVsRest ? .oneVsRest() : .crossEntropy, l2Penalty: 0.01)
    let point = objective.parameters.map { Double($0) }
    var (gradient, product): ([Double], [Double]) = ([], [])
    try objective.valueAndGradient(at: point, into: &gradient)
    for index in objective.layout.segments[0].range { gradient[index] += 0.01 }
    gradient = gradient.map { scale * $0 }
    let direction = try direction(of: objective, at: point, for: gradient, forcing: 1e-4)
    try objective.hessianVectorProduct(at: point, vector: direction, into: &product)
    #expect(distance(product, gradient.map { -$0 }) < 1e-3 * norm(gradient))
  }

  // The diagonal of the Hessian is of squares, so it takes the scales of the columns away.
  @Test func theScalesOfTheColumnsDoNotChangeTheNumberOfProducts() throws {
    let base = try SparseCase(rows: 200, columns: 50).datasets().sparse
    let rows = try #require(base.features.sparse)
    func productCount(exponents: Int) throws -> Int {
      let values = zip(rows.values, rows.columns).map { value, column in
        value * Float(sign: .plus, exponent: Int(column) * 7 % 21 * exponents, significand: 1)
      }
      let matrix = try SparseMatrix(
        columnCount: rows.columnCount, rowOffsets: rows.rowOffsets,
        columns: rows.columns, values: values)
      let dataset = try base.replacing(features: .sparse(matrix))
      let objective = try Objective(network(for: dataset), on: dataset)
      let zeros = objective.parameters.map { _ in 0.0 }
      var gradient: [Double] = []
      try objective.valueAndGradient(at: zeros, into: &gradient)
      let equations = try #require(objective.sparseEquations)
      return equations.solution(
        at: zeros, gradient: gradient, l2Penalty: 0, columnCounts: [], forcing: 1e-2,
        greatestProductCount: 200,
        team: objective.linearTeam
      ).productCount
    }
    let count = try productCount(exponents: 0)
    #expect(count < 30)
    #expect(try abs(productCount(exponents: 1) - count) <= 1)
  }

  @Test func manyColumnsAreSolvedByNewtonsMethodToTheOptimumOfTheFloats() throws {
    let (sparse, full) = try SparseCase(rows: 150, columns: 3000).datasets()
    let regression = SoftmaxRegression(l2Penalty: 1e-2)
    let record = try #require(regression.fitted(to: sparse, threads: 2).trainingRecord)
    #expect(record.optimizer == "Newton-CG" && record.isConverged == true)
    let ofFull = try #require(regression.fitted(to: full).trainingRecord)
    #expect(ofFull.optimizer == "L-BFGS")
    let (objective, expected) = try (#require(record.objective), #require(ofFull.objective))
    #expect(objective <= expected + 1e-9)
    let (gap, gapOfFull) = try (#require(record.objectiveGap), #require(ofFull.objectiveGap))
    // Each bound holds for the other's objective.
    #expect(objective - gap <= expected && expected - gapOfFull <= objective)
    #expect(gap < 1e-8 * objective)
  }

  @Test func aSolveThatIsResumedHasTheSameBits() throws {
    let sparse = try SparseCase(rows: 150, columns: 3000).datasets().sparse
    let regression = SoftmaxRegression(l2Penalty: 1e-3)
    let witness = CheckpointWitness()
    let whole = try regression.fitted(to: sparse, threads: 1)
    _ = try SoftmaxRegression(l2Penalty: 1e-3, iterations: 2)
      .fitted(to: sparse, callbacks: [witness])
    let resumed = try regression.fitted(
      to: sparse, callbacks: [CheckpointWitness()], resuming: witness.checkpoints.last, threads: 3)
    #expect(resumed.network == whole.network)
  }

  @Test func rowsThatAreNearlyFullAreSolvedAsFloats() throws {
    let matrix = try SparseMatrix(
      columnCount: 2, rowOffsets: [0, 2, 3, 5, 6], columns: [0, 1, 0, 0, 1, 1],
      values: [1, 2, 3, 4, 5, 6])
    func dataset(_ features: Features) throws -> LabeledDataset {
      try LabeledDataset(features: features, labels: [0, 1, 0, 1], classNames: ["a", "b"])
    }
    let sparse = try SoftmaxRegression().fitted(to: dataset(.sparse(matrix)))
    let full = try SoftmaxRegression().fitted(to: dataset(.floats(matrix.floats())))
    #expect(sparse.network == full.network)
  }

  @Test func trainingByBatchesAndPredictionHaveTheBitsOfTheFloats() throws {
    for hidden in [[], [20]] {
      for normalizes in [false, true] {
        let (sparse, full) = try SparseCase(rows: 70, columns: 90).datasets()
        let estimator = MLPClassifier(
          hiddenUnits: hidden, normalizesBatches: normalizes && !hidden.isEmpty, epochs: 2,
          batchSize: 16, seed: 4)
        let (ours, expected) = try (
          estimator.fitted(to: sparse, threads: 2), estimator.fitted(to: full, threads: 2)
        )
        #expect(ours.network == expected.network)
        #expect(
          try ours.logits(for: sparse.features) == expected.logits(for: full.features))
        #expect(
          try ours.evaluation(on: sparse).logLoss == expected.evaluation(on: full).logLoss)
      }
    }
  }

  // With 1 to 8 chunks of the sums, and outputs or inputs in vector lanes.
  @Test(arguments: [40, 100, 2000, 5000], [3, 40])
  func predictionsOfVerySparseRowsHaveTheBitsOfTheFloats(columns: Int, classes: Int) throws {
    let generator = CounterBasedGenerator(seed: 5)
    var (offsets, places, values) = ([0], [Int32](), [Float]())
    for row in 0..<20 {
      let chosen = Set(
        (0..<columns / 30).map {
          Int(generator.bits(at: UInt64(row * 1000 + $0)) % UInt64(columns))
        })
      for column in chosen.sorted() {
        places.append(Int32(column))
        values.append(generator.uniform(at: UInt64(column)) - 0.5)
      }
      offsets.append(values.count)
    }
    let matrix = try SparseMatrix(
      columnCount: columns, rowOffsets: offsets, columns: places, values: values)
    let network = try Sequential(input: [columns], seed: 1) { Dense(classes, activation: .softmax) }
    let predictor = try Predictor(network)
    let (sparse, full) = (Features.sparse(matrix), Features.floats(matrix.floats()))
    #expect(try predictor.logits(for: sparse) == predictor.logits(for: full))
    #expect(try predictor.probabilities(for: sparse) == predictor.probabilities(for: full))
  }

  @Test(arguments: [
    SparseCase(), SparseCase(columns: 70, classes: 8),
    SparseCase(columns: 30, classes: 2, isWeighted: true),
    SparseCase(isWeighted: true, isSoft: true),
  ])
  func anL1PenaltyGivesTheAnswerOfFullRows(_ test: SparseCase) throws {
    let (sparse, full) = try test.datasets()
    for (l1, l2) in [(0.01, 0), (0.005, 0.02)] {
      let estimator = SoftmaxRegression(l1Penalty: l1, l2Penalty: l2)
      let ours = try estimator.fitted(to: sparse, threads: 2)
      let expected = try estimator.fitted(to: full)
      let (record, other) = try (
        #require(ours.trainingRecord), #require(expected.trainingRecord)
      )
      let best = try #require(other.objective)
      #expect(try abs(#require(record.objective) - best) <= 1e-8 * best)
      #expect(record.isConverged == true && record.optimizer == "proximal Newton")
      #expect(try #require(record.objectiveGap) < 1e-7)
      let (weight, same) = try (
        #require(ours.network.layers.last?.weight), #require(expected.network.layers.last?.weight)
      )
      #expect(weight.elements.contains(0))
      for (w, v) in zip(weight.elements, same.elements) { #expect(abs(w - v) < 1e-3) }
      #expect(try ours == estimator.fitted(to: sparse, threads: 1))
    }
  }

  @Test func aSolveWithAnL1PenaltyGoesOnToTheSameBits() throws {
    let data = try SparseCase(columns: 70, classes: 8).datasets().sparse
    let whole = try SoftmaxRegression(l1Penalty: 0.005).fitted(to: data)
    let witness = CheckpointWitness()
    _ = try SoftmaxRegression(l1Penalty: 0.005, iterations: 2).fitted(
      to: data, callbacks: [witness])
    let resumed = try SoftmaxRegression(l1Penalty: 0.005).fitted(
      to: data, callbacks: [CheckpointWitness()], resuming: witness.checkpoints.last)
    #expect(resumed == whole)
  }

  @Test func standardizedSparseRowsAreTheStandardizedFloats() throws {
    let (sparse, full) = try SparseCase(rows: 40).datasets()
    let (ours, expected) = try (
      Pipeline([.standardize], fittedTo: sparse), Pipeline([.standardize], fittedTo: full)
    )
    #expect(
      try ours.apply(to: sparse.features).matrix == expected.apply(to: full.features).matrix)
  }

  @Test func floatsThatExceedTheMemoryAreAnErrorThatSaysSo() throws {
    let matrix = try SparseMatrix(
      columnCount: 1 << 28, rowOffsets: Array(0...100_000),
      columns: Array(repeating: 7, count: 100_000),
      values: Array(repeating: 1, count: 100_000))
    let error = #expect(throws: SoftmaxError.self) {
      try SoftmaxRegression(preprocessing: [.standardize]).fitted(
        to: LabeledDataset(
          features: .sparse(matrix), labels: (0..<100_000).map { $0 % 2 }, classNames: ["a", "b"]))
    }
    #expect(error?.code == .unsupported)
    #expect(error?.message.hasPrefix("preprocessing 100000 rows") == true)
  }

  @Test func theNumberOfTheFirstColumnIsKeptInThePipeline() throws {
    let sparse = try SparseCase(rows: 40).datasets().sparse
    let model = try SoftmaxRegression().fitted(to: sparse)
    #expect(model.pipeline.firstColumnNumber == 1)
    #expect(model.pipeline.description == "columns from number 1")
  }
}
