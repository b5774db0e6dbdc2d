// SPDX-License-Identifier: Apache-2.0

import Foundation
import SoftmaxCore
import Testing

@testable import SoftmaxModels

// The values themselves are compared with PyTorch's and Keras' in `OptimizerGoldenTests`.
@Suite struct LearningRateScheduleTests {
  @Test func theCosineIsThatOfTheFormulaToTwoUnits() {
    for step in 0...4096 {
      let x = Double(step) / 4096
      #expect(abs(cosine(ofHalfTurns: x) - cos(Double.pi * x)) <= 0x1p-51)
    }
    #expect(cosine(ofHalfTurns: 0) == 1)
    #expect(cosine(ofHalfTurns: 0.5) == 0)
    #expect(cosine(ofHalfTurns: 1) == -1)
  }

  @Test func powersAreThoseOfTheFormula() {
    for base in [0.05, 0.5, 0.9, 0.999] {
      for step in 0..<400 {
        let exponent = Double(step) / 7
        let expected = pow(base, exponent)
        #expect(abs(power(base, exponent) - expected) <= 1e-14 * expected)
      }
    }
    #expect(power(1, 1e300) == 1)
    #expect(power(0.5, 1e300) == 0)
    #expect(power(0.5, 3) == 0.125)
  }

  @Test func aScheduleEndsAtItsFloorAndStaysThere() {
    let cosine = LearningRateSchedule.cosine(over: .epochs(2), warmup: .steps(4), floor: 0.125)
    let factors = (0..<30).map { cosine.factor(atStep: $0, stepsPerEpoch: 10) }
    #expect(factors[..<4] == [0.2, 0.4, 0.6, 0.8])
    #expect(factors[4] == 1)
    #expect(zip(factors[4..<20], factors[5...20]).allSatisfy { $0 > $1 })
    #expect(factors[20...].allSatisfy { $0 == 0.125 })
    let cycle = LearningRateSchedule.oneCycle(over: .steps(20))
    #expect(cycle.factor(atStep: 5, stepsPerEpoch: 1) == 1)
    #expect(
      cycle.factor(atStep: 19, stepsPerEpoch: 1) == cycle.factor(atStep: 99, stepsPerEpoch: 1))
    #expect(LearningRateSchedule.constant.factor(atStep: 7, stepsPerEpoch: 3) == 1)
  }

  @Test func fourWavesAreThoseOfTheFormula() {
    for length in [1, 7, 100, 4096] {
      let schedule = LearningRateSchedule.coslog4(over: .steps(length))
      for step in 0..<length {
        let turns = log2(1 + 15 * Double(step) / Double(length))
        let factor = schedule.factor(atStep: step, stepsPerEpoch: 3)
        #expect(abs(factor - 0.5 * (1 - cos(2 * Double.pi * turns))) <= 1e-14)
      }
      for step in [length, length + 1, .max] {
        #expect(schedule.factor(atStep: step, stepsPerEpoch: 3) == 0)
      }
    }
    // Waves end after 1, 3 and 7 of 15 parts; the second is at its top where 1 + 15 t is 2^1.5.
    let schedule = LearningRateSchedule.coslog4(over: .epochs(15))
    for step in [0, 10, 30, 70, 150] {
      #expect(schedule.factor(atStep: step, stepsPerEpoch: 10) == 0)
    }
    #expect(schedule.factor(atStep: 18, stepsPerEpoch: 10) > 0.99)
  }

  @Test func theShortestSchedulesHaveFactorsToo() {
    for span in [1, 2, 3] {
      for fraction in [0, 0.3, 0.5, 1] {
        let cycle = LearningRateSchedule.oneCycle(over: .steps(span), warmupFraction: fraction)
        for step in 0..<5 {
          let factor = cycle.factor(atStep: step, stepsPerEpoch: 1)
          #expect(factor > 0 && factor <= 1, "\(fraction) of \(span), step \(step)")
        }
      }
    }
    // A warm-up that is longer than the whole, which only the data can tell.
    let cosine = LearningRateSchedule.cosine(over: .epochs(1), warmup: .steps(5))
    #expect(cosine.factor(atStep: 4, stepsPerEpoch: 3) == 5.0 / 6)
    #expect(cosine.factor(atStep: 5, stepsPerEpoch: 3) == 0)
  }

  // Whatever a schedule was made of, and whichever step is asked for: a factor, perhaps no number.
  @Test func noNumbersOfStepsTrap() {
    let numbers = [-1, 0, 0.3, 1, 2, 1e300, -.infinity, .infinity, .nan, .leastNonzeroMagnitude]
    let counts = [Int.min, -1, 0, 1, 7, .max]
    let spans = counts.flatMap { [LearningRateSchedule.Span.steps($0), .epochs($0)] }
    var schedules: [LearningRateSchedule] = [.constant]
    for span in spans {
      for x in numbers {
        schedules += [
          .step(factor: x, every: span), .exponential(factor: x, per: span),
          .cosine(over: span, warmup: .steps(2), floor: x),
          .oneCycle(over: span, warmupFraction: x),
          .oneCycle(over: span, initialDivisor: x, finalDivisor: x),
        ]
      }
      schedules.append(.coslog4(over: span))
      for warmup in spans { schedules.append(.cosine(over: span, warmup: warmup)) }
    }
    var validCount = 0
    for schedule in schedules {
      let isValid = (try? Optimizer.sgd().scheduled(schedule).validate()) != nil
      if isValid { validCount += 1 }
      for step in counts {
        for stepsPerEpoch in counts {
          let factor = schedule.factor(atStep: step, stepsPerEpoch: stepsPerEpoch)
          if isValid { #expect(factor >= 0 && factor <= 1, "\(schedule)") }
          let peak = schedule.peak(inSteps: step, stepsPerEpoch: stepsPerEpoch)
          if isValid { #expect(peak.factor >= 0 && peak.factor <= 1, "\(schedule)") }
        }
      }
    }
    #expect(validCount > 0)
  }

  @Test func aTrainingCanBeTooShortForItsSchedule() {
    let warmup = LearningRateSchedule.cosine(over: .epochs(3), warmup: .steps(500))
    #expect(warmup.peak(inSteps: 30, stepsPerEpoch: 10) == (30.0 / 501, false))
    #expect(warmup.peak(inSteps: 501, stepsPerEpoch: 200) == (1, true))
    let cycle = LearningRateSchedule.oneCycle(over: .epochs(1))
    #expect(cycle.peak(inSteps: 1, stepsPerEpoch: 1).factor == 1 / 25.0 / 1e4)
    #expect(cycle.peak(inSteps: 10, stepsPerEpoch: 10) == (1, true))
    // The greatest of all factors, whatever the schedule.
    for schedule in [
      .constant, .step(every: .steps(3)), .exponential(factor: 0.5), warmup, cycle,
      .oneCycle(over: .steps(7)), .oneCycle(over: .steps(6), warmupFraction: 0.9),
      .coslog4(over: .steps(31)), .coslog4(over: .epochs(10)), .coslog4(over: .steps(2)),
    ] as [LearningRateSchedule] {
      for count in 1...40 {
        let factors = (0..<count).map { schedule.factor(atStep: $0, stepsPerEpoch: 10) }
        #expect(schedule.peak(inSteps: count, stepsPerEpoch: 10).factor == factors.max())
      }
    }
  }

  @Test func aScheduleIsTheSameAfterItsJSON() throws {
    for schedule: LearningRateSchedule in [
      .constant, .step(factor: 0.5, every: .steps(3)), .exponential(factor: 0.9),
      .cosine(over: .epochs(3), warmup: .epochs(1), floor: 0.1), .oneCycle(over: .steps(100)),
      .coslog4(over: .epochs(7)),
    ] {
      let optimizer = Optimizer.adamW().scheduled(schedule).clipped(norm: 2).accumulating(3)
      let json = try JSONEncoder().encode(optimizer)
      #expect(try JSONDecoder().decode(Optimizer.self, from: json) == optimizer)
    }
  }

  @Test(
    arguments: [
      .step(factor: 0, every: .steps(1)), .step(factor: 1.5, every: .steps(1)),
      .step(factor: .nan, every: .steps(1)), .step(factor: 0.5, every: .steps(0)),
      .exponential(factor: 0.5, per: .epochs(-1)), .exponential(factor: -0.5),
      .cosine(over: .steps(0)), .cosine(over: .steps(5), warmup: .steps(5)),
      .cosine(over: .steps(5), warmup: .steps(-1)), .cosine(over: .steps(5), floor: 1.5),
      .cosine(over: .epochs(.max)), .coslog4(over: .steps(0)), .oneCycle(over: .steps(0)),
      .oneCycle(over: .steps(5), warmupFraction: 1.1),
      .oneCycle(over: .steps(5), initialDivisor: 0),
      .oneCycle(over: .steps(5), finalDivisor: .infinity),
    ] as [LearningRateSchedule])
  func aScheduleThatMakesNoSenseIsATypedError(schedule: LearningRateSchedule) {
    let error = #expect(throws: SoftmaxError.self) {
      try Optimizer.adam().scheduled(schedule).validate()
    }
    #expect(error?.code == .invalidArgument)
  }
}
