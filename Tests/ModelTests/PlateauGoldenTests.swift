// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import SoftmaxModels

/// The rates that Keras and PyTorch reduce on a plateau (Tests/golden/make-plateau.py).
@Suite struct PlateauGoldenTests {
  struct Golden: Decodable {
    struct Case: Decodable {
      var factor: Double
      var patience: Int
      var minDelta: Double
      var cooldown: Int
      var least: Double
      var keras: [Double]
      var torch: [Double]
    }

    var figures: [Double]
    var cases: [Case]
  }

  @Test func onAPlateauWithoutEndTheRateStaysANumberToTrainWith() {
    var plateau = ReduceOnPlateau.reduceOnPlateau(patience: 1, monitor: .loss)
    var rate = 1.0
    for _ in 0..<1000 {
      let next = plateau.nextRate(after: 1, from: rate)
      #expect(next > 0 && next / rate > 0 && Float(next).isNormal)
      rate = next
    }
  }

  @Test func theRatesAreThePeersEpochByEpoch() throws {
    let url = try #require(
      Bundle.module.url(forResource: "plateau", withExtension: "json", subdirectory: "Golden"))
    let golden = try JSONDecoder().decode(Golden.self, from: Data(contentsOf: url))
    #expect(golden.cases.count >= 5 && golden.figures.count >= 30)
    for test in golden.cases {
      var plateau = ReduceOnPlateau.reduceOnPlateau(
        factor: test.factor, patience: test.patience, monitor: .loss, minDelta: test.minDelta,
        cooldown: test.cooldown, minLearningRate: test.least)
      var rate = 0.1
      var rates: [Double] = []
      for figure in golden.figures {
        rate = plateau.nextRate(after: figure, from: rate)
        rates.append(rate)
      }
      // Keras keeps its rate as a float.
      #expect(zip(rates, test.keras).allSatisfy { abs($0 - $1) <= 1e-6 * $1 }, "\(test) \(rates)")
      #expect(rates.last.map { $0 < 0.1 } == true)
      // PyTorch counts the epochs of a cooldown otherwise.
      if test.cooldown == 0 {
        #expect(zip(rates, test.torch).allSatisfy { abs($0 - $1) <= 1e-12 * $1 }, "\(test)")
      }
    }
  }
}
