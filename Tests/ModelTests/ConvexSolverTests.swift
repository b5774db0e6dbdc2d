// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore
import SoftmaxTestSupport
import Testing

@testable import SoftmaxModels

@Suite struct ConvexSolverTests {
  private func network(
    for dataset: LabeledDataset, isOneVsRest: Bool = false
  ) throws -> Sequential {
    try Sequential(input: dataset.featureShape, seed: 3) {
      Dense(dataset.classCount, activation: isOneVsRest ? nil : .softmax)
    }
  }

  private func isNear(_ value: Double, _ expected: Double, _ share: Double) -> Bool {
    abs(value - expected) <= share * abs(expected)
  }

  @Test func newtonsMethodReachesTheOptimumOfScikitLearn() throws {
    for optimum in try GoldenOptimum.load() {
      let dataset = try optimum.dataset()
      var network = try network(for: dataset)
      let result = try network.fit(to: dataset, solver: NewtonCG(), l2Penalty: optimum.l2)
      #expect(isNear(result.objective, optimum.objective, 1e-9), "\(optimum.name)")
      #expect(result.iterations < 30, "\(optimum.name)")
      // The weights are unique; the biases are but for a constant.
      let layer = try #require(network.layers.last)
      let weight = try #require(layer.weight)
      let bias = try #require(layer.bias)
      let mean = bias.reduce(0) { $0 + Double($1) } / Double(bias.count)
      for unit in 0..<optimum.classes {
        for (column, expected) in optimum.weight[unit].enumerated() {
          #expect(abs(Double(weight[unit, column]) - expected) < 1e-5, "\(optimum.name)")
        }
        #expect(abs(Double(bias[unit]) - mean - optimum.bias[unit]) < 1e-5, "\(optimum.name)")
      }
    }
  }

  @Test func theGapIsAnUpperBoundThatShrinksToRounding() throws {
    for optimum in try GoldenOptimum.load() where optimum.name != "wine" {
      let dataset = try optimum.dataset()
      var gaps: [Double] = []
      for iterations in [0, 1, 2, 3, 4, 5, 30] {
        var network = try network(for: dataset)
        let result = try network.fit(
          to: dataset, solver: NewtonCG(), iterations: iterations, l2Penalty: optimum.l2)
        guard let gap = result.objectiveGap else { continue }
        #expect(gap >= result.objective - optimum.objective - 1e-12, "\(optimum.name)")
        gaps.append(gap)
      }
      #expect(gaps.count >= 3)
      #expect(try #require(gaps.last) < 1e-9, "\(optimum.name)")
    }
  }

  @Test func withSampleAndClassWeightsTheGapIsABoundToo() throws {
    let dataset = try triangle(count: 120)
      .weighted(by: (0..<120).map { Float(1 + $0 % 3) })
    let loss = Loss.crossEntropy(labelSmoothing: 0.1, classWeights: [1, 2, 0.5])
    func result(_ iterations: Int) throws -> SolverResult {
      var network = try network(for: dataset)
      return try network.fit(
        to: dataset, solver: NewtonCG(), loss: loss, iterations: iterations, l2Penalty: 0.01)
    }
    let end = try result(50)
    #expect(try #require(end.objectiveGap) < 1e-9)
    for iterations in [1, 2, 3] {
      let early = try result(iterations)
      #expect(try #require(early.objectiveGap) >= early.objective - end.objective - 1e-9)
    }
  }

  @Test func withDistributionsAsTargetsTheGapIsABoundToo() throws {
    let labels = try triangle(count: 90)
    let targets = try Matrix(
      (0..<90).map { row in
        (0..<3).map { [0.5, 0.375, 0.125][($0 + 3 - labels.labels[row]) % 3] }
      })
    let dataset = try LabeledDataset(
      features: labels.features, distributions: targets, classNames: labels.classNames)
    func result(_ iterations: Int) throws -> SolverResult {
      var network = try network(for: dataset)
      return try network.fit(
        to: dataset, solver: NewtonCG(), iterations: iterations, l2Penalty: 0.01)
    }
    let end = try result(50)
    #expect(end.isConverged)
    #expect(try #require(end.objectiveGap) < 1e-9)
    for iterations in [2, 3] {
      let early = try result(iterations)
      #expect(try #require(early.objectiveGap) >= early.objective - end.objective - 1e-9)
    }
  }

