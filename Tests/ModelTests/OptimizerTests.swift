// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore
import Testing

@testable import SoftmaxModels

// Where the steps go is compared with PyTorch's and Keras' in `OptimizerGoldenTests`.
@Suite struct OptimizerTests {
  private func dataset(count: Int) throws -> LabeledDataset {
    var test = PlanCase(features: 6, classes: 3)
    test.rows = count
    return try test.dataset()
  }

  private func network(hidden: Int?) throws -> Sequential {
    try Sequential(input: [6], seed: 5) {
      if let hidden { Dense(hidden, activation: .tanh) }
      Dense(3, activation: .softmax)
    }
  }

  static let all: [Optimizer] =
    PlanCase.optimizers + [
      .adam(isAMSGrad: true), .rmsprop(momentum: 0.9, isCentered: true),
      .adam().clipped(norm: 0.1), .sgd(momentum: 0.9).clipped(value: 0.01).clipped(norm: 0.02),
      .sgd(learningRate: 0.1, weightDecay: 0.1).accumulating(3),
      .adamW(isAMSGrad: true).scheduled(.oneCycle(over: .epochs(2))).clipped(norm: 0.1)
        .accumulating(2),
      .adamWByTensor().scheduled(.coslog4(over: .epochs(2))),
      Optimizer(AdamW.self, [AdamW.tensorRates: .flag(true), AdamW.amsGrad: .flag(true)])
        .clipped(norm: 0.1).accumulating(2),
    ]

  @Test(arguments: all)
  func aLoopWithAStateHasTheBitsOfATrainer(optimizer: Optimizer) throws {
    let dataset = try dataset(count: 50)
    for (hidden, l1, l2) in [(40, 0, 0), (nil, 0.01, 0), (40, 0.01, 0.1), (5, 0, 0.1)]
      as [(Int?, Double, Double)]
    {
      var network = try network(hidden: hidden)
      let trainer = try Trainer(
        network, on: dataset, optimizer: optimizer, batchSize: 8, l1Penalty: l1, l2Penalty: l2)
      var state = try OptimizerState(optimizer, for: network, gradientsPerEpoch: 7)
      for epoch in 0..<2 {
        for batch in try trainer.batches(epoch: epoch) {
          try trainer.step(on: batch)
          let step = try network.valueAndGradient(
            of: .crossEntropy, on: dataset.selecting(rows: batch), l1Penalty: l1, l2Penalty: l2)
          try state.update(&network, along: step.gradient)
          #expect(state.learningRate == trainer.learningRate)
        }
      }
      #expect(try trainer.network == network, "\(hidden ?? 0), \(l1), \(l2)")
      #expect(network != (try self.network(hidden: hidden)))
      #expect(state.gradientCount == 14)
    }
  }

  @Test(arguments: all)
  func fitHasTheBitsOfATrainerOnAnyThreads(optimizer: Optimizer) throws {
    let dataset = try dataset(count: 50)
    let start = try network(hidden: 40)
    let trainer = try Trainer(start, on: dataset, optimizer: optimizer, batchSize: 8)
    for epoch in 0..<2 {
      for batch in try trainer.batches(epoch: epoch) { try trainer.step(on: batch) }
    }
    for threads in [1, 2, 3, 5] {
      var network = start
      try network.fit(
        to: dataset, optimizer: optimizer, epochs: 2, batchSize: 8, threads: threads)
      #expect(try trainer.network == network, "\(threads) threads")
    }
  }

  // The fourth batch of seven is in the midst of a step that takes several.
  @Test(arguments: all)
  func aTrainerThatGoesOnFromAStateHasTheSameBits(optimizer: Optimizer) throws {
    let dataset = try dataset(count: 50)
    let start = try network(hidden: 40)
    let first = try Trainer(start, on: dataset, optimizer: optimizer, batchSize: 8)
    let second = try Trainer(start, on: dataset, optimizer: optimizer, batchSize: 8)
    let batches = Array(try first.batches(epoch: 0))
    for batch in batches[..<4] { try first.step(on: batch) }
    try second.restore(first.state)
    for batch in batches[4...] {
      try first.step(on: batch)
      try second.step(on: batch)
    }
    #expect(try first.network == second.network)
    #expect(first.learningRate == second.learningRate)
  }

