// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore
import Testing

@testable import SoftmaxModels

@Suite struct OptimizerClockTests {
  // The numbers of the next batch, to the bit.
  func next(_ clock: OptimizerClock) -> String {
    var clock = clock
    let step = clock.next()
    return "\(clock.batchCount) \(clock.stepCount) \(clock.learningRate) \(step)"
  }

  @Test func aClockOfAnyTimeIsTheOneThatCountedUntilThen() {
    let optimizer = Optimizer.adam(learningRate: 0.01).scheduled(.exponential(factor: 0.9))
    for (group, batchesPerEpoch) in [(1, 5), (3, 7), (3, 2), (4, 8)] {
      let optimizer = optimizer.accumulating(group)
      var counting = OptimizerClock(optimizer, batchesPerEpoch: batchesPerEpoch)
      for count in 0..<50 {
        let made = OptimizerClock(optimizer, batchesPerEpoch: batchesPerEpoch, after: count)
        #expect(next(made) == next(counting), "\(count) batches, \(group) a step")
        _ = counting.next()
      }
    }
  }

  // The products of the betas have ended at their fixed points by then; a clock that went on multiplying
  // would not return within a year.
  @Test func aClockAfterTheMostBatchesCanBeMade() {
    for optimizer in [Optimizer.adam(), .adam(beta1: 0, beta2: 0.99999), .sgd()] {
      let most = OptimizerClock.greatestBatchCount
      let clock = OptimizerClock(optimizer, batchesPerEpoch: 3, after: most)
      #expect(clock.batchCount == most && clock.stepCount == most)
    }
  }
}
