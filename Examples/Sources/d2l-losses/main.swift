// SPDX-License-Identifier: Apache-2.0
//
// Dive into Deep Learning, the theory of softmax regression: three regression losses beside
// cross-entropy, each with its gradient and its likelihood; a classifier trained on squared loss first;
// and what it costs to add a class.
//
//   swift run -c release d2l-losses [FOLDER for the figures]

import Foundation
import SoftmaxKit
import Statements

// MARK: Squared loss with its 1/2, L1 loss, Huber's robust loss, cross-entropy

let folder =
  CommandLine.arguments.dropFirst().first
  ?? FileManager.default.temporaryDirectory.appendingPathComponent("d2l-losses").path
try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
let (squared, absolute, huber) = (LossFigure.squared, LossFigure.absolute, LossFigure.huber())
for figure in [squared, absolute, huber, .crossEntropy] {
  let file = figure.name.lowercased().replacing(" ", with: "-") + ".svg"
  try figure.svg().write(toFile: "\(folder)/\(file)", atomically: true, encoding: .utf8)
  print("\(figure.name): loss, gradient and likelihood in \(folder)/\(file)")
}

// What the figures show, in numbers: the target is 0, the prediction goes from -2 to 2.
let predictions = [-2.0, -0.5, 0.0, 0.5, 2.0]
func printRow(_ title: String, _ values: [Double]) {
  let numbers = values.map {
    String(repeating: " ", count: max(0, 8 - $0.text(3).count)) + $0.text(3)
  }
  print(title.padding(toLength: 24, withPad: " ", startingAt: 0) + numbers.joined())
}
printRow("prediction", predictions)
for figure in [squared, absolute, huber] {
  printRow(figure.name, predictions.map(figure.loss))
  printRow("  its gradient", predictions.map(figure.gradient))
  printRow("  its likelihood", predictions.map(figure.likelihood))
}
state("squared loss has its 1/2: 2 for an error of 2", squared.loss(2) == 2)
state("its gradient is the error", predictions.allSatisfy { squared.gradient($0) == $0 })
state("L1's gradient is 1 however small the error", absolute.gradient(0.001) == 1)
state("Huber's loss is squared near the target", huber.loss(0.5) == squared.loss(0.5))
state("and straight far from it", huber.loss(2) == 1.5 && huber.gradient(2) == 1)
state(
  "the likelihood of squared loss is a normal distribution's, exp(-x^2 / 2)",
  abs(squared.likelihood(1) - exp(-0.5)) < 1e-12)
state(
  "that of L1 loss is Laplace's, and Huber's goes from the one to the other",
  abs(absolute.likelihood(2) - exp(-2.0)) < 1e-12
    && huber.likelihood(0.5) == squared.likelihood(0.5)
    && abs(huber.likelihood(2) - exp(-1.5)) < 1e-12)

// Networks train with the same functions, as the mean over their outputs. Here two outputs, of a sample
// of class 0: their targets are 1 and 0, and both are off by x.
for (loss, figure) in [(Loss.squared, squared), (.absolute, absolute), (.huber(), huber)] {
  let values = try predictions.map { x in
    try loss.value(of: .labels([0]), logits: Matrix([[1 + Float(x), Float(x)]]))
  }
  state(
    "Loss.\(loss.name) has this loss and this gradient",
    zip(predictions, values).allSatisfy { x, value in
      abs(value.loss - figure.loss(x)) < 1e-6
        && Double(value.gradient.sums()[0]) == figure.gradient(x)
    })
}

// MARK: A classifier trained on squared loss first

// One score for each class, as a regression of the one-hot label; the greatest score decides.
let fashion = try RemoteDataset.fashionMNIST.load()
let (training, test) = (fashion.training, fashion.test ?? fashion.training)
let untrained = try Sequential(input: [28, 28], seed: seed) {
  Flatten()
  Dense(10)
}
func trained(with loss: Loss) throws -> Sequential {
  var network = untrained
  try network.fit(
    to: training, loss: loss, optimizer: .sgd(learningRate: 0.1), epochs: 5, batchSize: 64)
  return network
}
let regression = try trained(with: .squared)
let outputs = try regression.logits(for: test.features).elements
let (least, greatest) = (outputs.min() ?? 0, outputs.max() ?? 0)
let squaredAccuracy = try regression.evaluation(on: test).accuracy
print("squared loss: accuracy \(squaredAccuracy.text(3))")
print("              outputs \(least.text(2))...\(greatest.text(2))")
state("it classifies: accuracy above 0.77", squaredAccuracy > 0.77)
state("its outputs are no probabilities: some negative, some above 1", least < 0 && greatest > 1)