  // A column may be tiny or huge, and its mean far from 0.
  @Test func columnsOfAnyScaleAreSolved() throws {
    let base = try triangle(count: 300)
    func converges(_ scale: Float, _ shift: Float) throws -> Bool {
      var features = base.features.matrix
      for row in 0..<features.rowCount { features[row, 0] = features[row, 0] * scale + shift }
      let dataset = try LabeledDataset(
        features: .floats(features), labels: base.labels, classNames: base.classNames)
      var network = try network(for: dataset)
      try network.setValues(
        Array(repeating: 0, count: 15), of: "weight", inLayer: 0)
      return try network.fit(to: dataset, solver: NewtonCG(), l2Penalty: 1.0 / 300).isConverged
    }
    for (scale, shift) in [(1e-27, 0), (1e-6, 0), (1e6, 0), (1e7, 1.7e9), (1, 1000)] {
      #expect(try converges(Float(scale), Float(shift)), "\(scale) \(shift)")
    }
  }

  // The model is certain of every row and wrong about some, so the Hessian is 0.
  @Test func aStartWithoutCurvatureIsLeft() throws {
    let dataset = try triangle(count: 60)
    var network = try network(for: dataset)
    try network.setValues(
      (0..<15).map { Float($0 % 4) * 1000 - 1500 }, of: "weight", inLayer: 0)
    let result = try network.fit(
      to: dataset, solver: NewtonCG(sampleCount: 20), l2Penalty: 0.01)
    #expect(result.isConverged)
  }

  @Test func lbfgsReachesTheOptimumOfScikitLearn() throws {
    for optimum in try GoldenOptimum.load() where optimum.name != "wine" {
      let dataset = try optimum.dataset()
      var network = try network(for: dataset)
      let result = try network.fit(
        to: dataset, solver: LBFGS(gradientTolerance: 1e-5), iterations: 2000,
        l2Penalty: optimum.l2)
      #expect(isNear(result.objective, optimum.objective, 1e-5), "\(optimum.name)")
    }
  }

  @Test func lbfgsTakesFewerEvaluationsThanGradientDescent() throws {
    let dataset = try GoldenOptimum.load()[0].dataset()
    func evaluations(_ solver: some Solver) throws -> Int {
      var network = try network(for: dataset)
      let result = try network.fit(
        to: dataset, solver: solver, iterations: 5000, l2Penalty: 0.01)
      #expect(result.isConverged)
      return result.evaluations
    }
    let slow = try evaluations(GradientDescent(gradientTolerance: 1e-2))
    #expect(try 4 * evaluations(LBFGS(gradientTolerance: 1e-2)) < slow)
    #expect(try 8 * evaluations(NewtonCG(gradientTolerance: 1e-2)) < slow)
  }

  // With a penalty that is scaled too, the problem is the same.
  @Test func theScaleOfTheFeaturesHardlyChangesTheWorkOfNewtonsMethod() throws {
    let optimum = try #require(try GoldenOptimum.load().last)
    func result(_ factor: Float) throws -> SolverResult {
      let dataset = try optimum.dataset(times: factor)
      let objective = try Objective(
        network(for: dataset), on: dataset, l2Penalty: optimum.l2 * Double(factor * factor))
      let zeros = [Float](repeating: 0, count: objective.parameterCount)
      return try NewtonCG().minimize(objective, from: zeros)
    }
    let base = try result(1)
    for factor in [1.0 / 64, 64] as [Float] {
      let scaled = try result(factor)
      #expect(scaled.isConverged)
      #expect(isNear(scaled.objective, optimum.objective, 1e-9))
      #expect(scaled.evaluations <= 2 * base.evaluations)
    }
  }

  @Test(arguments: [1, 2, 3])
  func theBitsDependNeitherOnThreadsNorOnInterruptions(threads: Int) throws {
    func solve<S: Solver>(_ solver: S, on dataset: LabeledDataset) throws {
      var whole = try network(for: dataset)
      let expected = try whole.fit(
        to: dataset, solver: solver, iterations: 7, l2Penalty: 0.01, threads: 1)
      var first = try network(for: dataset)
      let witness = CheckpointWitness()
      try first.fit(
        to: dataset, solver: solver, iterations: 3, l2Penalty: 0.01, callbacks: [witness],
        threads: threads)
      var resumed = try network(for: dataset)
      let result = try resumed.fit(
        to: dataset, solver: solver, iterations: 7, l2Penalty: 0.01,
        resuming: witness.checkpoints.last, threads: threads)
      #expect(resumed == whole)
      #expect(result.objective == expected.objective)
      #expect(result.evaluations == expected.evaluations)
    }
    // 650 parameters: several blocks of the factor; 1,700 rows: several slices of rows.
    for dataset in [
      try #require(try GoldenOptimum.load().last).dataset(), try triangle(count: 1700),
    ] {
      try solve(LBFGS(memory: 2), on: dataset)
      try solve(LBFGS(), on: dataset)
      try solve(NewtonCG(), on: dataset)
      try solve(NewtonCG(sampleCount: 50), on: dataset)
    }
  }

