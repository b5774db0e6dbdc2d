// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore
import SoftmaxTestSupport
import Testing

@testable import SoftmaxModels

@Suite struct ProximalNewtonTests {
  private func network(for dataset: LabeledDataset, seed: UInt64 = 3) throws -> Sequential {
    try Sequential(input: dataset.featureShape, seed: seed) {
      Dense(dataset.classCount, activation: .softmax)
    }
  }

  private func quadratic(
    _ hessian: [[Double]], slopes: [Double], thresholds: [Double], start: [Double], in arena: Arena
  ) -> PenalizedQuadratic {
    let matrix = arena.doubles(rowCount: slopes.count, columnCount: slopes.count)
    for (row, values) in hessian.enumerated() {
      for (column, value) in values.enumerated() { matrix[row, column] = value }
    }
    return PenalizedQuadratic(
      hessian: matrix, slopes: slopes, thresholds: thresholds, start: start, kernels: .best)
  }

  // MARK: The quadratic model

  @Test func aQuadraticWithoutThresholdsIsSolvedLikeEquations() throws {
    let arena = Arena()
    var model = quadratic(
      [[2, 1], [1, 3]], slopes: [-4, -7], thresholds: [0, 0], start: [0, 0], in: arena)
    let x = withExtendedLifetime(arena) { model.minimizer(tolerance: 1e-12) }
    #expect(abs(x[0] - 1) < 1e-9 && abs(x[1] - 2) < 1e-9)
  }

  @Test func aThresholdAsGreatAsTheSlopeKeepsTheZero() throws {
    let arena = Arena()
    // x1 stays 0; x2 = (7 - 1) / 3; x3 begins at 2 and becomes 0.
    var model = quadratic(
      [[2, 0, 0], [0, 3, 0], [0, 0, 1]], slopes: [-4, -7, 1], thresholds: [4, 1, 1],
      start: [0, 0, 2], in: arena)
    let x = withExtendedLifetime(arena) { model.minimizer(tolerance: 1e-12) }
    #expect(x[0] == 0 && abs(x[1] - 2) < 1e-12 && x[2] == 0)
  }

  // Columns that are almost equal, where coordinate descent alone takes very many sweeps.
  @Test func theMinimumOfAnIllConditionedQuadraticFulfilsItsConditions() throws {
    let arena = Arena()
    let count = 30
    let generator = CounterBasedGenerator(seed: 4)
    func uniform(_ index: Int) -> Double { Double(generator.uniform(at: UInt64(index))) - 0.5 }
    let columns = (0..<count).map { column in
      (0..<40).map { row in uniform(row) + 0.01 * uniform(1000 + 40 * column + row) }
    }
    let hessian = (0..<count).map { a in
      (0..<count).map { b in zip(columns[a], columns[b]).reduce(0) { $0 + $1.0 * $1.1 } }
    }
    let slopes = (0..<count).map { 3 * uniform(9000 + $0) }
    let thresholds = (0..<count).map { $0 == 0 ? 0 : 0.5 }
    var model = quadratic(
      hessian, slopes: slopes, thresholds: thresholds, start: slopes.map { _ in 0 }, in: arena)
    let x = withExtendedLifetime(arena) { model.minimizer(tolerance: 1e-9) }
    for index in 0..<count {
      let slope = slopes[index] + zip(hessian[index], x).reduce(0) { $0 + $1.0 * $1.1 }
      let least = PenalizedQuadratic.leastSubgradient(
        slope: slope, value: x[index], threshold: thresholds[index])
      #expect(abs(least) < 1e-6, "\(index)")
    }
    #expect(x.contains(0) && x.contains { $0 != 0 })
  }

  // MARK: The matrix

