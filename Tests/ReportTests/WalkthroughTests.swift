// SPDX-License-Identifier: Apache-2.0

import Foundation
import SoftmaxCore
import SoftmaxReports
import Testing

@Suite struct WalkthroughTests {
  @Test func everyStageIsThatOfTheFormula() throws {
    let z: [[Double]] = [[3, 1, -3], [0.5, -0.25, 2]]
    let labels = [0, 1]
    let walkthrough = try SoftmaxWalkthrough(
      logits: Matrix(z.map { $0.map(Float.init) }), labels: labels)
    #expect(walkthrough.classNames == ["0", "1", "2"])
    for (row, z) in z.enumerated() {
      let maximum = try #require(z.max())
      let sum = z.reduce(0) { $0 + exp($1 - maximum) }
      #expect(Double(walkthrough.maxima[row]) == maximum)
      #expect(abs(Double(walkthrough.sums[row]) - sum) < 1e-6)
      let naiveSum = z.reduce(0) { $0 + exp($1) }
      #expect(abs(Double(walkthrough.naive.sums[row]) - naiveSum) < 1e-5 * naiveSum)
      let loss = log(sum) - (z[labels[row]] - maximum)
      #expect(abs(Double(walkthrough.losses[row]) - loss) < 1e-6)
      #expect(abs(Double(walkthrough.naive.losses[row]) - loss) < 1e-6)
      for (index, value) in z.enumerated() {
        let p = exp(value - maximum) / sum
        #expect(Double(walkthrough.shifted[row, index]) == value - maximum)
        #expect(abs(Double(walkthrough.exponentials[row, index]) - exp(value - maximum)) < 1e-6)
        #expect(abs(Double(walkthrough.probabilities[row, index]) - p) < 1e-6)
        #expect(abs(Double(walkthrough.naive.probabilities[row, index]) - p) < 1e-6)
        let gradient = p - (index == labels[row] ? 1 : 0)
        #expect(abs(Double(walkthrough.gradient[row, index]) - gradient) < 1e-6)
      }
    }
  }

  @Test func whatItShowsIsWhatTheLibraryComputes() throws {
    let walkthrough = try SoftmaxWalkthrough.workedExample()
    #expect(walkthrough.probabilities == walkthrough.logits.softmax())
    let (losses, gradient) = try walkthrough.logits.crossEntropyWithGradient(
      of: .labels(walkthrough.labels))
    #expect(walkthrough.losses == losses && walkthrough.gradient == gradient)
  }

  @Test func theNaiveWayFailsWhereTheRightOneDoesNot() throws {
    let walkthrough = try SoftmaxWalkthrough.workedExample()
    #expect(walkthrough.naive.exponentials.row(1).allSatisfy { $0 == .infinity })
    #expect(walkthrough.naive.probabilities.row(1).allSatisfy { $0.isNaN })
    #expect(walkthrough.probabilities.row(1).map { ($0 * 100).rounded() } == [9, 24, 67])
    #expect(walkthrough.naive.losses[2] == .infinity)
    #expect(abs(walkthrough.losses[2] - 200.693147) < 1e-4)
  }

  @Test func derivativesAreThoseOfTheFunction() throws {
    let walkthrough = try SoftmaxWalkthrough.workedExample()
    func p(_ z: [Double]) -> Double { exp(z[0]) / z.reduce(0) { $0 + exp($1) } }
    let slopes = walkthrough.derivatives(ofProbability: 0, inRow: 0)
    for index in 0..<3 {
      var (more, less) = ([3.0, 1, -3], [3.0, 1, -3])
      more[index] += 1e-5
      less[index] -= 1e-5
      #expect(abs(Double(slopes[index]) - (p(more) - p(less)) / 2e-5) < 1e-6)
      #expect(slopes[index] != 0)
    }
  }

  @Test func theDetourCostsDigits() {
    // As numpy has it: float32 0.00020003319 for 0.0002, float64 0.0001999999999999780.
    #expect(RoundOffExample<Float>().direct == 0.0002)
    #expect(RoundOffExample<Float>().detour == 0.000200033187866211)
    #expect(RoundOffExample<Double>().detour == 0.00019999999999997797)
    #expect(RoundOffExample<Float>().relativeError > 1e-4)
    #expect(RoundOffExample<Double>().relativeError < 1e-12)
  }

  @Test func whatDoesNotFitIsAnError() throws {
    let logits = try Matrix([[1, 2]])
    func code(_ body: () throws -> Void) -> SoftmaxError.Code? {
      #expect(throws: SoftmaxError.self) { try body() }?.code
    }
    #expect(code { _ = try SoftmaxWalkthrough(logits: logits, labels: [2]) } == .labelOutOfRange)
    #expect(code { _ = try SoftmaxWalkthrough(logits: logits, labels: []) } == .shapeMismatch)
    #expect(
      code { _ = try SoftmaxWalkthrough(logits: logits, labels: [0], classNames: ["a"]) }
        == .shapeMismatch)
    #expect(
      code { _ = try SoftmaxWalkthrough(logits: Matrix([[1, .infinity]]), labels: [0]) }
        == .nonFiniteValue)
  }
}
