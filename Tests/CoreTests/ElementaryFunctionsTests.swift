// SPDX-License-Identifier: Apache-2.0

import Foundation
import SoftmaxCore
import Testing

@Suite struct ElementaryFunctionsTests {
  private let generator = CounterBasedGenerator(seed: 11)

  private func uniform(_ index: Int) -> Double {
    Double(generator.bits(at: UInt64(index)) >> 11) * 0x1p-53
  }

  @Test func theExponentialIsWithinTwoUnitsOfTheLastPlace() {
    for index in 0..<20_000 {
      let x = -708 * pow(uniform(index), 3)
      let expected = exp(x)
      #expect(abs(ElementaryFunctions.exponential(x) - expected) <= 2 * expected.ulp)
    }
    #expect(ElementaryFunctions.exponential(0) == 1)
    #expect(ElementaryFunctions.exponential(-709) == 0)
    #expect(ElementaryFunctions.exponential(-.infinity) == 0)
  }

  @Test func theLogarithmIsWithinTwoUnitsOfTheLastPlace() {
    for index in 0..<20_000 {
      let x = exp(1400 * (uniform(index) - 0.5))
      let expected = log(x)
      #expect(abs(ElementaryFunctions.logarithm(x) - expected) <= max(2 * expected.ulp, 2e-16))
    }
    #expect(ElementaryFunctions.logarithm(1) == 0)
  }
}
