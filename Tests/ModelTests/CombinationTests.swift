// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore
import SoftmaxModels
import Testing

/// Parts that are tested by themselves elsewhere, together.
@Suite struct CombinationTests {
  static let losses: [Loss] = [
    .crossEntropy, .crossEntropy(labelSmoothing: 0.1, classWeights: [1, 2, 1]),
    .binaryCrossEntropy(), .squared, .absolute, .huber(), .multiClassHinge(),
  ]

  // MARK: A loop of one's own on a network with all that training treats in its own way

  private func network(seed: UInt64 = 4) throws -> Sequential {
    try Sequential(input: [2], seed: seed) {
      Dense(7)
      BatchNormalization(momentum: 0.8)
      ReLU()
      Dropout(0.4)
      Dense(3)
    }
  }

  @Test(arguments: [
    Optimizer.sgd(learningRate: 0.1, momentum: 0.9), .adam(isAMSGrad: true),
    .adam().accumulating(2), .adamW().clipped(norm: 0.1),
  ])
  func aLoopOverGradientsHasTheBitsOfATrainerWithDropoutAndBatchNormalization(
    _ optimizer: Optimizer
  ) throws {
    let data = try clouds(8)
    var network = try network()
    let trainer = try Trainer(network, on: data, optimizer: optimizer, batchSize: 8)
    var state = try OptimizerState(optimizer, for: network, gradientsPerEpoch: 3)
    for epoch in 0..<2 {
      for batch in try trainer.batches(epoch: epoch) {
        try trainer.step(on: batch)
        let step = try network.valueAndGradient(
          of: .crossEntropy, on: data.selecting(rows: batch), step: state.gradientCount)
        try state.update(&network, along: step.gradient)
      }
    }
    #expect(try trainer.network == network)
    #expect(network.layers[1].tensors != (try self.network()).layers[1].tensors)
  }

  @Test func aGradientDropsByTheNumberOfItsStep() throws {
    let (data, network) = (try clouds(8), try network())
    func loss(_ step: Int) throws -> Double {
      try network.valueAndGradient(of: .crossEntropy, on: data, step: step).loss
    }
    #expect(try loss(1) == loss(1))
    #expect(try loss(1) != loss(2))
    #expect(throws: SoftmaxError.self) { try loss(-1) }
  }

  @Test func aFrozenNormalizationKeepsItsRunningMeansInALoopOfOnesOwn() throws {
    let data = try clouds(8)
    var network = try network()
    network.freeze(layers: 1..<2)
    let before = network.layers[1]
    var state = try OptimizerState(.adam(), for: network)
    let step = try network.valueAndGradient(of: .crossEntropy, on: data)
    #expect(step.gradient.running.isEmpty)
    try state.update(&network, along: step.gradient)
    #expect(network.layers[1] == before)
  }

  @Test func theRunningMeansOfAnotherNetworkAreRefused() throws {
    let data = try clouds(8)
    var wider = try Sequential(input: [2]) {
      Dense(9)
      BatchNormalization()
      Dense(3)
    }
    wider.freeze(layers: 0..<1)
    let step = try network().valueAndGradient(of: .crossEntropy, on: data)
    var state = try OptimizerState(.sgd(), for: wider)
    let before = wider
    #expect(throws: SoftmaxError.self) { try state.update(&wider, along: step.gradient) }
    #expect(wider == before)
  }

  // MARK: Frozen layers and checkpoints