  @Test(arguments: [2, 3]) func theMatrixHoldsProductsWithTheHessian(classCount: Int) throws {
    // Several blocks of rows, the last one not full.
    let base = try triangle(count: 600)
    let dataset = try LabeledDataset(
      features: base.features, labels: base.labels.map { $0 % classCount },
      classNames: (0..<classCount).map { "\($0)" }
    ).weighted(by: (0..<600).map { Float(1 + $0 % 3) })
    let objective = try Objective(
      network(for: dataset), on: dataset, loss: .crossEntropy(labelSmoothing: 0.1),
      l1Penalty: 0.01, l2Penalty: 0.02, threads: 2)
    let point = objective.parameters.map { 3 * Double($0) }
    let coordinates = try #require(objective.linearCoordinates)
    let active = coordinates.values(of: point).indices.filter { $0 % 4 != 1 }
    let hessian = objective.activeHessian(active, at: point)
    for (column, coordinate) in active.enumerated() {
      // A difference of two antisymmetric points, for two classes.
      let ends = [-0.5, 0.5].map {
        coordinates.moved(
          [Double](repeating: 0, count: point.count), [coordinate], from: [0], to: [$0])
      }
      var product: [Double] = []
      try objective.hessianVectorProduct(
        at: point, vector: zip(ends[0], ends[1]).map { $1 - $0 }, into: &product)
      let slopes = coordinates.slopes(of: product)
      for (row, other) in active.enumerated() {
        #expect(
          abs(hessian.matrix[row, column] - slopes[other]) < 1e-7, "\(other) \(coordinate)")
      }
    }
  }

  // MARK: The optimum

  @Test func theOptimumIsThatOfScikitLearn() throws {
    for optimum in try GoldenOptimum.load("sparse-optima") {
      let dataset = try optimum.dataset()
      var network = try network(for: dataset)
      let result = try network.fit(
        to: dataset, solver: ProximalNewton(), l1Penalty: optimum.l1Penalty,
        l2Penalty: optimum.l2OfOutputs)
      #expect(result.isConverged, "\(optimum.name)")
      #expect(
        abs(result.objective - optimum.objective) <= 1e-8 * optimum.objective,
        "\(optimum.name): \(result.objective), \(optimum.objective)")
      #expect(try #require(result.objectiveGap) < 1e-8, "\(optimum.name)")
      #expect(result.iterations < 30, "\(optimum.name)")
    }
  }

  @Test func aWeightIsZeroExactlyWhereItsSlopeIsLessThanThePenalty() throws {
    for optimum in try GoldenOptimum.load("sparse-optima") {
      let dataset = try optimum.dataset()
      let objective = try Objective(
        network(for: dataset), on: dataset, l1Penalty: optimum.l1Penalty,
        l2Penalty: optimum.l2OfOutputs)
      let result = try ProximalNewton().minimize(objective)
      let state = try SolverState(at: result.parameters.map { Double($0) }, of: objective)
      let slopes = state.smoothGradient
      for index in objective.layout.segments[0].range {
        let (w, slope) = (state.parameters[index], slopes[index])
        if abs(slope) < optimum.l1Penalty * (1 - 1e-4) {
          #expect(w == 0, "\(optimum.name) \(index)")
        }
        #expect(abs(slope) < optimum.l1Penalty * (1 + 1e-4), "\(optimum.name) \(index)")
        if w != 0 {
          #expect(abs(slope + (w > 0 ? 1 : -1) * optimum.l1Penalty) < 1e-4 * optimum.l1Penalty)
        }
      }
    }
  }

  @Test func theGapIsAnUpperBoundThatShrinks() throws {
    for optimum in try GoldenOptimum.load("sparse-optima") {
      let dataset = try optimum.dataset()
      var gaps: [Double] = []
      for iterations in [0, 1, 2, 3, 4, 30] {
        var network = try network(for: dataset)
        let result = try network.fit(
          to: dataset, solver: ProximalNewton(), iterations: iterations,
          l1Penalty: optimum.l1Penalty,
          l2Penalty: optimum.l2OfOutputs)
        guard let gap = result.objectiveGap else { continue }
        #expect(gap >= result.objective - optimum.objective - 1e-9, "\(optimum.name)")
        gaps.append(gap)
      }
      #expect(gaps.count >= 3, "\(optimum.name)")
      let (first, last) = try (#require(gaps.first), #require(gaps.last))
      #expect(last < 1e-8 && last < first, "\(optimum.name)")
    }
  }

  @Test func withoutAnL1PenaltyTheOptimumIsThatOfNewtonsMethod() throws {
    let dataset = try triangle(count: 120)
    func objective(_ solver: some Solver) throws -> Double {
      var network = try network(for: dataset)
      let result = try network.fit(to: dataset, solver: solver, l2Penalty: 0.01)
      #expect(result.isConverged)
      return result.objective
    }
    #expect(try abs(objective(ProximalNewton()) - objective(NewtonCG())) < 1e-9)
  }

  @Test func aGreatPenaltyLeavesTheSharesOfTheClasses() throws {
    let dataset = try triangle(count: 100)
    var network = try network(for: dataset)
    let result = try network.fit(to: dataset, solver: ProximalNewton(), l1Penalty: 10)
    #expect(result.isConverged)
    let layer = try #require(network.layers.last)
    #expect(try #require(layer.weight).elements.allSatisfy { $0 == 0 })
    let bias = try #require(layer.bias)
    let greatest = try #require(bias.max())
    let exponentials = bias.map { ElementaryFunctions.exponential(Double($0 - greatest)) }
    for unit in 0..<3 {
      let share = Double(dataset.labels.count { $0 == unit }) / 100
      #expect(abs(exponentials[unit] / exponentials.reduce(0, +) - share) < 1e-6)
    }
  }

  // MARK: Many weights, many rows

  @Test func stepsByProductsReachTheOptimumToo() throws {
    // The digits take a thousand products, some seconds where C is not optimised.
    for optimum in try GoldenOptimum.load("sparse-optima") where optimum.name != "digits" {
      let dataset = try optimum.dataset()
      // Without a matrix; then with one where few weights may move.
      for matrixSize in [0, 40] {
        var solver = ProximalNewton(gapTolerance: 1e-6)
        solver.limits.matrixSize = matrixSize
        var network = try network(for: dataset)
        let result = try network.fit(
          to: dataset, solver: solver, iterations: 300, l1Penalty: optimum.l1Penalty,
          l2Penalty: optimum.l2OfOutputs)
        #expect(result.isConverged, "\(optimum.name) \(matrixSize)")
        #expect(
          result.objective - optimum.objective <= 1e-6 * optimum.objective,
          "\(optimum.name) \(matrixSize)")
      }
    }
  }

  // 4,500 weights, none of them 0.
  @Test func aStepOfMoreThan4096WeightsChangesNoSign() throws {
    let dataset = try triangle(count: 60, features: 1500)
    func make(threads: Int) throws -> Objective {
      try Objective(network(for: dataset), on: dataset, l1Penalty: 0.002, threads: threads)
    }
    let objective = try make(threads: 2)
    let before = try SolverState(
      at: objective.parameters.map { Double($0 == 0 ? 0.01 : $0) }, of: objective)
    var state = before
    #expect(try ProximalNewton().iterate(&state, on: objective))
    var same = before
    #expect(try ProximalNewton().iterate(&same, on: make(threads: 1)))
    #expect(same.parameters == state.parameters)
    #expect(state.value.objective < 0.9 * before.value.objective)
    // The products are counted, and the evaluation of the line search.
    #expect(state.evaluationCount > before.evaluationCount + 5)
    let weights = objective.layout.segments[0].range
    #expect(weights.allSatisfy { state.parameters[$0] * before.parameters[$0] >= 0 })
    #expect(weights.contains { state.parameters[$0] == 0 })
  }

  @Test func theMatrixOfSomeRowsIsNearThatOfAll() throws {
    let dataset = try triangle(count: 1700).weighted(by: (0..<1700).map { Float(1 + $0 % 2) })
    let objective = try Objective(network(for: dataset), on: dataset, l1Penalty: 0.001)
    let point = objective.parameters.map { 3 * Double($0) }
    let active = Array(try #require(objective.linearCoordinates).values(of: point).indices)
    let all = objective.activeHessian(active, at: point)
    let some = objective.activeHessian(active, at: point, rowCount: 300, candidateCount: 1000)
    var (difference, norm) = (0.0, 0.0)
    for row in active.indices {
      for column in active.indices {
        let (a, b) = (all.matrix[row, column], some.matrix[row, column])
        difference += (a - b) * (a - b)
        norm += a * a
      }
    }
    #expect(difference > 0)
    #expect((difference / norm).squareRoot() < 0.15)
  }

  @Test func aMatrixOfSomeRowsLeadsToTheSameOptimum() throws {
    let dataset = try triangle(count: 1700)
    func result(_ leastRowCount: Int?, threads: Int) throws -> SolverResult {
      var solver = ProximalNewton()
      if let leastRowCount {
        solver.limits.matrixWork = 0
        solver.limits.leastRowCount = leastRowCount
      }
      var network = try network(for: dataset)
      return try network.fit(
        to: dataset, solver: solver, l1Penalty: 0.003, threads: threads)
    }
    let all = try result(nil, threads: 1)
    let some = try result(200, threads: 1)
    #expect(all.isConverged && some.isConverged)
    #expect(abs(some.objective - all.objective) <= 1e-9 * all.objective)
    #expect(some.iterations > all.iterations)
    #expect(try result(200, threads: 3).parameters == some.parameters)
  }

  // MARK: Bits

  @Test(arguments: [1, 2, 3])
  func theBitsDependNeitherOnThreadsNorOnInterruptions(threads: Int) throws {
    for (dataset, l1Penalty) in [
      (try #require(try GoldenOptimum.load("sparse-optima").last).dataset(), 0.002),
      (try triangle(count: 1700), 0.003),
    ] {
      func fit(
        _ iterations: Int, threads: Int, callbacks: [any TrainingCallback] = [],
        resuming checkpoint: Checkpoint? = nil
      ) throws -> (Sequential, SolverResult) {
        var network = try network(for: dataset)
        let result = try network.fit(
          to: dataset, solver: ProximalNewton(), iterations: iterations, l1Penalty: l1Penalty,
          callbacks: callbacks, resuming: checkpoint, threads: threads)
        return (network, result)
      }
      let (whole, expected) = try fit(7, threads: 1)
      let witness = CheckpointWitness()
      _ = try fit(3, threads: threads, callbacks: [witness])
      let (resumed, result) = try fit(
        7, threads: threads, resuming: witness.checkpoints.last)
      #expect(resumed == whole)
      #expect(result.objective == expected.objective)
      #expect(result.evaluations == expected.evaluations)
    }
  }

  // MARK: Errors

  @Test func whatItIsNotMadeForIsAnError() throws {
    let dataset = try triangle(count: 30)
    for solver in [ProximalNewton(gradientTolerance: -1), ProximalNewton(gapTolerance: -1)] {
      var network = try network(for: dataset)
      let error = #expect(throws: SoftmaxError.self) {
        try network.fit(to: dataset, solver: solver, l1Penalty: 0.1)
      }
      #expect(error?.code == .invalidArgument)
    }
    var hidden = try Sequential(input: [5], seed: 2) {
      Dense(4, activation: .tanh)
      Dense(3, activation: .softmax)
    }
    let error = #expect(throws: SoftmaxError.self) {
      try hidden.fit(to: dataset, solver: ProximalNewton(), l1Penalty: 0.1)
    }
    #expect(error?.code == .unsupported && error?.remedy == "train by batches")
  }
}
