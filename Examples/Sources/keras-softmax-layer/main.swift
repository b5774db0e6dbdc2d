// SPDX-License-Identifier: Apache-2.0
//
// Softmax as a layer of its own, as Keras writes it, and as an activation. Both are trained from the
// logits, so both are the same computation, and so is the network without a softmax.
//
//   model = keras.Sequential([Flatten(), Dense(128, activation='relu'), Dense(10), Softmax()])

import SoftmaxKit
import Statements

let digits = try Digits.load()
let input = digits.training.featureShape

func trained(_ network: Sequential) throws -> Sequential {
  var network = network
  try network.fit(to: digits.training, optimizer: .adam(), epochs: 20, batchSize: 32)
  return network
}

let asLayer = try trained(
  Sequential(input: input, seed: 1) {
    Flatten()
    Dense(64, activation: .relu)
    Dense(10)
    Softmax()
  })
print(asLayer.summary)
let asActivation = try trained(
  Sequential(input: input, seed: 1) {
    Flatten()
    Dense(64, activation: .relu)
    Dense(10, activation: .softmax)
  })
let fromLogits = try trained(
  Sequential(input: input, seed: 1) {
    Flatten()
    Dense(64, activation: .relu)
    Dense(10)
  })

func hash(_ network: Sequential) throws -> String {
  try Classifier(network: network, trainedOn: digits.training).weightsSHA256
}
print("weights", try hash(asLayer))
state(
  "softmax as a layer and as an activation: the same bits", try hash(asLayer) == hash(asActivation))
state("with a softmax or from logits: the same bits", try hash(asLayer) == hash(fromLogits))

let classifier = try Classifier(network: asLayer, trainedOn: digits.training)
let accuracy = try classifier.evaluation(on: digits.test ?? digits.training).accuracy
print("accuracy", accuracy.text())
// The held-out digits were written by others: scikit-learn's MLPClassifier((64,)) gets 0.88 to 0.89.
state("the accuracy on held-out digits is above 0.87", accuracy > 0.87)

// A softmax on a softmax is a mistake that costs accuracy silently elsewhere; here it is an error.
do {
  _ = try Sequential(input: input) {
    Flatten()
    Dense(10, activation: .softmax)
    Softmax()
  }
  state("a second softmax is refused", false)
} catch {
  print(error)
  state("a second softmax is refused", true)
}
