// SPDX-License-Identifier: Apache-2.0
//
// Andrew Ng's course: 25-15-10 units, first with a softmax at the end, then the better way: a linear
// output and a loss that is told so. The same for binary classification with a sigmoid. Why it is
// better, in numbers. On the 8x8 digits.
//
//   Dense(25, 'relu'), Dense(15, 'relu'), Dense(10, 'softmax');  loss=SparseCategoricalCrossentropy()
//   Dense(25, 'relu'), Dense(15, 'relu'), Dense(10, 'linear')
//   loss=SparseCategoricalCrossentropy(from_logits=True);  f_x = tf.nn.softmax(model(x))

import SoftmaxKit
import Statements

let digits = try Digits.load()
let (training, test) = (digits.training, digits.test ?? digits.training)

/// The network 25-15-`units`, with or without a function behind it, after 100 epochs of Adam.
func trained(
  units: Int, _ output: Activation?, loss: Loss, on dataset: LabeledDataset
) throws -> Sequential {
  var network = try Sequential(input: [64], seed: seed) {
    Dense(25, activation: .relu)
    Dense(15, activation: .relu)
    Dense(units, activation: output)
  }
  try network.fit(to: dataset, loss: loss, optimizer: .adam(), epochs: 100, batchSize: 32)
  return network
}

// MARK: Ten classes, both ways

let softmaxOutput = try trained(units: 10, .softmax, loss: .crossEntropy, on: training)
let linearOutput = try trained(units: 10, nil, loss: .crossEntropy, on: training)
print(softmaxOutput.summary)
let hashes = try [softmaxOutput, linearOutput].map {
  try Classifier(network: $0, trainedOn: training).weightsSHA256
}
print("softmax output", hashes[0])
print("linear output ", hashes[1])
state(
  "a softmax output, or a linear one with from_logits: the same weights", hashes[0] == hashes[1])

// f_x: softmax applied after the fact.
let logits = try linearOutput.logits(for: test.features)
state(
  "softmax of the one's logits are the other's probabilities",
  try logits.softmax() == softmaxOutput.probabilities(for: test.features))
let accuracy = try softmaxOutput.evaluation(on: test).accuracy
print("accuracy on held-out digits", accuracy.text())
state("the accuracy on held-out digits is above 0.88", accuracy > 0.88)

// MARK: Two classes, one output, both ways

func evenOrOdd(_ dataset: LabeledDataset) throws -> LabeledDataset {
  try dataset.replacing(labels: dataset.labels.map { $0 % 2 }, classNames: ["even", "odd"])
}
let (training2, test2) = try (evenOrOdd(training), evenOrOdd(test))
let sigmoidOutput = try trained(units: 1, .sigmoid, loss: .binaryCrossEntropy(), on: training2)
let linearOutput2 = try trained(units: 1, nil, loss: .binaryCrossEntropy(), on: training2)
let hashes2 = try [sigmoidOutput, linearOutput2].map {
  try Classifier(network: $0, trainedOn: training2).weightsSHA256
}
print("sigmoid output", hashes2[0])
print("linear output ", hashes2[1])
state(
  "a sigmoid output, or a linear one with from_logits: the same weights", hashes2[0] == hashes2[1])
let accuracy2 = try linearOutput2.evaluation(on: test2).accuracy
print("even or odd: accuracy on held-out digits", accuracy2.text())
state("even or odd: the accuracy is above 0.92", accuracy2 > 0.92)
let odds = sigmoid(try linearOutput2.logits(for: test2.features).elements)
let pairs = try sigmoidOutput.probabilities(for: test2.features)
state(
  "sigmoid of the one's logits are the other's probabilities",
  test2.labels.indices.allSatisfy { pairs[$0, 1] == odds[$0] })

// MARK: Ten outputs, each a question of its own (multi-label), both ways

