// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import SoftmaxCore

@Suite struct TeamPaceTests {
  /// A machine on which steps take a known time: `shared` with all workers, `alone` without them.
  private struct Machine {
    var shared: Double
    var alone: Double
    var stallShare: Double
    var pace = TeamPace()
    private(set) var time = 0.0
    private(set) var stepsAlone = 0

    init(shared: Double, alone: Double, stallShare: Double) {
      (self.shared, self.alone, self.stallShare) = (shared, alone, stallShare)
    }

    mutating func run(steps: Int) {
      var rest = steps
      while rest > 0 {
        let count = min(rest, pace.stepLimit)
        let seconds = Double(count) * (pace.isAlone ? alone : shared)
        if pace.isAlone { stepsAlone += count }
        pace.record(
          steps: count, seconds: seconds, stalled: pace.isAlone ? 0 : seconds * stallShare)
        time += seconds
        rest -= count
      }
    }
  }

  @Test func whoDoesNotStallIsNeverAlone() {
    var machine = Machine(shared: 1e-5, alone: 2e-5, stallShare: 0.2)
    machine.run(steps: 1_000_000)
    #expect(machine.stepsAlone == 0)
  }

  @Test(arguments: [1e-3, 1e-4, 4e-5])
  func whereWorkersStallTheCallerGoesOnAlone(shared: Double) {
    var machine = Machine(shared: shared, alone: 2e-5, stallShare: 0.9)
    machine.run(steps: 100_000)
    #expect(machine.time < 1.1 * 100_000 * 2e-5)
  }

  @Test func stallsThatCostLessThanTheWorkersGainAreBorne() {
    var machine = Machine(shared: 1e-5, alone: 2e-5, stallShare: 0.5)
    machine.run(steps: 1_000_000)
    #expect(machine.time < 1.03 * 1_000_000 * 1e-5)
  }

  @Test func whenTheOthersHaveGoneAllShareAgain() {
    var machine = Machine(shared: 1e-3, alone: 2e-5, stallShare: 0.9)
    machine.run(steps: 100_000)
    (machine.shared, machine.stallShare) = (1e-5, 0)
    machine.run(steps: 100_000)
    let alone = machine.stepsAlone
    machine.run(steps: 100_000)
    #expect(machine.stepsAlone == alone)
  }

  @Test func aStepOfSecondsIsOneDecision() {
    var machine = Machine(shared: 3, alone: 2, stallShare: 0.5)
    machine.run(steps: 3)
    #expect(machine.pace.stepLimit == 1)
    #expect(machine.time <= 9)
  }
}