  @Test func aTrainingGoesOnWithTheSameLayersFrozenOnly() throws {
    let data = try clouds(8)
    var (frozen, free) = (try network(), try network())
    frozen.freeze(layers: 0..<2)
    var whole = frozen
    let witness = CheckpointWitness()
    try whole.fit(to: data, optimizer: .sgd(), epochs: 3, batchSize: 8, callbacks: [witness])
    let first = try #require(witness.checkpoints.first)
    var resumed = frozen
    try resumed.fit(to: data, optimizer: .sgd(), epochs: 3, batchSize: 8, resuming: first)
    #expect(resumed == whole)
    #expect(resumed.layers[0] == frozen.layers[0])
    let error = #expect(throws: SoftmaxError.self) {
      try free.fit(to: data, optimizer: .sgd(), epochs: 3, batchSize: 8, resuming: first)
    }
    #expect(error?.message.contains("the layer dense frozen, which is not here") == true)
  }

  @Test func aSolveGoesOnWithTheFrozenValuesOfItsCheckpoint() throws {
    let data = try clouds(8)
    func network(seed: UInt64) throws -> Sequential {
      var network = try Sequential(input: [2], seed: 4) {
        Dense(6, activation: .tanh)
        Dense(3)
      }
      let weights = CounterBasedGenerator(seed: seed)
      try network.setValues(
        (0..<12).map { weights.uniform(at: UInt64($0)) - 0.5 }, of: "weight", inLayer: 0)
      network.freeze(layers: 0..<1)
      return network
    }
    let witness = CheckpointWitness()
    var (whole, resumed) = (try network(seed: 1), try network(seed: 2))
    let expected = try whole.fit(
      to: data, solver: GradientDescent(), iterations: 4, l2Penalty: 0.01, callbacks: [witness])
    let result = try resumed.fit(
      to: data, solver: GradientDescent(), iterations: 4, l2Penalty: 0.01,
      resuming: witness.checkpoints[1])
    #expect(resumed == whole)
    #expect(try resumed.layers[0] == network(seed: 1).layers[0])
    #expect(result.objective == expected.objective)
    #expect(result.evaluations == expected.evaluations)
  }

  // MARK: A loss that overflows while the weights do not

  @Test(arguments: [false, true])
  func theWeightsOfALossThatOverflowsAreNotHandedBack(restoresBest: Bool) throws {
    let data = try clouds(8)
    var network = try Sequential(input: [2]) { Dense(3) }
    let witness = CheckpointWitness()
    var callbacks: [any TrainingCallback] = [.stopOnNonFiniteLoss, witness]
    if restoresBest { callbacks.insert(.earlyStopping(patience: 90, monitor: .loss), at: 0) }
    // Steps so large that the square of an output is no float before the output is none.
    let history = try network.fit(
      to: data, loss: .squared, optimizer: .sgd(learningRate: 40), epochs: 30, batchSize: 8,
      callbacks: callbacks)
    #expect(history.stopReason != nil)
    try #require((2..<30).contains(history.epochs.count))
    // The losses grow, so the best epoch is the first.
    let place = restoresBest ? 0 : history.epochs.count - 1
    #expect(network == witness.checkpoints[place].state.network)
  }

  // MARK: The best weights of a normalized network

  @Test func theBestWeightsComeWithTheirRunningMeans() throws {
    let data = try clouds(20)
    var network = try network()
    let history = try network.fit(
      to: data, optimizer: .adam(learningRate: 0.3), epochs: 12, batchSize: 16,
      validation: .fraction(0.25), callbacks: [.earlyStopping(patience: 4)])
    let best = history.epochs.compactMap { $0.validation?.loss }.min() ?? .nan
    let (_, held) = try data.split(validationFraction: 0.25, seed: network.seed)
    let classifier = try Classifier(network: network, classNames: data.classNames)
    let found = try classifier.evaluation(on: held).logLoss
    #expect(abs(found - best) < 1e-6)
  }

  // MARK: Estimators

  @Test(arguments: losses) func aPerceptronLearnsByEveryLoss(_ loss: Loss) throws {
    let data = try clouds(15)
    let estimator = MLPClassifier(
      hiddenUnits: [8], loss: loss, optimizer: .adam(learningRate: 0.05), epochs: 15, batchSize: 9,
      seed: 3)
    let model = try estimator.fitted(to: data)
    #expect(try model.score(on: clouds(20, seed: 2)) > 0.9)
    let further = try estimator.fitted(to: data, startingFrom: model)
    #expect(try further.score(on: clouds(20, seed: 2)) > 0.9)
    let wider = try model.addingClass("left")
    #expect(try wider.logits(for: data.features).columnCount == 4)
  }

  @Test(arguments: losses.filter { $0.classWeights.isEmpty })
  func everyLossTellsEachClassFromTheRest(_ loss: Loss) throws {
    let base = MLPClassifier(
      hiddenUnits: [8], loss: loss, optimizer: .adam(learningRate: 0.05), epochs: 12, batchSize: 9,
      preprocessing: [.standardize], seed: 3)
    let model = try OneVsRest(base).fitted(to: clouds(15))
    let test = try clouds(20, seed: 2)
    #expect(try model.score(on: test) > 0.9)
    #expect(model.models[0].network.outputCount == (loss == .binaryCrossEntropy() ? 1 : 2))
    for row in try model.predictions(for: test.features) {
      #expect(abs(row.probabilities.reduce(0, +) - 1) < 1e-5)
    }
  }

  @Test func aPerceptronForSeveralLabelsHasAnOutputForEach() throws {
    let songs = try LabeledDataset(
      features: .floats(Matrix([[0, 1], [1, 0], [1, 1]])),
      indicators: Matrix([[0, 1], [1, 0], [1, 1]]), classNames: ["first", "second"])
    let model = try MLPClassifier(
      hiddenUnits: [], loss: .binaryCrossEntropy(), optimizer: .adam(learningRate: 0.2), epochs: 60
    ).fitted(to: songs)
    let probabilities = try model.probabilities(for: songs.features)
    #expect(probabilities.elements.map { $0.rounded() } == [0, 1, 1, 0, 1, 1])
    #expect(throws: SoftmaxError.self) {
      try MLPClassifier(loss: .multiClassHinge()).fitted(to: songs)
    }
  }

  @Test func aSampleOfNoWeightIsNotThereBehindAStandardizerOrASplit() throws {
    let data = try clouds(10)
    let weights = data.labels.indices.map { Float($0 % 2) }
    let weighted = try data.weighted(by: weights)
    let estimator = MLPClassifier(
      hiddenUnits: [], optimizer: .sgd(learningRate: 0.1), epochs: 1, batchSize: 30)
    var standardized = estimator
    standardized.preprocessing = [.standardize]
    let model = try standardized.fitted(to: weighted)
    #expect(try model.network != standardized.fitted(to: data).network)
    let prepared = try model.pipeline.apply(to: weighted)
    #expect(prepared.sampleWeights == weights)
    #expect(try estimator.fitted(to: prepared).network == model.network)
    let (training, held) = try weighted.split(validationFraction: 0.3, seed: 1)
    let sum = (training.sampleWeights ?? []).reduce(0, +) + (held.sampleWeights ?? []).reduce(0, +)
    #expect(sum == weights.reduce(0, +))
  }

  // MARK: More classes

  @Test func whatIsFrozenStaysSoWithAnotherClassAndAWarmStart() throws {
    let estimator = MLPClassifier(hiddenUnits: [5], epochs: 2)
    let two = try clouds(10).replacing(
      labels: clouds(10).labels.map { min($0, 1) }, classNames: ["here", "right"])
    let model = try estimator.fitted(to: two)
    var network = model.network
    network.freeze(layers: 0..<2)
    let wider = try Classifier(network: network, classNames: model.classNames).addingClass("up")
    #expect(wider.network.layers[1].isFrozen)
    let trained = try estimator.fitted(to: clouds(10), startingFrom: wider)
    #expect(trained.network.layers[1] == wider.network.layers[1])
    #expect(trained.network.layers[2] != wider.network.layers[2])
  }

  @Test func aNormalizedNetworkTakesAnotherClassAndOneOfASingleOutputDoesNot() throws {
    var network = try network()
    try network.fit(to: clouds(8), epochs: 2, batchSize: 8)
    let wider = try Classifier(network: network, classNames: ["a", "b", "c"]).addingClass("d")
    #expect(wider.network.layers[1] == network.layers[1])
    let features = try clouds(5).features
    let (before, after) = (
      try network.logits(for: features), try wider.network.logits(for: features)
    )
    for row in 0..<before.rowCount {
      #expect(Array(after.row(row).prefix(3)) == Array(before.row(row)))
    }
    let single = try Sequential(input: [2]) { Dense(1, activation: .sigmoid) }
    let error = #expect(throws: SoftmaxError.self) {
      try Classifier(network: single, classNames: ["no", "yes"]).addingClass("maybe")
    }
    #expect(error?.message.contains("single output") == true)
  }

  @Test func aLayerOfNumbersBehindTheLogitsHasNoPlaceForAnotherClass() throws {
    struct Scale: RowLayer {
      func initialTensors(
        inputCount: Int, using generator: CounterBasedGenerator
      ) -> [LayerTensor] {
        [
          LayerTensor(
            name: "scale", shape: [inputCount], values: Array(repeating: 1, count: inputCount))
        ]
      }
      func forward(_ x: Span<Float>, parameters: Span<Float>, into y: inout MutableSpan<Float>) {
        for i in x.indices { y[i] = parameters[i] * x[i] }
      }
      func backward(
        _ dy: Span<Float>, x: Span<Float>, y: Span<Float>, parameters: Span<Float>,
        into dx: inout MutableSpan<Float>
      ) {
        for i in dx.indices { dx[i] = parameters[i] * dy[i] }
      }
    }
    let network = try Sequential(input: [2]) {
      Dense(3)
      Scale()
    }
    #expect(throws: SoftmaxError.self) {
      try Classifier(network: network, classNames: ["a", "b", "c"]).addingClass("d")
    }
  }
}
