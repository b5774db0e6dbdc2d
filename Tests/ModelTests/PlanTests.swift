// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore
import Testing

@testable import SoftmaxModels

/// Both plans give the same bits: the plain one is layer by layer, the fused one is fast.
@Suite struct PlanTests {
  private func expectSameBits(_ test: PlanCase, stepsOfRun: Int = .max) throws {
    let network = try test.network()
    let dataset = try test.dataset()
    let plain = test.outcome(
      of: test.plainPlan(network, dataset, threads: 1), network, dataset, threads: 1)
    let fused = test.outcome(
      of: try test.fusedPlan(network, dataset, threads: test.threads), network, dataset,
      threads: test.threads, stepsOfRun: stepsOfRun)
    #expect(plain == fused)
    // Training that went nowhere would agree too.
    #expect(plain.parameters != PlanOutcome(network).parameters)
  }

  /// Where others need the processors, a plan for several workers goes on with one, and back.
  @Test(arguments: [2, 3, 5])
  func aPlanThatOneWorkerTakesOverForAWhileHasTheSameBits(threads: Int) throws {
    for (hidden, inputSteps) in [
      ([], nil), ([40], nil), ([48, 40], nil), ([40], .all), ([48, 40], .scaling),
    ] as [([Int], InputSteps?)] {
      let test = PlanCase(
        hidden: hidden, inputSteps: inputSteps, rows: 90, batchSize: 13, threads: threads)
      let network = try test.network()
      let dataset = try test.dataset()
      let expected = test.outcome(
        of: test.plainPlan(network, dataset, threads: 1), network, dataset, threads: 1)
      let plans: [any TrainingPlan] = [
        test.plainPlan(network, dataset, threads: threads),
        try test.fusedPlan(network, dataset, threads: threads),
      ]
      for plan in plans {
        #expect(
          test.outcome(
            of: plan, network, dataset, threads: threads, stepsOfRun: 2, isAloneAtTimes: true)
            == expected, "\(hidden), \(type(of: plan))")
      }
    }
  }

  static let linear: [PlanCase] = {
    var cases = [(2, 2), (3, 2), (4, 3), (4, 4)]
    cases += (3...13).map { (13, $0) }
    for features in [63, 64, 100] { cases += (3...32).map { (features, $0) } }
    cases += [3, 10, 16, 17, 31, 32].map { (784, $0) }
    return cases.enumerated().map {
      PlanCase(features: $1.0, classes: $1.1).settings($0)
    }
  }()

  @Test(arguments: linear)
  func softmaxRegressionHasTheSameBits(test: PlanCase) throws {
    try expectSameBits(test)
  }

  static let oneHidden: [PlanCase] = {
    var cases: [PlanCase] = []
    for units in [33, 48, 77, 100, 128] {
      for activation: Activation? in [.relu, .tanh, .sigmoid, nil] {
        for batch in PlanCase.batches.indices {
          var test = PlanCase(hidden: [units], activation: activation).settings(cases.count)
          (test.rows, test.batchSize) = PlanCase.batches[batch]
          cases.append(test)
        }
      }
    }
    // Few units, which lie in lanes where there are fewer features; the sizes of the real data.
    for (features, units, classes) in [(3, 12, 5), (5, 20, 20), (1, 2, 2), (784, 128, 10)] {
      cases.append(
        PlanCase(features: features, hidden: [units], classes: classes).settings(cases.count))
    }
    return cases
  }()

  @Test(arguments: oneHidden)
  func aNetworkOfOneHiddenLayerHasTheSameBits(test: PlanCase) throws {
    try expectSameBits(test)
  }

  static let deep: [PlanCase] = {
    var cases: [PlanCase] = []
    for hidden in [
      [40, 36], [77, 33], [128, 64], [33, 34, 35], [48, 100, 40], [34, 33, 36, 37],
    ] {
      for batch in PlanCase.batches.indices {
        let activation: Activation? = [.relu, .tanh, .sigmoid, nil][(batch + hidden.count) % 4]
        var test = PlanCase(hidden: hidden, activation: activation).settings(cases.count)
        (test.rows, test.batchSize) = PlanCase.batches[batch]
        cases.append(test)
      }
    }
    return cases
  }()

  @Test(arguments: deep)
  func aNetworkOfMoreHiddenLayersHasTheSameBits(test: PlanCase) throws {
    try expectSameBits(test)
  }

  static let steps: [PlanCase] = HiddenSteps.allCases.flatMap { steps in
    PlanCase.batches.indices.compactMap { batch in
      let hidden = [[40], [77], [48, 33], [33, 34, 36]][batch % 4]
      var test = PlanCase(hidden: hidden, steps: steps).settings(batch + hidden.count)
      (test.rows, test.batchSize) = PlanCase.batches[batch]
      // A batch of one row would be normalized to nothing.
      let isNormalized = steps.rowLimit < .max
      return isNormalized && !(2...steps.rowLimit ~= test.batchSize) ? nil : test
    }
  }

  @Test(arguments: steps)
  func whatHappensToTheUnitsOfHiddenLayersHasTheSameBits(test: PlanCase) throws {
    try expectSameBits(test)
  }

  static let inputSteps: [PlanCase] = InputSteps.allCases.flatMap { inputSteps in
    PlanCase.batches.indices.flatMap { batch in
      [9, 20, 70].compactMap { features in
        let hidden = [[40], [77], [48, 33], [33, 34, 36]][batch % 4]
        var test = PlanCase(features: features, hidden: hidden, inputSteps: inputSteps)
          .settings(batch + features)
        test.classes = min(10, features)
        (test.rows, test.batchSize) = PlanCase.batches[batch]
        let isNormalized = inputSteps.rowLimit < .max
        return isNormalized && !(2...inputSteps.rowLimit ~= test.batchSize) ? nil : test
      }
    }
  }

  @Test(arguments: inputSteps)
  func whatHappensToTheFeaturesHasTheSameBits(test: PlanCase) throws {
    try expectSameBits(test)
  }

  // How many steps the team does at a time follows the clock.
  @Test(arguments: [1, 2, 3])
  func runsOfAnyLengthHaveTheSameBits(stepsOfRun: Int) throws {
    for hidden in [[], [40], [40, 36]] {
      for batch in [(65, 7), (600, 257)] {
        try expectSameBits(
          PlanCase(hidden: hidden, rows: batch.0, batchSize: batch.1, threads: 2),
          stepsOfRun: stepsOfRun)
      }
    }
  }

  static let crossed = [
    PlanCase(features: 100, classes: 10), PlanCase(hidden: [77], isBytes: true),
    PlanCase(hidden: [100], activation: .tanh, rows: 300, batchSize: 270, isSoft: true),
    PlanCase(hidden: [40, 36], activation: .sigmoid, optimizer: .sgd(momentum: 0.9)),
    PlanCase(hidden: [40], optimizer: .adamW(weightDecay: 0.1), l2Penalty: 0.01),
    PlanCase(hidden: [33, 34], optimizer: .rmsprop(momentum: 0.5)),
    PlanCase(hidden: [77, 40], steps: .all),
    PlanCase(hidden: [100], steps: .dropout, rows: 300, batchSize: 270),
    PlanCase(hidden: [100], steps: .parametric, inputSteps: .scaling, rows: 300, batchSize: 270),
    PlanCase(
      features: 40, hidden: [77, 40], steps: .parametric, inputSteps: .all,
      optimizer: .adamWByTensor()),
  ]

  @Test(arguments: crossed, InstructionSet.allCases.filter(\.isSupported))
  func everyInstructionSetAndNumberOfThreadsHasTheSameBits(
    test: PlanCase, set: InstructionSet
  ) throws {
    let network = try test.network()
    let dataset = try test.dataset()
    let scalar = try #require(Kernels(.scalar))
    let specification = test.outcome(
      of: test.plainPlan(network, dataset, threads: 1, kernels: scalar), network, dataset,
      threads: 1)
    let kernels = try #require(Kernels(set))
    for threads in PlanCase.threadCounts {
      let plain = test.outcome(
        of: test.plainPlan(network, dataset, threads: threads, kernels: kernels), network, dataset,
        threads: threads)
      let fused = test.outcome(
        of: try test.fusedPlan(network, dataset, threads: threads, kernels: kernels), network,
        dataset, threads: threads)
      #expect(plain == specification, "plain, \(threads) threads")
      #expect(fused == specification, "fused, \(threads) threads")
    }
  }

  static let plain: [PlanCase] =
    [
      .adam(isAMSGrad: true), .rmsprop(momentum: 0.9, isCentered: true),
      .adam().clipped(norm: 0.05), .sgd(learningRate: 0.1, momentum: 0.9).clipped(value: 0.001),
      .sgd(learningRate: 0.1, weightDecay: 0.1).accumulating(2),
      .adamW(isAMSGrad: true).clipped(value: 0.01).clipped(norm: 0.05).accumulating(2),
    ].flatMap { optimizer in
      [
        PlanCase(hidden: [40], optimizer: optimizer, l1Penalty: 0.001, l2Penalty: 0.01),
        PlanCase(features: 50, hidden: [20, 70], classes: 3, optimizer: optimizer),
      ]
    } + [
      // A batch that is normalized in more than a block, and workers that share its rows' features.
      PlanCase(hidden: [40, 20, 48], steps: .all, rows: 300, batchSize: 270),
      // Units for all workers or for few of them, and logits that are shared out like units.
      PlanCase(hidden: [20, 150], steps: .custom),
      PlanCase(features: 150, hidden: [150], classes: 50),
      PlanCase(hidden: [40], classes: 150, rows: 300, batchSize: 270),
      PlanCase(hidden: [40], classes: 150, isSoft: true),
      // A normalization is the first with something to train; it is frozen, and another is.
      PlanCase(hidden: [48, 33], steps: .all, frozenCount: 1),
      PlanCase(hidden: [48, 33], steps: .all, frozenCount: 2),
    ]

  @Test(arguments: plain, InstructionSet.allCases.filter(\.isSupported))
  func whatIsThePlainPlansAloneHasTheSameBitsToo(test: PlanCase, set: InstructionSet) throws {
    let network = try test.network()
    let dataset = try test.dataset()
    func outcome(_ set: InstructionSet, threads: Int) throws -> PlanOutcome {
      test.outcome(
        of: test.plainPlan(
          network, dataset, threads: threads, kernels: try #require(Kernels(set))), network,
        dataset,
        threads: threads)
    }
    let specification = try outcome(.scalar, threads: 1)
    #expect(specification.parameters != PlanOutcome(network).parameters)
    for threads in PlanCase.threadCounts {
      #expect(try outcome(set, threads: threads) == specification, "\(threads) threads")
    }
  }

  @Test(arguments: [1, 2, 255, 256, 257, 513, 1000, 1281, 1600, 1793])
  func gradientsHaveTheSameBits(rowCount: Int) throws {
    for (number, hidden) in [[], [40], [33, 48], [34, 33, 36]].enumerated() {
      for isSoft in [false, true] {
        var test = PlanCase(hidden: hidden, rows: rowCount, batchSize: rowCount, isSoft: isSoft)
        test.threads = PlanCase.threadCounts[(number + rowCount) % 5]
        let network = try test.network()
        let dataset = try test.dataset()
        let plain = test.gradient(
          by: test.plainPlan(network, dataset, threads: 2), network, dataset, threads: 2)
        let fused = test.gradient(
          by: try test.fusedPlan(network, dataset, threads: test.threads, isUpdating: false),
          network, dataset, threads: test.threads)
        #expect(plain == fused, "\(test.testDescription)")
      }
    }
  }

  @Test(arguments: InputSteps.allCases)
  func gradientsBehindStepsOnFeaturesHaveTheSameBits(inputSteps: InputSteps) throws {
    for rowCount in [2, 33, 256, 600] where rowCount <= inputSteps.rowLimit {
      var test = PlanCase(
        hidden: [48, 33], steps: .parametric, inputSteps: inputSteps, rows: rowCount,
        batchSize: rowCount)
      test.threads = 3
      let network = try test.network()
      let dataset = try test.dataset()
      let plain = test.gradient(
        by: test.plainPlan(network, dataset, threads: 2), network, dataset, threads: 2)
      let fused = test.gradient(
        by: try test.fusedPlan(network, dataset, threads: test.threads, isUpdating: false),
        network, dataset, threads: test.threads)
      #expect(plain == fused, "\(test.testDescription)")
    }
  }

  @Test(arguments: HiddenSteps.allCases)
  func gradientsBehindStepsHaveTheSameBits(steps: HiddenSteps) throws {
    for rowCount in [2, 33, 256, 600] where rowCount <= steps.rowLimit {
      var test = PlanCase(hidden: [48, 33], steps: steps, rows: rowCount, batchSize: rowCount)
      test.threads = 3
      let network = try test.network()
      let dataset = try test.dataset()
      let plain = test.gradient(
        by: test.plainPlan(network, dataset, threads: 2), network, dataset, threads: 2)
      let fused = test.gradient(
        by: try test.fusedPlan(network, dataset, threads: test.threads, isUpdating: false),
        network, dataset, threads: test.threads)
      #expect(plain == fused, "\(test.testDescription)")
    }
  }
}

extension PlanOutcome {
  fileprivate init(_ network: Sequential) {
    for layer in network.layers { add(layer.tensors) }
  }
}
