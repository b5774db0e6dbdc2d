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

/// Numbers from a normal distribution of mean 0.
func normal(_ rows: Int, _ columns: Int, deviation: Float, seed: UInt64) -> Matrix {
  let numbers = CounterBasedGenerator(seed: seed)
  var result = Matrix(rowCount: rows, columnCount: columns)
  for row in 0..<rows {
    for column in 0..<columns {
      result[row, column] = deviation * Float(numbers.normal(at: UInt64(row * columns + column)))
    }
  }
  return result
}

let checked = softmax(normal(2, 5, deviation: 1, seed: seed))
for row in 0..<2 { print(checked.row(row).map { $0.text() }, "sum", checked.sums()[row]) }
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

// MARK: The loader

let fashion = try RemoteDataset.fashionMNIST.load()
let (training, test) = (fashion.training, fashion.test ?? fashion.training)
let folder = try RemoteDataset.fashionMNIST.locate() ?? ""
func makeLoader(readers: Int) throws -> BatchLoader {
  try BatchLoader(idxFolder: folder, batchSize: 256, seed: seed, readers: readers)
}
let loader = try makeLoader(readers: 4)

// The time of one pass over the data.
let clock = ContinuousClock()
var readCount = 0
let time = try clock.measure {
  for batch in try loader.epoch(0) { readCount += try batch.get().count }
}
print(
  "one pass over \(readCount) images with 4 readers:",
  time.formatted(.units(allowed: [.milliseconds])), "(in the book 1.72 s)")
state("a pass reads every image once", readCount == 60_000)
let alone = try makeLoader(readers: 1).epoch(0).map { try $0.get().labels }
let together = try loader.epoch(0).map { try $0.get().labels }
state("one reader hands out the same batches as four", alone == together)

// MARK: The model

struct Net {
  var w = normal(784, 10, deviation: 0.01, seed: seed)
  var b = [Float](repeating: 0, count: 10)

  func scores(_ x: Matrix) throws -> Matrix { try x.multiplied(by: w).adding(toEachRow: b) }

  func callAsFunction(_ x: Matrix) throws -> Matrix { softmax(try scores(x)) }

  /// A step of stochastic gradient descent; what the samples cost before it, and how many were right.
  mutating func step(
    on batch: LabeledDataset, learningRate: Float
  ) throws -> (loss: Double, correct: Int) {
    let x = batch.features.matrix
    let probabilities = try self(x)
    // The gradient to the scores is p - y; to W it is X^T (p - y), to b the sum of its rows.
    var errors = probabilities
    for (row, label) in batch.labels.enumerated() { errors[row, label] -= 1 }
    let rate = learningRate / Float(batch.count)
    w -= rate * (try x.transposeMultiplied(by: errors))
    for (index, sum) in errors.sums(along: .columns).enumerated() { b[index] -= rate * sum }
    let losses = crossEntropy(probabilities, batch.labels)
    return (Double(losses.reduce(0, +)), correctCount(probabilities, batch.labels))
  }

  /// The mean loss and the accuracy on samples that are not learnt from.
  func metrics(on data: LabeledDataset) throws -> TrainingHistory.Metrics {
    let probabilities = try self(data.features.matrix)
    let losses = crossEntropy(probabilities, data.labels)
    let right = correctCount(probabilities, data.labels)
    return .init(
      loss: losses.reduce(0) { $0 + Double($1) } / Double(data.count),
      accuracy: Double(right) / Double(data.count))
  }
}

// MARK: The training, drawn while it runs

let epochCount = 10
var net = Net()
var epochs: [TrainingHistory.Epoch] = []
let plot = LivePlot(epochCount: epochCount)
for epoch in 0..<epochCount {
  var metric = Accumulator(3)
  let seconds = try clock.measure {
    for batch in try loader.epoch(epoch) {
      let batch = try batch.get()
      let (loss, correct) = try net.step(on: batch, learningRate: 0.1)
      metric.add(loss, Double(correct), Double(batch.count))
    }
  }
  epochs.append(
    .init(
      number: epoch + 1, loss: metric[0] / metric[2], accuracy: metric[1] / metric[2],
      validation: try net.metrics(on: test), learningRate: 0.1, seconds: seconds / .seconds(1)))
  plot.show(TrainingHistory(epochs: epochs))
}

let (first, last) = (epochs[0], epochs[epochCount - 1])
let accuracy = last.validation?.accuracy ?? 0
print(
  "train loss \(last.loss.text()), train acc \(last.accuracy.text(3)), test acc \(accuracy.text(3))"
)
state("the loss falls below 0.5, as in the book", last.loss < 0.5 && last.loss < first.loss)
state("train acc is above 0.7 and at most 1", last.accuracy > 0.7 && last.accuracy <= 1)
state("test acc is above 0.8", accuracy > 0.8 && accuracy <= 1)

// MARK: The prediction, as pictures titled true / predicted

let shown = test.selecting(rows: 0..<6)
let evaluation = try Evaluation(
  labels: shown.labels, logits: net.scores(shown.features.matrix), classNames: shown.classNames)
let gallery = try Gallery(evaluation, of: shown, order: .asGiven)
print(gallery.lines(columns: 90).joined(separator: "\n"))
state(
  "each picture is titled true / predicted",
  gallery.tiles.allSatisfy { $0.title == "\($0.label) / \($0.prediction)" }
    && gallery.tiles[0].label == "Ankle boot")
