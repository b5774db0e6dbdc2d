// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// Softmax in double precision, with the bound of a float's error that follows from the rounding.
struct ExactSoftmax {
  let probabilities: [Double]
  let logSumExp: Double
  /// How far, relatively, each probability may be off.
  let bounds: [Double]

  /// x - max is rounded, so exp is off by half an ulp of its argument's size and an ulp of its own;
  /// so is the sum, by the mean of that (at most the logarithm of the count), and each lane adds
  /// count / 16 numbers; then come the lane tree, the inverse and the product.
  init(_ row: [Float]) {
    let x = row.map(Double.init)
    let greatest = x.max() ?? 0
    let terms = x.map { Foundation.exp($0 - greatest) }
    let sum = terms.reduce(0, +)
    probabilities = terms.map { $0 / sum }
    logSumExp = greatest + Foundation.log(sum)
    let ofSum = 2 + Foundation.log(Double(x.count)) + Double(x.count) / 16 + 4
    bounds = x.map { 0x1p-24 * (2 + (greatest - $0) + ofSum + 2) }
  }
}

@Suite("Softmax along rows")
struct SoftmaxTests {
  let specification = Specification()

  static let classCounts = [1, 2, 3, 10, 16, 17, 33, 100, 1000]

  @Test(
    "Exponentials are summed in lanes of every 16th class, then by the lane tree",
    arguments: classCounts)
  func orderOfTheSum(_ classCount: Int) {
    var sample = SampleValues(seed: UInt64(classCount))
    let x = sample.rows(8, classCount, scale: 10)
    let softmax = specification.softmax(x)
    let logSoftmax = specification.logSoftmax(x)
    let logSumExp = specification.logSumExp(x)
    for row in 0..<8 {
      let greatest = x[row].max() ?? 0
      let shifted = x[row].map { $0 - greatest }
      let terms = specification.exponential(shifted)
      let sum = laneSum(terms)
      let logSum = specification.logarithm([sum])[0]
      #expect(bits(softmax[row]) == bits(terms.map { $0 * (1 / sum) }))
      #expect(bits(logSoftmax[row]) == bits(shifted.map { $0 - logSum }))
      #expect(logSumExp[row] == greatest + logSum)
    }
  }

