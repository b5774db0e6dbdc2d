// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore
import SoftmaxTestSupport
import Testing

@testable import SoftmaxModels

/// Keeps a vector and a number from one iteration to the next, as the solvers to come will.
struct HeavyBall: Solver {
  let name = "heavy ball"
  var rate = 0.5
  var settings: [String: Double] { ["rate": rate] }
  let gradientTolerance = 0.0

  func validate(_ objective: Objective) throws(SoftmaxError) {}

  func iterate(
    _ state: inout SolverState, on objective: Objective
  ) throws(SoftmaxError) -> Bool {
    if state.vectors.isEmpty { state.vectors = [state.parameters.map { _ in 0 }] }
    state.values["count", default: 0] += 1
    state.stepLength = rate / (state.values["count"] ?? 1).squareRoot()
    var next = state.parameters
    for index in next.indices {
      state.vectors[0][index] =
        0.9 * state.vectors[0][index] - Float(state.stepLength * state.gradient[index])
      next[index] += Double(state.vectors[0][index])
    }
    var gradient: [Double] = []
    let value = try objective.valueAndGradient(at: next, into: &gradient)
    state.evaluationCount += 1
    state.move(to: next, value: value, gradient: gradient)
    return true
  }
}

@Suite struct SolverTests {
  func network(_ hidden: Int = 0) throws -> Sequential {
    try Sequential(input: [5], seed: 2) {
      if hidden > 0 { Dense(hidden, activation: .tanh) }
      Dense(3, activation: .softmax)
    }
  }

  @Test func gradientDescentEndsWhereTheGradientIsAsSmallAsAsked() throws {
    let dataset = try triangle(count: 90)
    var ends: [Double] = []
    for seed in [2, 3] as [UInt64] {
      let start = try Sequential(input: [5], seed: seed) { Dense(3, activation: .softmax) }
      var network = start
      let result = try network.fit(
        to: dataset, solver: GradientDescent(gradientTolerance: 1e-5), iterations: 1000,
        l2Penalty: 0.1)
      #expect(result.isConverged)
      #expect(result.gradientNorm <= 1e-5)
      #expect(result.iterations == result.history.epochs.count)
      #expect(result.evaluations > result.iterations)
      #expect(result.history.stopReason?.contains("norm") == true)
      ends.append(result.objective)

      // The certificate, by the reference in double.
      let reference = ReferenceNetwork(network)
      let samples = (0..<90).map { dataset.features.row($0).map(Double.init) }
      let batch = ReferenceLoss.Batch(dataset)
      let loss = ReferenceLoss(.crossEntropy)
      let logits = samples.map(reference.logits)
      var gradient = reference.backPropagated(samples, loss.gradient(logits, batch))[0]
      var objective = loss.value(logits, batch)
      for (unit, row) in reference.layers[0].weight.enumerated() {
        for (column, weight) in row.enumerated() {
          gradient.weight[unit][column] += 0.1 * weight
          objective += 0.05 * weight * weight
        }
      }
      let squares = (gradient.weight.joined() + gradient.bias).reduce(0) { $0 + $1 * $1 }
      #expect(abs(squares.squareRoot() - result.gradientNorm) < 1e-6)
      #expect(abs(objective - result.objective) < 1e-6)
    }
    // The objective is convex, so there is one least value.
    #expect(abs(ends[0] - ends[1]) < 1e-7)
  }

  @Test(arguments: [0, 40])
  func theBitsDependNeitherOnThreadsNorOnThePlan(hidden: Int) throws {
    // More rows than a block of the sums.
    let dataset = try triangle(count: 700)
    var results: [SolverResult] = []
    for (threads, plan) in [(1, Execution.Plan.fused), (2, .fused), (3, .fused), (2, .plain)] {
      let objective = try Objective(
        network(hidden), on: dataset, loss: .crossEntropy, optimizer: nil, batchSize: 256,
        l1Penalty: 0, l2Penalty: 0.01, execution: Execution(threads: threads, plan: plan))
      results.append(try GradientDescent().minimize(objective, iterations: 5))
    }
    for result in results {
      #expect(result.parameters == results[0].parameters)
      #expect(result.objective == results[0].objective)
      #expect(result.gradientNorm == results[0].gradientNorm)
    }
  }

