// SPDX-License-Identifier: Apache-2.0
//
// TensorFlow 1: the cost from logits and one-hot labels, its mean, Adam 1e-4, and the accuracy as the
// mean of correct predictions cast to float.
//
//   cost = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(logits=y, labels=y_))
//   train_step = tf.train.AdamOptimizer(1e-4).minimize(cost)
//   correct_prediction = tf.equal(tf.argmax(y, 1), tf.argmax(y_, 1))
//   accuracy = tf.reduce_mean(tf.cast(correct_prediction, tf.float32))

import Foundation
import SoftmaxKit
import Statements

func reduceMean(_ values: [Float]) -> Double {
  values.reduce(0) { $0 + Double($1) } / Double(values.count)
}

// MARK: softmax_cross_entropy_with_logits

let y = try Matrix([[3, 1, -3], [0, 2, 0]])
let oneHot = try Matrix(oneHot: [0, 1], classCount: 3)
let soft = try Matrix([[0.9, 0.05, 0.05], [0.1, 0.8, 0.1]])

/// -sum over k of t_k ln softmax(y)_k, its mean over the rows, by the formula and in double.
func byFormula(_ targets: Matrix) -> Double {
  let costs = (0..<y.rowCount).map { row in
    let total = y.row(row).reduce(0.0) { $0 + exp(Double($1)) }
    return zip(targets.row(row), y.row(row)).reduce(0.0) {
      $0 - Double($1.0) * (Double($1.1) - log(total))
    }
  }
  return costs.reduce(0, +) / Double(costs.count)
}
for (name, targets) in [("one-hot", oneHot), ("soft", soft)] {
  let costs = try y.crossEntropy(of: .distributions(targets))
  let cost = reduceMean(costs)
  print("\(name) targets: \(costs.map { $0.text() }), mean cost \(cost.text())")
  state("the mean cost of \(name) targets is the formula's", abs(cost - byFormula(targets)) < 1e-6)
}
state(
  "one-hot targets cost what labels do",
  try y.crossEntropy(of: .distributions(oneHot)) == y.crossEntropy(of: .labels([0, 1])))
let gradient = try y.crossEntropyWithGradient(of: .distributions(soft)).gradient
state(
  "the gradient to the logits is softmax(y) - targets",
  (gradient - (y.softmax() - soft)).elements.allSatisfy { abs($0) < 1e-6 })

// MARK: The training

let fashion = try RemoteDataset.fashionMNIST.load()
let (images, test) = (fashion.training, fashion.test ?? fashion.training)
let categorical = try images.replacing(
  distributions: Matrix(oneHot: images.labels, classCount: 10))
let untrained = try Sequential(input: [28, 28], seed: seed) {
  Flatten()
  Dense(128, activation: .relu)
  Dense(10)
}
var network = untrained
// TensorFlow's epsilon is 1e-8, Keras' and ours 1e-7.
let history = try network.fit(
  to: categorical, loss: .crossEntropy, optimizer: .adam(learningRate: 1e-4, epsilon: 1e-8),
  epochs: 5, batchSize: 100)
let costs = history.epochs.map(\.loss)
for (epoch, cost) in costs.enumerated() { print("epoch \(epoch + 1): cost \(cost.text())") }
state("the cost falls from epoch to epoch", zip(costs, costs.dropFirst()).allSatisfy { $0 > $1 })

// MARK: The accuracy

/// The place of the greatest number in a row.
func argmax(_ row: [Float]) -> Int? { row.indices.max { row[$0] < row[$1] } }
let logits = try network.logits(for: test.features)
let correctPrediction = test.labels.indices.map {
  argmax(Array(logits.row($0))) == test.labels[$0]
}
let accuracy = reduceMean(correctPrediction.map { $0 ? 1 : 0 })
print("accuracy", accuracy.text())
state("five epochs at 1e-4 reach 0.82", accuracy > 0.82)
state(
  "the mean of correct predictions is what evaluation says",
  try accuracy == network.evaluation(on: test).accuracy)

// MARK: Training on soft targets

// A tenth of the belief spread over all classes, which is what label smoothing does by itself.
let part = images.selecting(rows: 0..<6_000)
let smoothed = try part.replacing(
  distributions: Matrix(oneHot: part.labels, classCount: 10).map { 0.9 * $0 + 0.01 })
var (bySoftTargets, bySmoothing) = (untrained, untrained)
let soften = try bySoftTargets.fit(to: smoothed, epochs: 2)
let smooth = try bySmoothing.fit(to: part, loss: .crossEntropy(labelSmoothing: 0.1), epochs: 2)
let pairs = zip(soften.epochs.map(\.loss), smooth.epochs.map(\.loss))
for (bySoft, bySmooth) in pairs {
  print("cost by soft targets \(bySoft.text()), by label smoothing \(bySmooth.text())")
}
state("soft targets train as label smoothing does", pairs.allSatisfy { abs($0 - $1) < 1e-3 })