// Huber's loss, which minds the images that are far off less.
let robustAccuracy = try trained(with: .huber()).evaluation(on: test).accuracy
print("Huber's loss: accuracy \(robustAccuracy.text(3))")
state("so does Huber's loss: accuracy above 0.77", robustAccuracy > 0.77)

let classifier = try trained(with: .crossEntropy)
let result = try classifier.evaluation(on: test)
let logits = try classifier.logits(for: test.features)
let probabilities = logits.softmax()
print("cross-entropy: accuracy \(result.accuracy.text(3)), log loss \(result.logLoss.text(3))")
state("cross-entropy: accuracy above 0.81", result.accuracy > 0.81)
state(
  "after softmax its outputs are: within 0...1, a row sums to 1",
  probabilities.elements.allSatisfy { (0...1).contains($0) }
    && probabilities.sums().allSatisfy { abs($0 - 1) < 1e-5 })

/// The place of the greatest number.
func argmax(_ row: ArraySlice<Float>) -> Int {
  row.firstIndex(of: row.max() ?? 0) ?? row.startIndex
}
state(
  "argmax is unchanged by softmax",
  (0..<test.count).allSatisfy { argmax(logits.row($0)) == argmax(probabilities.row($0)) })

// MARK: One class more

// "Adding a class is costly, since it moves all probabilities." Nine classes first, without boots.
let boot = 9
func withoutBoots(_ data: LabeledDataset) throws -> LabeledDataset {
  let rest = data.selecting(rows: data.labels.indices.filter { data.labels[$0] != boot })
  return try rest.replacing(labels: rest.labels, classNames: Array(data.classNames.prefix(boot)))
}
let oldTest = try withoutBoots(test)
let nine = try MLPClassifier(epochs: 5, seed: seed).fitted(to: withoutBoots(training))
let wider = try nine.addingClass("Ankle boot")

// The image that nine classes are least sure of, by nine classes and by ten.
let sure = try nine.probabilities(for: oldTest.features)
let row = (0..<oldTest.count).min { (sure.row($0).max() ?? 0) < (sure.row($1).max() ?? 0) } ?? 0
let before = Array(sure.row(row))
let after = Array(try wider.probabilities(for: oldTest.features).row(row))
print("by nine", before.map { $0.text(3) }.joined(separator: " "))
print("by ten ", after.map { $0.text(3) }.joined(separator: " "))
state("the tenth class takes from all of the nine", zip(before, after).allSatisfy { $0 > $1 })
state(
  "before any training no decision changes",
  try zip(nine.predictions(for: oldTest.features), wider.predictions(for: oldTest.features))
    .allSatisfy { $0.label == $1.label })

// Trained further from what nine classes know, beside a network that starts over.
let oneEpoch = MLPClassifier(epochs: 1, seed: seed)
let ten = try oneEpoch.fitted(to: training, startingFrom: wider)
let score = try ten.score(on: test)
let scoreAnew = try oneEpoch.fitted(to: training).score(on: test)
print("ten classes after one epoch: \(score.text(3)), starting over \(scoreAnew.text(3))")
state("one epoch from nine classes is ahead of one epoch from nothing", score > scoreAnew)

// What it cost the old classes.
let cost = try ClassCost(from: nine, to: ten, on: oldTest)
print("                        by nine  by ten")
print("recall")
for row in cost.rows { printRow("  " + row.className, [row.recallBefore, row.recallAfter]) }
printRow("accuracy", [cost.accuracyBefore, cost.accuracyAfter])
printRow("log loss", [cost.logLossBefore, cost.logLossAfter])
state(
  "the old classes lose less than 0.05 of their accuracy",
  cost.accuracyBefore - cost.accuracyAfter < 0.05)
