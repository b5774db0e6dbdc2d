// SPDX-License-Identifier: Apache-2.0
//
// Dive into Deep Learning, softmax regression from scratch: nothing but matrices. No layer, no loss
// and no optimizer of the library is used; softmax, cross-entropy, their gradient, the accumulator and
// the loop are written out.

import Foundation
import SoftmaxKit
import Statements

// MARK: The pieces, checked as the book checks them

/// exp(x - max) / sum of exp(x - max), row by row: the book's, made safe.
func softmax(_ x: Matrix) -> Matrix {
  var result = x
  for row in 0..<x.rowCount {
    let greatest = x.row(row).max() ?? 0
    let exponentials = x.row(row).map { expf($0 - greatest) }
    let sum = exponentials.reduce(0, +)
    for (column, value) in exponentials.enumerated() { result[row, column] = value / sum }
  }
  return result
}

/// The probability of each row's true class.
func picked(_ probabilities: Matrix, _ labels: [Int]) -> [Float] {
  labels.enumerated().map { probabilities[$0, $1] }
}

func crossEntropy(_ probabilities: Matrix, _ labels: [Int]) -> [Float] {
  picked(probabilities, labels).map { -logf($0) }
}

func correctCount(_ probabilities: Matrix, _ labels: [Int]) -> Int {
  labels.enumerated().count { row, label in
    let values = Array(probabilities.row(row))
    return values.indices.max { values[$0] < values[$1] } == label
  }
}

/// Sums over several things at once, as the book's class of this name.
struct Accumulator {
  private(set) var sums: [Double]
  init(_ count: Int) { sums = Array(repeating: 0, count: count) }
  mutating func add(_ values: Double...) {
    for (index, value) in values.enumerated() { sums[index] += value }
  }
  subscript(index: Int) -> Double { sums[index] }
}

// Numbers from a normal distribution, by Box and Muller.
func normal(_ deviation: Float, using random: inout CounterBasedGenerator) -> Float {
  let radius = (-2 * log(Double.random(in: .ulpOfOne..<1, using: &random))).squareRoot()
  return deviation * Float(radius * cos(2 * .pi * Double.random(in: 0..<1, using: &random)))
}

func normal(
  _ rows: Int, _ columns: Int, _ deviation: Float, using random: inout CounterBasedGenerator
) -> Matrix {
  Matrix(rowCount: rows, columnCount: columns).map { _ in normal(deviation, using: &random) }
}

var random = CounterBasedGenerator(seed: 0)
let checked = softmax(normal(2, 5, 1, using: &random))
state(
  "rows of softmax of a 2 x 5 matrix sum to 1", checked.sums().allSatisfy { abs($0 - 1) < 1e-6 })

let yHat = try Matrix([[0.1, 0.3, 0.6], [0.3, 0.2, 0.5]])
let y = [0, 2]
print("picked", picked(yHat, y), "losses", crossEntropy(yHat, y).map { $0.text(3) })
state("the true classes' probabilities are 0.1 and 0.5", picked(yHat, y) == [0.1, 0.5])
state(
  "their losses are 2.303 and 0.693",
  crossEntropy(yHat, y).map { $0.text(3) } == ["2.303", "0.693"])
state("the accuracy is 0.5", Double(correctCount(yHat, y)) / 2 == 0.5)

// MARK: The training

let fashion = try FashionMNIST.load()
let (training, test) = (fashion.training, fashion.test ?? fashion.training)
let (batchSize, learningRate, epochs) = (256, Float(0.1), 10)
var w = normal(784, 10, 0.01, using: &random)
var b = [Float](repeating: 0, count: 10)

func net(_ x: Matrix, _ w: Matrix, _ b: [Float]) throws -> Matrix {
  softmax(try x.multiplied(by: w).adding(toEachRow: b))
}

var firstLoss = 0.0
var lastLoss = 0.0
for epoch in 0..<epochs {
  var metric = Accumulator(3)
  for batch in try ShuffledBatches(of: batchSize, from: training.count, seed: 0, epoch: epoch) {
    let x = training.features.selecting(rows: batch).matrix
    let labels = batch.map { training.labels[$0] }
    let probabilities = try net(x, w, b)
    let loss = crossEntropy(probabilities, labels)
    metric.add(
      Double(loss.reduce(0, +)), Double(correctCount(probabilities, labels)), Double(labels.count))

    // The gradient to the logits is p - y; to W it is X^T (p - y), to b the sum of its rows.
    var errors = probabilities
    for (row, label) in labels.enumerated() { errors[row, label] -= 1 }
    let rate = learningRate / Float(labels.count)
    w -= rate * (try x.transposeMultiplied(by: errors))
    for (index, sum) in errors.sums(along: .columns).enumerated() { b[index] -= rate * sum }
  }
  lastLoss = metric[0] / metric[2]
  if epoch == 0 { firstLoss = lastLoss }
  print("epoch \(epoch + 1): loss \(lastLoss.text()), train acc \((metric[1] / metric[2]).text(3))")
}

let right = correctCount(try net(test.features.matrix, w, b), test.labels)
let accuracy = Double(right) / Double(test.count)
print("test acc", accuracy.text(3))
state("the loss falls below 0.5, as in the book", lastLoss < 0.5 && lastLoss < firstLoss)
state("test acc is above 0.8", accuracy > 0.8)