  @Test func everyIterationMakesTheObjectiveLess() throws {
    var network = try network(6)
    let result = try network.fit(
      to: triangle(count: 90), solver: GradientDescent(), iterations: 20)
    let losses = result.history.epochs.map(\.loss)
    #expect(losses.count == 20)
    #expect(zip(losses, losses.dropFirst()).allSatisfy { $0 > $1 })
    // The record of an iteration is taken at its end.
    #expect(losses.last == result.objective)
    #expect(result.history.unit == .iteration)
    #expect(!result.isConverged && result.history.stopReason == nil)
  }

  // Armijo's condition, as far as the objective tells: a step that lessens it by less goes too far.
  @Test func everyStepLessensTheObjectiveInProportionToItsLength() throws {
    let objective = try Objective(network(), on: triangle(count: 90), l2Penalty: 0.1)
    var state = try SolverState(at: objective.parameters.map { Double($0) }, of: objective)
    var count = 0
    while state.gradientNorm > 1e-2 {
      let before = state
      try #require(try GradientDescent().iterate(&state, on: objective))
      let change = state.value.objective - before.value.objective
      let squaredNorm = before.gradientNorm * before.gradientNorm
      #expect(change <= -state.stepLength / 2 * squaredNorm * 0.999, "iteration \(count)")
      count += 1
    }
    #expect(count > 5)
  }

  // Near the end the objective changes by less than its roundings, and only the slopes lead on.
  @Test func gradientDescentGoesOnWhereTheObjectiveNoLongerTells() throws {
    var network = try network()
    let result = try network.fit(
      to: triangle(count: 90), solver: GradientDescent(gradientTolerance: 1e-6), iterations: 3000,
      l2Penalty: 0.1)
    #expect(result.isConverged)
  }

