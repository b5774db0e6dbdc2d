// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore
import Testing

@testable import SoftmaxModels

/// A network, a data set and settings, to be trained by both plans.
struct PlanCase: Sendable, CustomTestStringConvertible {
  var features = 20
  var hidden: [Int] = []
  var activation: Activation? = .relu
  /// What stands behind each hidden layer in the place of the activation.
  var steps: HiddenSteps?
  /// What happens to the features before the first layer.
  var inputSteps: InputSteps?
  /// How many layers are frozen, from the first on.
  var frozenCount = 0
  var classes = 10
  var rows = 90
  var batchSize = 33
  var optimizer = Optimizer.adam(learningRate: 0.01)
  var l1Penalty: Float = 0
  var l2Penalty: Float = 0
  var isBytes = false
  var isSoft = false
  var threads = 1

  var testDescription: String {
    "\(features)\(inputSteps.map { " \($0)" } ?? "")-\(hidden)-\(classes) \(steps?.rawValue ?? activation?.name ?? "linear"), "
      + "\(rows) rows by \(batchSize), \(frozenCount) frozen, "
      + "\(optimizer.name) \(optimizer.settings), l1 \(l1Penalty), l2 \(l2Penalty), "
      + "\(isBytes ? "bytes" : "floats"), \(isSoft ? "soft" : "labels"), \(threads) threads"
  }

  static let batches: [(rows: Int, batchSize: Int)] = [
    (90, 33), (20, 1), (65, 7), (300, 256), (520, 257), (640, 600), (300, 300), (1300, 1300),
  ]
  /// Those that both plans have.
  static let optimizers: [Optimizer] = [
    .adam(learningRate: 0.01), .sgd(learningRate: 0.1),
    .sgd(learningRate: 0.05, momentum: 0.9),
    .sgd(learningRate: 0.05, momentum: 0.9, nesterov: true),
    .adagrad(learningRate: 0.05), .rmsprop(learningRate: 0.01),
    .rmsprop(learningRate: 0.005, momentum: 0.5, epsilonPlacement: .keras),
    .rmsprop(learningRate: 0.01, isCentered: true), .adamW(learningRate: 0.01, weightDecay: 0.1),
    .adamWByTensor(weightDecay: 0.1),
    .adam(learningRate: 0.01, weightDecay: 0.01).scheduled(.cosine(over: .epochs(2))),
    .sgd(learningRate: 0.1, weightDecay: 0.01).scheduled(.step(factor: 0.5, every: .steps(2))),
  ]
  static let threadCounts = [2, 1, 3, 5, 8]

  /// The settings of a number, whose periods have no divisor in common but where they must.
  func settings(_ number: Int) -> PlanCase {
    var settings = self
    let batch = Self.batches[number % Self.batches.count]
    (settings.rows, settings.batchSize) = (batch.rows, batch.batchSize)
    settings.optimizer = Self.optimizers[number % Self.optimizers.count]
    settings.threads = Self.threadCounts[number % 5]
    // Beside a decay that is an L2 penalty itself a second one is the plain plan's.
    settings.l2Penalty = number / 3 % 2 == 0 || settings.optimizer.coupledDecay > 0 ? 0 : 0.01
    settings.isBytes = number % 7 % 2 == 1
    settings.isSoft = number / 5 % 2 == 1
    return settings
  }

  /// The network, with biases other than 0.
  func network() throws -> Sequential {
    var network = try Sequential(input: [features], seed: 7) {
      inputSteps?.layers ?? []
      for width in hidden {
        Dense(width, activation: steps == nil ? activation : nil)
        steps?.layers ?? []
      }
      Dense(classes, activation: .softmax)
    }
    network.freeze(layers: 0..<frozenCount)
    let generator = CounterBasedGenerator(seed: 3)
    for (index, layer) in network.layers.enumerated() {
      guard let bias = layer.bias else { continue }
      let values = bias.indices.map { generator.uniform(at: UInt64($0)) - 0.4 }
      try network.setValues(values, of: "bias", inLayer: index)
    }
    return network
  }

  func dataset() throws -> LabeledDataset {
    let generator = CounterBasedGenerator(seed: 11)
    let values: Features
    if isBytes {
      let bytes = (0..<rows * features).map {
        UInt8(truncatingIfNeeded: generator.bits(at: UInt64($0)))
      }
      values = .bytes(
        try ByteMatrix(rowCount: rows, columnCount: features, bytes: bytes, scale: 1.0 / 255))
    } else {
      values = .floats(
        try Matrix(
          rowCount: rows, columnCount: features,
          elements: (0..<rows * features).map { 2 * generator.uniform(at: UInt64($0)) - 1 }))
    }
    let names = (0..<classes).map { "class \($0)" }
    guard isSoft else {
      return try LabeledDataset(
        features: values, labels: (0..<rows).map { $0 * 5 % classes }, classNames: names)
    }
    let scores = try Matrix(
      rowCount: rows, columnCount: classes,
      elements: (0..<rows * classes).map { 3 * generator.uniform(at: UInt64(1 << 40 + $0)) })
    return try LabeledDataset(
      features: values, distributions: scores.softmax(), classNames: names)
  }
}

/// What may happen to the features.
enum InputSteps: String, Sendable, CaseIterable {
  case scaling, dropout, all

  var layers: [any Layer] {
    switch self {
    case .scaling: [Scaling()]
    case .dropout: [Dropout(0.2), Tanh()]
    case .all: [BatchNormalization(momentum: 0.5), Scaling(), ParametricActivation(.silu)]
    }
  }

  /// The most rows of a batch that the fused plan takes.
  var rowLimit: Int { self == .all ? Kernels.rowChunk : .max }
}

