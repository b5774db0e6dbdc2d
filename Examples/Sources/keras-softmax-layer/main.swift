// SPDX-License-Identifier: Apache-2.0
//
// Softmax as a layer of its own, as Keras writes it, and as an activation. Both are trained from the
// logits, so both are the same computation, and so is the network without a softmax.
//
//   keras.Sequential([Dense(64, activation='relu'), Dense(10), Softmax()])
//   keras.Sequential([Flatten(), Dense(128, activation='relu'), Dense(10), Softmax()])

import SoftmaxKit
import Statements

/// A network after some epochs of Adam.
func trained(
  _ network: Sequential, on dataset: LabeledDataset, epochs: Int
) throws -> (network: Sequential, weights: String) {
  var network = network
  try network.fit(to: dataset, optimizer: .adam(), epochs: epochs, batchSize: 32)
  let weights = try Classifier(network: network, trainedOn: dataset).weightsSHA256
  return (network, weights)
}

// MARK: Dense 64, Dense 10, Softmax on the digits, each a row of 64 numbers

let digits = try Digits.load()
let asLayer = try trained(
  Sequential(input: [64], seed: seed) {
    Dense(64, activation: .relu)
    Dense(10)
    Softmax()
  }, on: digits.training, epochs: 20)
let asActivation = try trained(
  Sequential(input: [64], seed: seed) {
    Dense(64, activation: .relu)
    Dense(10, activation: .softmax)
  }, on: digits.training, epochs: 20)
let fromLogits = try trained(
  Sequential(input: [64], seed: seed) {
    Dense(64, activation: .relu)
    Dense(10)
  }, on: digits.training, epochs: 20)

print(asLayer.network.summary)
print("as a layer      ", asLayer.weights)
print("as an activation", asActivation.weights)
print("without         ", fromLogits.weights)
state(
  "softmax as a layer or as an activation: the same bits", asLayer.weights == asActivation.weights)
state("with a softmax or from logits: the same bits", asLayer.weights == fromLogits.weights)

let accuracy = try asLayer.network.evaluation(on: digits.test ?? digits.training).accuracy
print("accuracy on held-out digits", accuracy.text())
// They were written by others: scikit-learn's MLPClassifier((64,)) gets 0.88 to 0.89.
state("the accuracy on held-out digits is above 0.86", accuracy > 0.86)

// MARK: Flatten, Dense 128, Dense 10, Softmax on Fashion-MNIST

let fashion = try RemoteDataset.fashionMNIST.load()
let larger = try trained(
  Sequential(input: [28, 28], seed: seed) {
    Flatten()
    Dense(128, activation: .relu)
    Dense(10)
    Softmax()
  }, on: fashion.training, epochs: 2)
print(larger.network.summary)
let result = try larger.network.evaluation(on: fashion.test ?? fashion.training)
print("accuracy after two epochs", result.accuracy.text())
state("two epochs reach 0.83 on Fashion-MNIST", result.accuracy > 0.83)

// The network gives its logits or its probabilities, whichever one asks for.
let image = fashion.training.features.selecting(rows: 0..<1)
let (logits, probabilities) = try (
  larger.network.logits(for: image), larger.network.probabilities(for: image)
)
print("logits       ", logits.row(0).map { $0.text(2) }.joined(separator: " "))
print("probabilities", probabilities.row(0).map { $0.text(2) }.joined(separator: " "))
state("probabilities are the softmax of the logits", probabilities == logits.softmax())

// MARK: Where softmax belongs

// An article puts softmax into "some hidden layer". It belongs to the output: it turns the scores of
// classes into probabilities, and what a hidden layer computes is no score of a class. A softmax in
// between, or on a softmax, trains without a word elsewhere, and badly; here both are errors.
func refusal(@LayerBuilder of layers: () -> [any Layer]) -> String? {
  do {
    _ = try Sequential(input: [64], layers: layers)
    return nil
  } catch {
    return "\(error)"
  }
}
let hidden = refusal {
  Dense(64, activation: .softmax)
  Dense(10)
}
let second = refusal {
  Dense(10, activation: .softmax)
  Softmax()
}
for message in [hidden, second] { print(message ?? "no error") }
state("a softmax in a hidden layer is refused", hidden != nil)
state("a second softmax is refused", second != nil)