  // The estimate from all rows is the Hessian, so the factor undoes its products.
  @Test func theFactorOfAllRowsInvertsTheHessian() throws {
    let optimum = try #require(try GoldenOptimum.load().last)
    let dataset = try optimum.dataset()
      .weighted(by: (0..<200).map { Float($0 % 3) })
    let objective = try Objective(
      network(for: dataset), on: dataset,
      loss: .crossEntropy(classWeights: (1...10).map { Double($0) }), l2Penalty: 1, threads: 2)
    let point = objective.parameters
    let factor = try objective.hessianFactor(at: point, rowCount: 1000)
    let generator = CounterBasedGenerator(seed: 5)
    // Without a change of the biases, whose sum has no curvature.
    let vector = point.indices.map { index in
      index < 640 ? Double(generator.uniform(at: UInt64(index))) - 0.5 : 0
    }
    var product: [Double] = []
    try objective.hessianVectorProduct(
      at: point.map { Double($0) }, vector: vector, into: &product)
    factor.solve(&product)
    for (index, value) in vector.enumerated() {
      #expect(abs(product[index] - value) < 2e-2, "\(index)")
    }
  }

  // 60 rows are drawn from two blocks of 676, which stand for all 1,700.
  @Test func theFactorOfFewRowsHasTheScaleOfTheHessian() throws {
    let dataset = try triangle(count: 1700)
    let objective = try Objective(network(for: dataset), on: dataset, l2Penalty: 1e-3)
    let point = objective.parameters.map { _ in Float(0) }
    let plan = try #require(objective.linearPlan)
    let vector = plan.centered(
      point.indices.map { ($0 < 2 ? 1 : -0.5) })
    for form in [HessianFactor.Form.whole, .shared] {
      let factor = try objective.hessianFactor(form, at: point, rowCount: 60)
      var product: [Double] = []
      try objective.hessianVectorProduct(
        at: point.map { Double($0) }, vector: vector, into: &product)
      factor.solve(&product)
      let ratio =
        zip(product, vector).reduce(0) { $0 + $1.0 * $1.1 }
        / vector.reduce(0) { $0 + $1 * $1 }
      #expect(0.5 < ratio && ratio < 2, "\(form): \(ratio)")
    }
  }

  // Of 302 parameters, so that halves are of three blocks.
  @Test func aFactorThatIsReadAsHalvesSolvesAsOneOfFloats() throws {
    let dataset = try triangle(count: 1100, features: 150)
    let objective = try Objective(
      network(for: dataset), on: dataset, l2Penalty: 0.1, threads: 2)
    let plan = try #require(objective.linearPlan)
    func solution(_ greatestCachedCount: Int, threads: Int) throws -> [Double] {
      let factor = try HessianFactor(
        of: plan, objective.layout, on: dataset.features, l2Penalty: 0.1,
        at: objective.parameters, rowCount: 40, form: .whole,
        team: WorkerTeam(threadCount: threads), greatestCachedCount: greatestCachedCount)
      #expect((factor.halves != nil) == (greatestCachedCount < 302))
      var vector = objective.parameters.indices.map { Double($0 % 7) - 3 }
      factor.solve(&vector)
      return vector
    }
    let (floats, halves) = try (solution(302, threads: 2), solution(301, threads: 2))
    #expect(try solution(301, threads: 1) == halves && floats != halves)
    let difference = zip(floats, halves).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    #expect(difference < 0x1p-12 * floats.reduce(0) { $0 + $1 * $1 })
  }

