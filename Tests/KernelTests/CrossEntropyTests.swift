// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@Suite("Cross-entropy from logits")
struct CrossEntropyTests {
  let specification = Specification()

  static let classCounts = [1, 2, 3, 10, 16, 17, 33, 100, 1000]

  @Test("The loss and its gradient are rounded in the decided order", arguments: classCounts)
  func orderOfRoundings(_ classCount: Int) {
    var sample = SampleValues(seed: UInt64(classCount))
    let logits = sample.rows(6, classCount, scale: 10)
    let labels = labels(6, classCount)
    let targets = targets(6, classCount, &sample)
    let scale = Float(1) / 6
    let byLabel = specification.crossEntropy(logits: logits, labels: labels, scale: scale)
    let byTarget = specification.crossEntropy(logits: logits, distributions: targets, scale: scale)
    for row in 0..<6 {
      let greatest = logits[row].max() ?? 0
      let shifted = logits[row].map { $0 - greatest }
      let terms = specification.exponential(shifted)
      let sum = laneSum(terms)
      let logSum = specification.logarithm([sum])[0]
      let probabilities = terms.map { $0 * (1 / sum) }
      let label = Int(labels[row])

      #expect(byLabel.loss[row] == logSum - shifted[label])
      var gradient = probabilities.map { $0 * scale }
      gradient[label] = (probabilities[label] - 1) * scale
      #expect(bits(byLabel.gradient[row]) == bits(gradient))

      var lanes = [Float](repeating: 0, count: 16)
      for column in 0..<classCount where targets[row, column] != 0 {
        let term = logSum - shifted[column]
        lanes[column % 16] = lanes[column % 16].addingProduct(targets[row, column], term)
      }
      #expect(byTarget.loss[row] == laneTotal(lanes))
      let difference = zip(probabilities, targets[row]).map { ($0 - $1) * scale }
      #expect(bits(byTarget.gradient[row]) == bits(difference))
    }
    #expect(specification.loss(logits: logits, labels: labels) == byLabel.loss)
    #expect(specification.loss(logits: logits, distributions: targets) == byTarget.loss)
  }