  @Test("Probabilities are near those in double precision", arguments: classCounts)
  func nearDouble(_ classCount: Int) {
    var sample = SampleValues(seed: UInt64(classCount))
    for scale: Float in [1, 10, 100] {
      let x = sample.rows(4, classCount, scale: scale)
      let softmax = specification.softmax(x)
      let logSoftmax = specification.logSoftmax(x)
      let logSumExp = specification.logSumExp(x)
      for row in 0..<4 {
        let exact = ExactSoftmax(x[row])
        let ofLog = exact.bounds.min() ?? 0
        #expect(
          abs(Double(logSumExp[row]) - exact.logSumExp)
            <= ofLog + 0x1p-23 * (abs(exact.logSumExp) + Double(scale)))
        for (column, probability) in exact.probabilities.enumerated() {
          // Half the least subnormal, where the probability is one.
          let bound = exact.bounds[column] * probability + 0x1p-149
          #expect(abs(Double(softmax[row, column]) - probability) <= bound)
          let log = Double(x[row, column]) - exact.logSumExp
          #expect(abs(Double(logSoftmax[row, column]) - log) <= ofLog + 0x1p-22 * abs(log))
        }
      }
    }
  }

  @Test(
    "The probabilities of a row sum to 1 within 2^-23 a class",
    arguments: [1, 2, 3, 10, 1000, 65537])
  func rowsSumToOne(_ classCount: Int) {
    var sample = SampleValues(seed: 11)
    var x = sample.rows(3, classCount, scale: 20)
    x.values.replaceSubrange(0..<classCount, with: repeatElement(7.25, count: classCount))
    let softmax = specification.softmax(x)
    for row in 0..<3 {
      let sum = softmax[row].reduce(0.0) { $0 + Double($1) }
      #expect(abs(sum - 1) <= 0x1p-23 * Double(classCount))
    }
    #expect(Set(softmax[0]).count == 1)
  }

  @Test("Scores of 3, 1 and -3 give 0.88, 0.12 and 0.00")
  func workedExample() {
    let softmax = specification.softmax(Rows([[3, 1, -3]]))
    #expect(softmax.values.map { ($0 * 100).rounded() } == [88, 12, 0])
  }

  @Test("Scores in the thousands do not overflow, and only their differences count")
  func onlyDifferencesCount() {
    let softmax = specification.softmax(
      Rows([[1000, 1001, 1002], [0, 1, 2], [-1002, -1001, -1000]]))
    #expect(softmax[0].map { ($0 * 1000).rounded() } == [90, 245, 665])
    #expect(softmax[0] == softmax[1])
    #expect(softmax[2] == softmax[1])
  }

  @Test("The huge and the impossible leave the rest its probabilities")
  func extremeLogits() {
    let largest = Float.greatestFiniteMagnitude
    let x = Rows([
      [1e30, -1e30, 1e30, -1e30],
      [1e30, 1e30, 1e30, 1e30],
      [-largest, -largest, -largest, -largest],
      [largest, -largest, 0, largest],
      [-.infinity, 0, -.infinity, 0],
      [0, -0, .leastNonzeroMagnitude, -.leastNonzeroMagnitude],
    ])
    let expected = Rows([
      [0.5, 0, 0.5, 0],
      [0.25, 0.25, 0.25, 0.25],
      [0.25, 0.25, 0.25, 0.25],
      [0.5, 0, 0, 0.5],
      [0, 0.5, 0, 0.5],
      [0.25, 0.25, 0.25, 0.25],
    ])
    #expect(bits(specification.softmax(x).values) == bits(expected.values))
    #expect(specification.logSumExp(x)[..<4] == [1e30, 1e30, -largest, largest])
    let logSoftmax = specification.logSoftmax(x)
    let logHalf = specification.logarithm([2])[0]
    #expect(logSoftmax[4] == [-.infinity, -logHalf, -.infinity, -logHalf])
    #expect(logSoftmax[3] == [-logHalf, -.infinity, -largest, -logHalf])
  }

  @Test(
    "A row with NaN, with +inf or of nothing but -inf becomes a row of the canonical NaN",
    arguments: [1, 2, 3, 15, 16, 17, 40])
  func rowsWithoutProbabilities(_ classCount: Int) {
    let bad: [Float] = [.nan, -.nan, Float(bitPattern: 0xffc0_0001), .infinity]
    for (value, column) in bad.flatMap({ bad in (0..<classCount).map { (bad, $0) } }) {
      let x = Rows(1, classCount) { $1 == column ? value : Float($1) }
      #expect(bits(specification.softmax(x).values).allSatisfy { $0 == 0x7fc0_0000 })
      #expect(bits(specification.logSoftmax(x).values).allSatisfy { $0 == 0x7fc0_0000 })
      let logSumExp = specification.logSumExp(x)
      #expect(bits(logSumExp) == [value.isNaN ? 0x7fc0_0000 : Float.infinity.bitPattern])
    }
    let impossible = Rows(1, classCount) { _, _ in -.infinity }
    #expect(bits(specification.softmax(impossible).values).allSatisfy { $0 == 0x7fc0_0000 })
    #expect(bits(specification.logSoftmax(impossible).values).allSatisfy { $0 == 0x7fc0_0000 })
    #expect(specification.logSumExp(impossible) == [-.infinity])
  }

  @Test("A class of its own has the probability 1")
  func oneClass() {
    let x = Rows([[5], [-1e30], [0]])
    #expect(specification.softmax(x).values == [1, 1, 1])
    #expect(bits(specification.logSoftmax(x).values) == [0, 0, 0])
    #expect(specification.logSumExp(x) == [5, -1e30, 0])
  }

  @Test("The class of a row is the first of its greatest, or its first NaN")
  func argmax() {
    let x = Rows([
      [1, 3, 3, 2], [5, 5, 5, 5], [-.infinity, -.infinity, -.infinity, -1e38],
      [-.infinity, -.infinity, -.infinity, -.infinity], [1, .nan, 9, .nan], [.nan, 1, 2, 3],
      [0, -0, 0, -1], [-0, 0, 1, .infinity], [1, 2, .infinity, .nan],
    ])
    #expect(specification.argmax(x) == [1, 0, 3, 0, 1, 0, 0, 3, 3])
  }
}