  // Where all probabilities are equal, the approximation is the Hessian, of classes that are coupled for changes that
  // sum to 0.
  @Test(arguments: [Loss.crossEntropy, .oneVsRest()])
  func theSharedFactorInvertsTheHessianOfEqualProbabilities(loss: Loss) throws {
    let optimum = try #require(try GoldenOptimum.load().last)
    let dataset = try optimum.dataset()
    let objective = try Objective(
      network(for: dataset, isOneVsRest: loss.isOneVsRest), on: dataset, loss: loss, l2Penalty: 1,
      threads: 2)
    let point = objective.parameters.map { _ in Float(0) }
    let factor = try objective.hessianFactor(.shared, at: point, rowCount: 1000)
    let generator = CounterBasedGenerator(seed: 5)
    var vector = point.indices.map { Double(generator.uniform(at: UInt64($0))) - 0.5 }
    if !loss.isOneVsRest { vector = try #require(objective.linearPlan).centered(vector) }
    var product: [Double] = []
    try objective.hessianVectorProduct(
      at: point.map { Double($0) }, vector: vector, into: &product)
    factor.solve(&product)
    for (index, value) in vector.enumerated() {
      #expect(abs(product[index] - value) < 1e-3, "\(index)")
    }
  }

  // The first product at some parameters computes the probabilities, the others read them.
  @Test func productsHaveTheSameBitsWhetherProbabilitiesAreKeptOrNot() throws {
    // Several slices of rows.
    let dataset = try triangle(count: 1700).weighted(by: (0..<1700).map { Float($0 % 4) })
    let objective = try Objective(network(for: dataset), on: dataset, batchSize: 64, threads: 2)
    let start = objective.parameters.map { Double($0) }
    let points = [start, start.map { 3 * $0 + 0.5 }]
    let vectors = [points[0], points[1].map { $0 - 1 }]
    func product(_ point: [Double], _ vector: [Double], on objective: Objective) throws -> [Double]
    {
      var product: [Double] = []
      try objective.hessianVectorProduct(at: point, vector: vector, into: &product)
      return product
    }
    for (point, vector) in [(0, 0), (0, 1), (1, 1), (1, 0), (0, 0)] {
      let fresh = try Objective(network(for: dataset), on: dataset, batchSize: 64, threads: 1)
      #expect(
        try product(points[point], vectors[vector], on: objective)
          == product(points[point], vectors[vector], on: fresh))
    }
  }

  @Test func whatTheSolversAreNotMadeForIsAnError() throws {
    let dataset = try triangle(count: 30)
    func error(
      _ solver: some Solver, hidden: Bool = false, l1Penalty: Double = 0
    ) throws -> SoftmaxError? {
      var network = try Sequential(input: [5], seed: 2) {
        if hidden { Dense(4, activation: .tanh) }
        Dense(3, activation: .softmax)
      }
      return #expect(throws: SoftmaxError.self) {
        try network.fit(to: dataset, solver: solver, l1Penalty: l1Penalty)
      }
    }
    for memory in [0, 9] {
      #expect(try error(LBFGS(memory: memory))?.code == .invalidArgument)
    }
    #expect(try error(LBFGS(gradientTolerance: -1))?.code == .invalidArgument)
    #expect(try error(LBFGS(), l1Penalty: 0.1)?.code == .unsupported)
    #expect(try error(NewtonCG(sampleCount: 0))?.code == .invalidArgument)
    #expect(try error(NewtonCG(), l1Penalty: 0.1)?.code == .unsupported)
    #expect(try error(NewtonCG(), hidden: true)?.code == .unsupported)
    let wide = try LabeledDataset(
      features: .floats(Matrix(rowCount: 2, columnCount: 5000)), labels: [0, 1],
      classNames: ["a", "b"])
    var network = try network(for: wide)
    let large = #expect(throws: SoftmaxError.self) {
      try network.fit(to: wide, solver: NewtonCG())
    }
    #expect(large?.code == .unsupported && large?.remedy == "use LBFGS")
  }

  @Test func aStateOfAnotherMemoryIsRefused() throws {
    let objective = try Objective(network(for: triangle(count: 30)), on: triangle(count: 30))
    var state = try SolverState(at: objective.parameters.map { Double($0) }, of: objective)
    for vectors in [[[1]], [[1], [2]], Array(repeating: objective.parameters, count: 6)]
      as [[[Float]]]
    {
      state.vectors = vectors
      let error = #expect(throws: SoftmaxError.self) {
        try LBFGS(memory: 2).iterate(&state, on: objective)
      }
      #expect(error?.code == .invalidData)
      let ofNewton = #expect(throws: SoftmaxError.self) {
        try NewtonCG().iterate(&state, on: objective)
      }
      #expect(ofNewton?.code == .invalidData)
    }
  }
}