  @Test(arguments: all)
  func aClockOfAnyTimeIsThatWhichRan(optimizer: Optimizer) {
    var running = OptimizerClock(optimizer, batchesPerEpoch: 7)
    for count in 0..<20 {
      var made = OptimizerClock(optimizer, batchesPerEpoch: 7, after: count)
      #expect(made.batchCount == count)
      #expect(made.stepCount == running.stepCount)
      #expect(made.learningRate == running.learningRate)
      #expect("\(made.next())" == "\(running.next())")
    }
  }

  // Of two networks with the same values and gradients, the one is trained with factors: what each tensor
  // did is the rate's factor times what it did without, and its decay is the decay's.
  @Test func ratesByTensorAreThoseOfTheFormula() throws {
    let dataset = try dataset(count: 50)
    let start = try Sequential(input: [6], seed: 5) {
      Scaling()
      Dense(40)
      ParametricActivation(.selu)
      Dense(3)
    }
    let factors: [[(rate: Double, decay: Double)]] = [
      [(6, 6)], [(1 / 6.0.squareRoot(), 1), (0.1, 0)], [(0.1, 0.1)],
      [(1 / 40.0.squareRoot(), 1), (0.1, 0)],
    ]
    let (rate, decay) = (0.01, 0.5)
    func values(_ optimizer: Optimizer) throws -> [[[Float]]] {
      let trainer = try Trainer(start, on: dataset, optimizer: optimizer, batchSize: 50)
      try trainer.step(on: Array(0..<50))
      return try trainer.network.layers.map { $0.tensors.map(\.values) }
    }
    let plain = try values(
      .adamW(learningRate: rate, beta2: 0.95, epsilon: 1e-8, weightDecay: 0))
    let scaled = try values(.adamWByTensor(learningRate: rate, weightDecay: decay))
    for (layer, tensors) in factors.enumerated() {
      for (place, factor) in tensors.enumerated() {
        for (index, old) in start.layers[layer].tensors[place].values.enumerated() {
          let step = Double(plain[layer][place][index]) - Double(old)
          let expected = (1 - rate * decay * factor.decay) * Double(old) + factor.rate * step
          #expect(abs(Double(scaled[layer][place][index]) - expected) < 1e-6)
          #expect(step != 0)
        }
      }
    }
  }

  @Test func groupsOfBatchesEndWithTheEpoch() {
    var clock = OptimizerClock(Optimizer.sgd().accumulating(3), batchesPerEpoch: 7)
    let steps = (0..<14).map { _ in clock.next() }
    let isStep = steps.map { $0.update != nil }
    let epoch = [false, false, true, false, false, true, true]
    #expect(isStep == epoch + epoch)
    #expect(steps.map(\.share.divisor) == [1, 2, 3, 1, 2, 3, 1, 1, 2, 3, 1, 2, 3, 1])
    #expect(clock.stepCount == 6)
    // Without epochs groups are all alike.
    var endless = OptimizerClock(Optimizer.sgd().accumulating(3))
    #expect((0..<9).count { _ in endless.next().update != nil } == 3)
  }