  @Test("The loss and its gradient are near those in double precision", arguments: classCounts)
  func nearDouble(_ classCount: Int) {
    var sample = SampleValues(seed: UInt64(classCount) + 100)
    let logits = sample.rows(6, classCount, scale: 10)
    let labels = labels(6, classCount)
    let targets = targets(6, classCount, &sample)
    let byLabel = specification.crossEntropy(logits: logits, labels: labels, scale: 0.25)
    let byTarget = specification.crossEntropy(logits: logits, distributions: targets, scale: 0.25)
    for row in 0..<6 {
      let exact = ExactSoftmax(logits[row])
      let ofLog = exact.bounds.min() ?? 0
      let losses = logits[row].map { exact.logSumExp - Double($0) }
      let label = Int(labels[row])
      #expect(abs(Double(byLabel.loss[row]) - losses[label]) <= ofLog + 0x1p-22 * losses[label])

      let weights = targets[row].map(Double.init)
      let expected = zip(weights, losses).reduce(0) { $0 + $1.0 * $1.1 }
      let bound =
        weights.reduce(0, +) * ofLog
        + (0x1p-22 + 0x1p-24 * Double(classCount / 16 + 5)) * expected
      #expect(abs(Double(byTarget.loss[row]) - expected) <= bound)

      for (column, probability) in exact.probabilities.enumerated() {
        let ofProbability = exact.bounds[column] * probability + 0x1p-24
        let one = column == label ? 1.0 : 0
        #expect(
          abs(Double(byLabel.gradient[row, column]) - (probability - one) * 0.25)
            <= 0.25 * ofProbability)
        #expect(
          abs(
            Double(byTarget.gradient[row, column])
              - (probability - weights[column]) * 0.25) <= 0.25 * ofProbability)
      }
    }
  }

  @Test("The gradient is the slope of the loss")
  func gradientIsTheSlope() {
    // In double precision through the formula, so that the step can be small.
    var sample = SampleValues(seed: 21)
    let logits = sample.rows(1, 7, scale: 3)
    let gradient = specification.crossEntropy(logits: logits, labels: [4], scale: 1).gradient
    let x = logits.values.map(Double.init)
    func loss(_ x: [Double]) -> Double {
      Foundation.log(x.reduce(0) { $0 + Foundation.exp($1) }) - x[4]
    }
    for column in 0..<7 {
      var up = x
      var down = x
      up[column] += 1e-5
      down[column] -= 1e-5
      #expect(abs((loss(up) - loss(down)) / 2e-5 - Double(gradient[0, column])) < 1e-6)
    }
  }

  @Test("A one-hot distribution gives the loss of its label, to the bit")
  func oneHotEqualsLabel() {
    var sample = SampleValues(seed: 5)
    let logits = sample.rows(20, 10, scale: 20)
    let labels = labels(20, 10)
    let oneHot = Rows(20, 10) { $1 == Int(labels[$0]) ? 1 : 0 }
    let byLabel = specification.crossEntropy(logits: logits, labels: labels, scale: 0.05)
    let byTarget = specification.crossEntropy(logits: logits, distributions: oneHot, scale: 0.05)
    #expect(byLabel.loss == byTarget.loss)
    #expect(byLabel.gradient == byTarget.gradient)
  }

  @Test("Probabilities of 0.1 and 0.5 for the true class cost 2.303 and 0.693")
  func workedExample() {
    let logits = Rows([[0.1, 0.3, 0.6], [0.3, 0.2, 0.5]].map { specification.logarithm($0) })
    let loss = specification.loss(logits: logits, labels: [0, 2])
    #expect(loss.map { ($0 * 1000).rounded() } == [2303, 693])
  }

  @Test("A confident mistake costs its margin, and the impossible costs infinity")
  func extremeLogits() {
    let logits = Rows([
      [1000, 0, 0], [1e30, -1e30, 0], [0, -.infinity, 0], [-5, -.infinity, -5],
    ])
    let (loss, gradient) = specification.crossEntropy(
      logits: logits, labels: [1, 1, 1, 0], scale: 1)
    #expect(loss == [1000, 2e30, .infinity, specification.logarithm([2])[0]])
    #expect(gradient == Rows([[1, -1, 0], [1, -1, 0], [0.5, -1, 0.5], [-0.5, 0, 0.5]]))
    // What is impossible and not wanted costs nothing, rather than 0 x inf.
    let targets = Rows([[0.5, 0, 0.5]])
    let half = specification.loss(logits: Rows([[0, -.infinity, 0]]), distributions: targets)
    #expect(half == [specification.logarithm([2])[0]])
  }

  @Test(
    "A row without probabilities has a loss and a gradient of the canonical NaN",
    arguments: [Float.nan, -Float.nan, .infinity])
  func rowsWithoutProbabilities(_ bad: Float) {
    let logits = Rows([[1, 2, 3], [1, bad, 3], [-.infinity, -.infinity, -.infinity], [3, 2, 1]])
    let (loss, gradient) = specification.crossEntropy(
      logits: logits, labels: [0, 0, 0, 0], scale: 1)
    #expect(loss.map(\.isNaN) == [false, true, true, false])
    #expect(bits(Array(loss[1...2])) == [0x7fc0_0000, 0x7fc0_0000])
    #expect(bits(gradient[1] + gradient[2]).allSatisfy { $0 == 0x7fc0_0000 })
    #expect((gradient[0] + gradient[3]).allSatisfy { $0.isFinite })
    let targets = Rows(4, 3) { _, _ in 1.0 / 3 }
    let byTarget = specification.crossEntropy(logits: logits, distributions: targets, scale: 1)
    #expect(bits(Array(byTarget.loss[1...2])) == [0x7fc0_0000, 0x7fc0_0000])
    #expect(bits(byTarget.gradient[1] + byTarget.gradient[2]).allSatisfy { $0 == 0x7fc0_0000 })
  }

  private func labels(_ rowCount: Int, _ classCount: Int) -> [Int32] {
    (0..<rowCount).map { Int32($0 * 7 % classCount) }
  }

  /// Rows of weights, every third of them 0, that sum to 1 in the main.
  private func targets(_ rowCount: Int, _ classCount: Int, _ sample: inout SampleValues) -> Rows {
    let weights = Rows(rowCount, classCount) { row, column in
      (row + column) % 3 == 1 && classCount > 1 ? 0 : abs(sample.next()) + 0.01
    }
    return Rows(rowCount, classCount) { row, column in
      weights[row, column] / weights[row].reduce(0, +)
    }
  }
}