let questions: [(name: String, holds: @Sendable (Int) -> Bool)] = [
  ("even", { $0 % 2 == 0 }), ("odd", { $0 % 2 == 1 }), ("prime", { [2, 3, 5, 7].contains($0) }),
  ("square", { [0, 1, 4, 9].contains($0) }), ("cube", { [0, 1, 8].contains($0) }),
  ("multiple of 3", { $0 % 3 == 0 }), ("power of 2", { [1, 2, 4, 8].contains($0) }),
  ("Fibonacci number", { [0, 1, 2, 3, 5, 8].contains($0) }),
  ("triangular number", { [0, 1, 3, 6].contains($0) }), ("above 4", { $0 > 4 }),
]
func answered(_ dataset: LabeledDataset) throws -> LabeledDataset {
  try dataset.replacing(
    indicators: Matrix(dataset.labels.map { digit in questions.map { $0.holds(digit) ? 1 : 0 } }),
    classNames: questions.map(\.name))
}
let (training10, test10) = try (answered(training), answered(test))
let sigmoidOutputs = try Classifier(
  network: trained(units: 10, .sigmoid, loss: .binaryCrossEntropy(), on: training10),
  trainedOn: training10)
// Ten logits may be meant for a softmax or for ten sigmoids: who leaves the function out says which.
let linearOutputs = try Classifier(
  network: trained(units: 10, nil, loss: .binaryCrossEntropy(), on: training10),
  trainedOn: training10, outputFunction: .sigmoid)
state(
  "ten sigmoids, or ten logits: the same weights",
  sigmoidOutputs.weightsSHA256 == linearOutputs.weightsSHA256)
let result = try linearOutputs.multiLabelEvaluation(on: test10)
print("answers right \(result.accuracy.text()), all ten \(result.exactAccuracy.text())")
state("more than 0.92 of the answers are right", result.accuracy > 0.92)
let answers = try linearOutputs.probabilities(for: test10.features).row(0)
print("the first held-out digit, a \(test.labels[0]), is")
for (question, answer) in zip(questions, answers) { print("  \(answer.text(2)) \(question.name)") }

// MARK: Why: round-off

let (doubles, floats) = (RoundOffExample<Double>(), RoundOffExample<Float>())
print("2/10,000 =                        ", doubles.direct, "in double,", floats.direct, "in float")
print("(1 + 1/10,000) - (1 - 1/10,000) = ", doubles.detour, "in double,", floats.detour, "in float")
state("the same number on paper, not in floating point", doubles.direct != doubles.detour)
state("in floats the detour is off by 1e-5 to 1e-3", (1e-5...1e-3).contains(floats.relativeError))

// MARK: Why: overflow and underflow, the naive way beside the right one

let walk = try SoftmaxWalkthrough.workedExample()
for row in 0..<walk.logits.rowCount {
  print("logits", Array(walk.logits.row(row)), "of true class", walk.classNames[walk.labels[row]])
  let (naive, right) = (walk.naive.probabilities.row(row), walk.probabilities.row(row))
  print("  naively", naive.map { $0.text() }, "loss", walk.naive.losses[row])
  print("  here   ", right.map { $0.text() }, "loss", walk.losses[row])
}
state("naively exp(1000) is infinite and the loss no number", walk.naive.losses[1].isNaN)
state("naively a probability that rounds to 0 costs infinity", walk.naive.losses[2] == .infinity)
state(
  "from logits every loss is right",
  walk.losses.map { $0.text(2) } == ["0.13", "0.41", "200.69"])

// MARK: A mistake put right

// "a_1 depends only on z_1", says one article of softmax. That is so for a sigmoid; softmax divides by a
// sum over all scores, so each output depends on each score: da_1/dz_j = a_1 (1{j = 1} - a_j).
let slopes = walk.derivatives(ofProbability: 0, inRow: 0)
print("da_1/dz =", slopes.map { $0.text() })
state("a_1 depends on z_1, z_2 and z_3", slopes.allSatisfy { $0 != 0 })