/// What may happen to the units of a hidden layer.
enum HiddenSteps: String, Sendable, CaseIterable {
  case dropout, normalization, custom, gelu, twice, parametric, all

  var layers: [any Layer] {
    switch self {
    case .dropout: [ReLU(), Dropout(0.3)]
    case .normalization: [BatchNormalization(), Tanh()]
    case .custom: [Softsign()]
    case .gelu: [GELU()]
    case .parametric: [ParametricActivation(.selu), Dropout(0.15), Scaling()]
    case .twice: [Sigmoid(), Dropout(0.5), Dropout(0.2), SiLU()]
    case .all:
      [
        BatchNormalization(momentum: 0.5), Softsign(), Dropout(0.1), Tanh(), Softsign(),
        BatchNormalization(epsilon: 0.1), ELU(),
      ]
    }
  }

  /// The most rows of a batch that the fused plan takes.
  var rowLimit: Int { layers.contains { $0 is BatchNormalization } ? Kernels.rowChunk : .max }
}

/// x / (1 + |x|), as a user would write it.
struct Softsign: ElementLayer {
  func value(at x: Float) -> Float { x / (1 + abs(x)) }
  func slope(at x: Float, value y: Float) -> Float { (1 - abs(y)) * (1 - abs(y)) }
}

/// What a training left behind, to the bit.
struct PlanOutcome: Equatable {
  var names: [String] = []
  var parameters: [[UInt32]] = []
  var losses: [UInt64] = []
  var correctCounts: [Int] = []
}

extension PlanOutcome {
  mutating func add(_ tensors: [LayerTensor]) {
    parameters += tensors.map { $0.values.map(\.bitPattern) }
  }

  mutating func add(_ totals: LossTotals) {
    losses.append(totals.lossSum.bitPattern)
    correctCounts.append(totals.correctCount)
  }
}

extension PlanCase {
  func plainPlan(
    _ network: Sequential, _ dataset: LabeledDataset, threads: Int, kernels: Kernels = .best
  ) -> PlainPlan {
    PlainPlan(
      network, on: dataset, loss: .crossEntropy, optimizer: optimizer, batchSize: batchSize,
      l1Penalty: l1Penalty, l2Penalty: l2Penalty, workerCount: threads, kernels: kernels)
  }

  func fusedPlan(
    _ network: Sequential, _ dataset: LabeledDataset, threads: Int, kernels: Kernels = .best,
    isUpdating: Bool = true
  ) throws -> FusedPlan {
    FusedPlan(
      network, of: try #require(FusedShape(network, loss: .crossEntropy)), on: dataset,
      optimizer: isUpdating ? optimizer : nil, batchSize: batchSize, l2Penalty: l2Penalty,
      workerCount: threads, kernels: kernels)
  }

  /// Two epochs, as `fit` has them.
  ///
  /// - Parameters:
  ///   - stepsOfRun: the number of steps that the team does before it is asked again.
  ///   - isAloneAtTimes: whether every other run is done by one worker alone.
  func outcome(
    of plan: any TrainingPlan, _ network: Sequential, _ dataset: LabeledDataset, threads: Int,
    stepsOfRun: Int = .max, isAloneAtTimes: Bool = false
  ) -> PlanOutcome {
    let team = WorkerTeam(threadCount: threads)
    let alone = isAloneAtTimes ? WorkerTeam(threadCount: 1) : team
    var runCount = 0
    var clock = OptimizerClock(optimizer, batchesPerEpoch: plan.schedule.stepCount)
    var result = PlanOutcome()
    for epoch in 0..<2 {
      let generator = CounterBasedGenerator(seed: 5, purpose: .shuffle, epoch: epoch)
      plan.schedule.setOrder(generator.permutation(of: dataset.count))
      var totals = LossTotals()
      var next = 0
      while next < plan.schedule.stepCount {
        let steps = next..<next + min(stepsOfRun, plan.schedule.stepCount - next)
        for step in steps {
          plan.schedule.setUpdate(of: step, to: clock.next())
          // A number that is not the step's place, for dropout to draw from.
          plan.schedule.setNumber(of: step, to: 1000 + epoch * plan.schedule.stepCount + step)
        }
        plan.run(
          steps, dataset: dataset, isUpdating: true, team: runCount % 2 == 0 ? team : alone)
        runCount += 1
        plan.schedule.add(steps, to: &totals)
        next = steps.upperBound
      }
      result.add(totals)
    }
    var trained = network
    plan.store(into: &trained)
    for layer in trained.layers { result.add(layer.tensors) }
    return result
  }

  /// The loss and the gradient of the whole data set, without an update.
  func gradient(
    by plan: any TrainingPlan, _ network: Sequential, _ dataset: LabeledDataset, threads: Int
  ) -> PlanOutcome {
    let layout = ParameterLayout(network)
    var flat = [Float](repeating: .nan, count: layout.count)
    plan.schedule.setOrder(Array(0..<dataset.count))
    flat.withMutableFlatView { flat in
      dataset.withSources { features, targets in
        WorkerTeam(threadCount: threads).run(0..<1, prepare: plan.prepare) { worker, steps in
          plan.run(
            steps, features: features, targets: targets, isUpdating: false, worker: worker)
          plan.forEachPart(of: worker, afterStep: 0) { part in
            if part.isOwned, let flat { part.view(of: flat).assign(part.gradient) }
          }
        }
      }
    }
    #expect(!flat.contains { $0.isNaN })
    var result = PlanOutcome()
    var totals = LossTotals()
    plan.schedule.add(0..<1, to: &totals)
    result.add(totals)
    for layer in layout.layers(of: flat) {
      result.names.append("\(layer.layer) \(layer.tensors.map(\.name))")
      result.add(layer.tensors)
    }
    return result
  }
}