  @Test func whereASolverFindsNothingBetterTheResultSaysSo() throws {
    struct Stuck: Solver {
      let name = "stuck"
      let settings: [String: Double] = [:]
      let gradientTolerance = 0.0
      func validate(_ objective: Objective) throws(SoftmaxError) {}
      func iterate(
        _ state: inout SolverState, on objective: Objective
      ) throws(SoftmaxError) -> Bool { false }
    }
    var network = try network()
    let before = network
    let result = try network.fit(to: triangle(count: 30), solver: Stuck(), iterations: 9)
    #expect(!result.isConverged)
    #expect(result.iterations == 1)
    #expect(
      result.history.stopReason == "stuck finds no parameters of a lesser objective")
    #expect(network == before)
  }

  // MARK: Watched by callbacks

  @Test func callbacksSeeIterationsAndMayEndThem() throws {
    let dataset = try triangle(count: 90)
    var network = try network()
    var units: [TrainingHistory.Unit] = []
    let result = try network.fit(
      to: dataset, solver: GradientDescent(), iterations: 50, validation: .fraction(0.2),
      callbacks: [
        .onEpochEnd { status in
          units.append(status.history.unit)
          #expect(status.history.epochs.last?.validation != nil)
          #expect(status.learningRate == status.history.epochs.last?.learningRate)
          return status.progress.epoch == 7 ? .stop("seven") : .proceed
        }
      ])
    #expect(units == Array(repeating: .iteration, count: 7))
    #expect(result.iterations == 7)
    #expect(result.history.stopReason == "seven")
  }

  // The certificate is one of what is handed back.
  @Test func theCertificateIsOneOfTheBestParametersWhereThoseAreHandedBack() throws {
    struct Keeper: TrainingCallback {
      var kept: Sequential?
      mutating func epochEnds(_ status: TrainingStatus) throws -> TrainingDecision {
        if status.progress.epoch == 2 { kept = try status.network }
        return .proceed
      }
      mutating func trainingEnds(_ status: TrainingStatus, network: inout Sequential) throws {
        if let kept { network = kept }
      }
    }
    let dataset = try triangle(count: 90)
    var (long, short) = (try network(), try network())
    let kept = try long.fit(
      to: dataset, solver: GradientDescent(), iterations: 9, callbacks: [Keeper()])
    let expected = try short.fit(to: dataset, solver: GradientDescent(), iterations: 2)
    #expect(long == short)
    #expect(kept.parameters == expected.parameters)
    #expect(kept.objective == expected.objective)
    #expect(kept.gradientNorm == expected.gradientNorm)
  }

  @Test func earlyStoppingOnTheLossKeepsTheParametersOfTheIterationsEnd() throws {
    let dataset = try triangle(count: 90)
    var (stopped, short) = (try network(), try network())
    // No iteration is an improvement by so much but the first, over none.
    let result = try stopped.fit(
      to: dataset, solver: GradientDescent(), iterations: 50,
      callbacks: [.earlyStopping(patience: 3, monitor: .loss, minDelta: 10)])
    try short.fit(to: dataset, solver: GradientDescent(), iterations: 1)
    #expect(stopped == short)
    #expect(
      result.history.stopReason
        == "loss has not improved for 3 iterations, the best was iteration 1")
  }

  @Test func aCallbackCannotChangeTheLengthOfASolversSteps() throws {
    var network = try network()
    let error = #expect(throws: SoftmaxError.self) {
      try network.fit(
        to: triangle(count: 30), solver: GradientDescent(), iterations: 5,
        callbacks: [.onEpochEnd { _ in .scaleLearningRate(by: 0.5) }])
    }
    #expect(error?.code == .unsupported)
  }

  // Even if there is no plateau.
  @Test func aPlateausCallbackIsRefusedBeforeASolverBegins() throws {
    var network = try network()
    let before = network
    let error = #expect(throws: SoftmaxError.self) {
      try network.fit(
        to: triangle(count: 30), solver: GradientDescent(), iterations: 5,
        callbacks: [.reduceOnPlateau(patience: 100, monitor: .loss)])
    }
    #expect(error?.code == .unsupported)
    #expect(error?.remedy == "leave the callback out, or train by batches")
    #expect(network == before)
  }

  @Test func aSolverThatDivergesOnValidationSamplesIsNotOfferedALearningRate() throws {
    var network = try network()
    try network.setParameters(
      ofLayer: 0, weight: Matrix(rowCount: 3, columnCount: 5, repeating: 1), bias: [0, 0, 0])
    let huge = try LabeledDataset(
      features: .floats(Matrix(rowCount: 1, columnCount: 5, repeating: 3e38)), labels: [0],
      classNames: ["left", "right", "top"])
    let error = #expect(throws: SoftmaxError.self) {
      try network.fit(
        to: triangle(count: 30), solver: GradientDescent(), iterations: 5, validation: .data(huge))
    }
    #expect(error?.code == .diverged)
    #expect(error?.remedy == "try features of a smaller scale")
  }

  // MARK: Interrupted

  @Test(arguments: [0, 1, 3, 8])
  func aSolveThatGoesOnFromACheckpointHasTheSameBits(iterations: Int) throws {
    let dataset = try triangle(count: 90)
    func solve<S: Solver>(_ solver: S) throws {
      var (through, halved) = (try network(6), try network(6))
      let expected = try through.fit(
        to: dataset, solver: solver, iterations: 9, l2Penalty: 0.01, validation: .fraction(0.2),
        callbacks: [.earlyStopping(patience: 100)])
      let witness = CheckpointWitness()
      try halved.fit(
        to: dataset, solver: solver, iterations: iterations, l2Penalty: 0.01,
        validation: .fraction(0.2), callbacks: [.earlyStopping(patience: 100), witness])
      let checkpoint = try #require(witness.checkpoints.last)
      #expect(checkpoint.history.unit == .iteration)
      #expect(checkpoint.position == .init(epoch: iterations))
      var resumed = try network(6)
      let result = try resumed.fit(
        to: dataset, solver: solver, iterations: 9, l2Penalty: 0.01, validation: .fraction(0.2),
        callbacks: [.earlyStopping(patience: 100)], resuming: checkpoint)
      #expect(resumed == through)
      #expect(result.parameters == expected.parameters)
      #expect(result.objective == expected.objective)
      #expect(result.evaluations == expected.evaluations)
      #expect(result.iterations == expected.iterations)
      #expect(result.history.epochs.map(\.loss) == expected.history.epochs.map(\.loss))
    }
    try solve(GradientDescent())
    try solve(HeavyBall())
  }

  @Test func aSolveGoesOnOnlyAsItBegan() throws {
    let dataset = try triangle(count: 60)
    let witness = CheckpointWitness()
    var start = try network()
    try start.fit(
      to: dataset, solver: GradientDescent(), iterations: 2, callbacks: [witness])
    let checkpoint = try #require(witness.checkpoints.last)
    func message(_ body: (inout Sequential) throws -> Void) throws -> String {
      var other = try network()
      let error = #expect(throws: SoftmaxError.self) { try body(&other) }
      return error?.message ?? ""
    }
    #expect(
      try message {
        try $0.fit(
          to: dataset, solver: GradientDescent(gradientTolerance: 1e-6), resuming: checkpoint)
      }.contains("gradient_tolerance"))
    #expect(
      try message { try $0.fit(to: dataset, solver: HeavyBall(), resuming: checkpoint) }
        .contains("solver name"))
    #expect(
      try message {
        try $0.fit(to: dataset, solver: GradientDescent(), l2Penalty: 1, resuming: checkpoint)
      }.contains("L2 penalty"))
    // Nor by batches.
    #expect(
      try message {
        try $0.fit(
          to: dataset, optimizer: .sgd(), epochs: 9, batchSize: 60, resuming: checkpoint)
      }.contains("optimizer"))
    #expect(
      try message {
        try $0.fit(to: dataset, solver: GradientDescent(), iterations: 1, resuming: checkpoint)
      }.contains("1 iterations"))
  }

  @Test func aTrainerRefusesTheStateOfASolver() throws {
    let dataset = try triangle(count: 60)
    var network = try network()
    let witness = CheckpointWitness()
    try network.fit(to: dataset, solver: GradientDescent(), iterations: 2, callbacks: [witness])
    let trainer = try Trainer(self.network(), on: dataset, optimizer: .sgd(), batchSize: 60)
    let state = try #require(witness.checkpoints.last).state
    let error = #expect(throws: SoftmaxError.self) { try trainer.restore(state) }
    #expect(error?.code == .invalidArgument)
    #expect(trainer.stepCount == 0 && trainer.learningRateFactor == 1)
    #expect(try trainer.network == self.network())
  }

  @Test func aStateThatCannotBeEvaluatedLeavesTheSolveAsItWas() throws {
    var start = try network(6)
    start.freeze(layers: 0..<1)
    let objective = try Objective(start, on: triangle(count: 60), l2Penalty: 0.01)
    let run = try SolverRun(
      GradientDescent(), on: objective, from: objective.parameters, pipeline: Pipeline())
    let value = run.current.value
    var huge = start
    let count = try #require(huge.layers[1].weight).elements.count
    try huge.setValues(Array(repeating: 3e38, count: count), of: "weight", inLayer: 1)
    try huge.setValues(Array(repeating: 9, count: 30), of: "weight", inLayer: 0)
    let error = #expect(throws: SoftmaxError.self) {
      try run.restore(
        Trainer.State(
          network: huge,
          optimizerState: Array(
            repeating: objective.layers(of: objective.parameters.map { _ in 0 }), count: 2),
          stepCount: 1, learningRateFactor: 1,
          solverValues: ["evaluations": 1]))
    }
    #expect(error?.code == .diverged)
    #expect(run.networkAsItIs == start && run.iterationCount == 0)
    #expect(try objective.value(at: objective.parameters) == value)
  }

  @Test func whatAFileMayClaimOfASolverIsBounded() throws {
    let dataset = try triangle(count: 60)
    let objective = try Objective(network(), on: dataset)
    let run = try SolverRun(
      GradientDescent(), on: objective, from: objective.parameters, pipeline: Pipeline())
    let network = try network()
    for evaluations in [-1, .infinity, .nan, 0x1p60] as [Double] {
      let error = #expect(throws: SoftmaxError.self) {
        try run.restore(
          Trainer.State(
            network: network, optimizerState: [], stepCount: 1, learningRateFactor: 1,
            solverValues: ["evaluations": evaluations]))
      }
      #expect(error?.code == .invalidData)
    }
    let vectors = [LayerTensors(layer: 0, tensors: [])]
    let error = #expect(throws: SoftmaxError.self) {
      try run.restore(
        Trainer.State(
          network: network, optimizerState: [vectors], stepCount: 1, learningRateFactor: 1))
    }
    #expect(error?.code == .shapeMismatch)
    for factor in [0, -1, .infinity, .nan] as [Double] {
      #expect(throws: SoftmaxError.self) {
        try run.restore(
          Trainer.State(
            network: network, optimizerState: [], stepCount: 1, learningRateFactor: factor))
      }
    }
    // Nothing of these was taken over.
    #expect(run.iterationCount == 0)
  }

  @Test func recordsSayWhatTheyCount() throws {
    let history = TrainingHistory(unit: .iteration)
    let solved = TrainingRecord(
      rowCount: 5, loss: .crossEntropy, solver: GradientDescent(), l2Penalty: 0, seed: 1,
      history: history)
    #expect(solved.unit == .iteration)
    #expect(solved.optimizer == "gradient descent")
    #expect(solved.optimizerSettings == ["gradient_tolerance": 1e-4])
    let trained = TrainingRecord(
      rowCount: 5, loss: .crossEntropy, optimizer: .sgd(), l2Penalty: 0, batchSize: 2, seed: 1,
      history: TrainingHistory())
    #expect(trained.unit == nil)
  }

  // MARK: What is refused

  @Test func whatASolverIsNotMadeForIsAnError() throws {
    let dataset = try triangle(count: 30)
    func code(
      _ solver: some Solver = GradientDescent(), of network: Sequential? = nil,
      iterations: Int = 3, l1Penalty: Double = 0
    ) throws -> SoftmaxError.Code? {
      var network = try network ?? self.network()
      let before = network
      let error = #expect(throws: SoftmaxError.self) {
        try network.fit(
          to: dataset, solver: solver, iterations: iterations, l1Penalty: l1Penalty)
      }
      #expect(network == before)
      return error?.code
    }
    #expect(try code(GradientDescent(gradientTolerance: -1)) == .invalidArgument)
    #expect(try code(GradientDescent(gradientTolerance: .nan)) == .invalidArgument)
    #expect(try code(iterations: -1) == .invalidArgument)
    #expect(try code(l1Penalty: 0.1) == .unsupported)
    let drawing = try Sequential(input: [5], seed: 2) {
      Dense(4, activation: .relu)
      Dropout(0.5)
      Dense(3, activation: .softmax)
    }
    #expect(try code(of: drawing) == .unsupported)
    var overflowing = try network(6)
    try overflowing.setValues(
      Array(repeating: 3e38, count: 18), of: "weight", inLayer: 1)
    #expect(try code(of: overflowing) == .diverged)
    // The length of a step is what a checkpoint must hold.
    #expect(try code(HeavyBall(rate: 0)) == .invalidArgument)
    // A solver that goes too far: to infinity.
    #expect(try code(HeavyBall(rate: .infinity)) == .diverged)
  }
}