  @Test func accumulatedBatchesOfEqualSizeAreOneLargeBatch() throws {
    let dataset = try dataset(count: 48)
    var (large, small) = (try network(hidden: nil), try network(hidden: nil))
    try large.fit(to: dataset, optimizer: .sgd(learningRate: 0.5), epochs: 3, batchSize: 24)
    try small.fit(
      to: dataset, optimizer: .sgd(learningRate: 0.5).accumulating(3), epochs: 3, batchSize: 8)
    let (a, b) = (try #require(large.layers[0].weight), try #require(small.layers[0].weight))
    for (x, y) in zip(a.elements, b.elements) { #expect(abs(x - y) < 1e-6) }
    #expect(large != (try network(hidden: nil)))
  }

  // Rows of very different weights, some of none, and a short last batch: the steps are those of one
  // batch, whichever batch is the heaviest.
  @Test(arguments: [3, 5, 7, 10], [true, false])
  func accumulatedBatchesAreTheOneBatchThatTheyStandFor(batchSize: Int, isReversed: Bool) throws {
    let count = 24
    let plain = try dataset(count: count)
    let weights = (0..<count).map { Float([0, 0, 0, 0.001, 1, 40, 1e6, 3][$0 / 3]) }
    let dataset = try LabeledDataset(
      features: plain.features, labels: plain.labels, classNames: plain.classNames,
      sampleWeights: isReversed ? weights.reversed() : weights)
    let loss = Loss.crossEntropy(labelSmoothing: 0.1, classWeights: [20, 1, 0.5])
    let rule = Optimizer.sgd(learningRate: 0.5)
    let group = rule.accumulating((count + batchSize - 1) / batchSize)
    let start = try network(hidden: nil)
    let (l1, l2) = (0.01, 0.1)
    let whole = try Trainer(
      start, on: dataset, loss: loss, optimizer: rule, batchSize: count, l1Penalty: l1,
      l2Penalty: l2)
    let parts = try Trainer(
      start, on: dataset, loss: loss, optimizer: group, batchSize: batchSize, l1Penalty: l1,
      l2Penalty: l2)
    var own = start
    var state = try OptimizerState(
      group, for: own, gradientsPerEpoch: (count + batchSize - 1) / batchSize)
    for _ in 0..<3 {
      try whole.step(on: Array(0..<count))
      for first in stride(from: 0, to: count, by: batchSize) {
        let rows = first..<min(first + batchSize, count)
        try parts.restore(parts.state)
        try parts.step(on: Array(rows))
        let step = try own.valueAndGradient(
          of: loss, on: dataset.selecting(rows: rows), l1Penalty: l1, l2Penalty: l2)
        try state.update(&own, along: step.gradient)
      }
      #expect(try parts.network == own)
      let (a, b) = (try whole.network.layers[0].weight, try parts.network.layers[0].weight)
      for (x, y) in zip(try #require(a).elements, try #require(b).elements) {
        #expect(abs(x - y) < 1e-5, "\(x), \(y)")
      }
    }
    #expect(try whole.network != start)
  }

  @Test func aStepOfBatchesWithoutWeightGoesAlongThePenaltyAlone() throws {
    let plain = try dataset(count: 8)
    let dataset = try LabeledDataset(
      features: plain.features, labels: plain.labels, classNames: plain.classNames,
      sampleWeights: Array(repeating: 0, count: 8))
    let start = try network(hidden: nil)
    let trainer = try Trainer(
      start, on: dataset, optimizer: .sgd(learningRate: 1).accumulating(2), batchSize: 4,
      l2Penalty: 0.25)
    try trainer.step(on: [0, 1, 2, 3])
    try trainer.step(on: [4, 5, 6, 7])
    let (before, after) = (start.layers[0].weight, try trainer.network.layers[0].weight)
    #expect(
      try #require(after).elements == (try #require(before).elements.map { $0 - 0.25 * $0 }))
  }

  @Test func aFactorOfTheLearningRateCountsFromTheNextStep() throws {
    let dataset = try dataset(count: 16)
    let trainer = try Trainer(
      network(hidden: 40), on: dataset, optimizer: .adam(learningRate: 0.01), batchSize: 16)
    try trainer.step(on: Array(0..<16))
    let before = try trainer.network
    #expect(trainer.learningRate == 0.01)
    // So small that the step is 0 in single precision.
    trainer.learningRateFactor = 0x1p-300
    #expect(trainer.learningRate == 0.01 * 0x1p-300)
    try trainer.step(on: Array(0..<16))
    #expect(try trainer.network == before)
    trainer.learningRateFactor = 0.5
    #expect(trainer.learningRate == 0.005)
    try trainer.step(on: Array(0..<16))
    #expect(try trainer.network != before)
  }

  @Test func penaltiesAreInValueAndGradient() throws {
    let dataset = try dataset(count: 16)
    var network = try network(hidden: nil)
    var weight = try #require(network.layers[0].weight)
    weight[0, 0] = 0
    weight[0, 1] = -0.5
    try network.setParameters(ofLayer: 0, weight: weight, bias: [1, -2, 3])
    let plain = try network.valueAndGradient(of: .crossEntropy, on: dataset)
    let penalized = try network.valueAndGradient(
      of: .crossEntropy, on: dataset, l1Penalty: 0.25, l2Penalty: 0.5)
    let sums = weight.elements.map(Double.init).reduce((0.0, 0.0)) {
      ($0.0 + abs($1), $0.1 + $1 * $1)
    }
    #expect(abs(penalized.loss - plain.loss - 0.25 * sums.0 - 0.25 * sums.1) < 1e-12)
    #expect(penalized.gradient.layers[0].bias == plain.gradient.layers[0].bias)
    for (index, w) in weight.elements.enumerated() {
      let slope = 0.5 * w + (w > 0 ? 0.25 : w < 0 ? -0.25 : 0)
      let difference =
        penalized.gradient.layers[0].weight.elements[index]
        - plain.gradient.layers[0].weight.elements[index]
      #expect(abs(difference - slope) < 1e-6)
    }
  }

  @Test func aGradientWithinTheLimitsIsLeftAsItIs() throws {
    let dataset = try dataset(count: 50)
    let plain = Optimizer.sgd(learningRate: 0.1, momentum: 0.9)
    let trained = try [plain, plain.clipped(norm: 1e6), plain.clipped(value: 1e6)].map {
      var network = try network(hidden: 40)
      try network.fit(to: dataset, optimizer: $0, epochs: 2, batchSize: 8)
      return network
    }
    #expect(trained[1] == trained[0] && trained[2] == trained[0])
  }

  // The mean of 3 and -1 is 1; clipped each, they would be 1.5 and -1, and their mean 0.25.
  @Test func severalBatchesAreClippedAfterTheyAreOneGradient() throws {
    var network = try Sequential(input: [1], seed: 5) { Dense(1, initializer: .zeros) }
    var state = try OptimizerState(
      .sgd(learningRate: 1).clipped(value: 1.5).accumulating(2), for: network)
    for slope in [3, -1] as [Float] {
      let weight = Matrix(rowCount: 1, columnCount: 1, repeating: slope)
      try state.update(
        &network, along: Gradient(layers: [.init(layer: 0, weight: weight, bias: [slope])]))
    }
    #expect(try #require(network.layers[0].weight).elements == [-1])
    #expect(network.layers[0].bias == [-1])
  }

  @Test func anL1PenaltyLeavesSmallerWeights() throws {
    let dataset = try dataset(count: 50)
    func size(_ l1Penalty: Double) throws -> Float {
      var network = try network(hidden: nil)
      try network.fit(
        to: dataset, optimizer: .sgd(learningRate: 0.1), epochs: 30, l1Penalty: l1Penalty)
      return try #require(network.layers[0].weight).elements.reduce(0) { $0 + $1.magnitude }
    }
    #expect(try size(0.05) < 0.5 * size(0))
  }

  @Test func namesAndSettingsTellAll() {
    #expect(Optimizer.sgd(momentum: 0.9).settings == ["learning_rate": 0.01, "momentum": 0.9])
    #expect(
      Optimizer.adam().settings == [
        "learning_rate": 0.001, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-7,
      ])
    let optimizer = Optimizer.adamW(isAMSGrad: true, epsilonPlacement: .keras)
      .scheduled(.cosine(over: .epochs(10), warmup: .steps(5)))
      .clipped(norm: 1).clipped(value: 2).accumulating(4)
    #expect(
      optimizer.settings == [
        "learning_rate": 0.001, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-7,
        "weight_decay": 0.004, "amsgrad": 1, "keras_epsilon": 1, "cosine_epochs": 10,
        "cosine_warmup_steps": 5, "cosine_floor": 0, "clip_norm": 1, "clip_value": 2,
        "accumulate": 4,
      ])
    #expect(
      [Optimizer.sgd(), .adagrad(), .rmsprop(), .adam(), .adam(isAMSGrad: true), .adamW()]
        .map(\.name) == ["sgd", "adagrad", "rmsprop", "adam", "amsgrad", "adamw"])
    // No two of them are told apart by chance.
    #expect(Set(Self.all.map { "\($0.name) \($0.settings)" }).count == Set(Self.all).count)
  }

  @Test(
    arguments: [
      .sgd(learningRate: 0), .sgd(momentum: 1), .sgd(nesterov: true), .sgd(weightDecay: -1),
      .sgd(weightDecay: .infinity), .adagrad(initialAccumulator: -1), .adagrad(epsilon: 0),
      .rmsprop(learningRate: .nan), .rmsprop(rho: 1), .rmsprop(momentum: -0.5),
      .rmsprop(epsilon: -1), .adam(beta1: 1), .adam(beta2: -0.1), .adam(epsilon: 0),
      .adamW(weightDecay: -0.1), .adam().clipped(norm: 0), .adam().clipped(norm: .nan),
      .adam().clipped(value: -1), .adam().clipped(value: .infinity), .adam().accumulating(0),
      .adam().scheduled(.step(every: .epochs(0))),
    ] as [Optimizer])
  func settingsThatMakeNoSenseAreTypedErrors(optimizer: Optimizer) throws {
    let dataset = try dataset(count: 8)
    var network = try network(hidden: nil)
    let ofFit = #expect(throws: SoftmaxError.self) {
      try network.fit(to: dataset, optimizer: optimizer)
    }
    let ofState = #expect(throws: SoftmaxError.self) {
      try OptimizerState(optimizer, for: network, gradientsPerEpoch: 1)
    }
    #expect(ofFit?.code == .invalidArgument)
    #expect(ofState?.code == .invalidArgument)
  }

  @Test func wrongPenaltiesEpochsAndGradientsAreTypedErrors() throws {
    let dataset = try dataset(count: 8)
    var network = try network(hidden: nil)
    for penalty in [-1, .nan, 1e39] {
      #expect(throws: SoftmaxError.self) { try network.fit(to: dataset, l1Penalty: penalty) }
      #expect(throws: SoftmaxError.self) {
        try network.valueAndGradient(of: .crossEntropy, on: dataset, l1Penalty: penalty)
      }
    }
    let inEpochs = Optimizer.sgd().scheduled(.cosine(over: .epochs(2)))
    #expect(throws: SoftmaxError.self) { try OptimizerState(inEpochs, for: network) }
    #expect(throws: SoftmaxError.self) {
      try OptimizerState(inEpochs, for: network, gradientsPerEpoch: 0)
    }
    let other = try self.network(hidden: 40)
    let gradient = try other.valueAndGradient(of: .crossEntropy, on: dataset).gradient
    var state = try OptimizerState(.adam(), for: network)
    let before = network
    let error = #expect(throws: SoftmaxError.self) {
      try state.update(&network, along: gradient)
    }
    #expect(error?.code == .shapeMismatch)
    #expect(network == before)
    #expect(state.gradientCount == 0)
    // A rule that keeps nothing of a parameter knows the shapes too.
    var larger = other
    var accumulating = try OptimizerState(.sgd().accumulating(2), for: network)
    let mismatch = #expect(throws: SoftmaxError.self) {
      try accumulating.update(&larger, along: gradient)
    }
    #expect(mismatch?.code == .shapeMismatch && larger == other)
  }

  @Test func aGradientThatIsNoNumberIsNotClippedAway() throws {
    for optimizer in [Optimizer.sgd().clipped(norm: 1), .sgd().clipped(value: 1)] {
      for bad in [Float.nan, .infinity] where !(bad == .infinity && optimizer.clipNorm == nil) {
        var network = try network(hidden: nil)
        var state = try OptimizerState(optimizer, for: network)
        var weight = Matrix(rowCount: 3, columnCount: 6)
        weight[1, 2] = bad
        try state.update(
          &network,
          along: Gradient(layers: [.init(layer: 0, weight: weight, bias: [0, 0, 0])]))
        #expect(try #require(network.layers[0].weight)[1, 2].isNaN)
      }
    }
  }
}
