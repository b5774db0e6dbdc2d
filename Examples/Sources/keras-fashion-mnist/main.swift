// SPDX-License-Identifier: Apache-2.0
//
// Keras' first tutorial: Fashion-MNIST with Flatten, Dense(128, relu), Dense(10, softmax), Adam and
// sparse categorical cross-entropy, 100 epochs.
//
//   (train_images, train_labels), (test_images, test_labels) = keras.datasets.fashion_mnist.load_data()
//   model.fit(train_images / 255.0, train_labels, epochs=100);  model.evaluate(test_images, test_labels)

import SoftmaxKit
import Statements

// MARK: The data

let fashion = try RemoteDataset.fashionMNIST.load()
let (training, test) = (fashion.training, fashion.test ?? fashion.training)
print("train_images", [training.count] + training.featureShape)
print("test_images ", [test.count] + test.featureShape)
print("train_labels", training.labels.prefix(3), "...", training.labels.suffix(3))
for (label, name) in training.classNames.enumerated() { print(label, name) }
state(
  "60,000 and 10,000 images of 28 x 28",
  training.count == 60_000 && test.count == 10_000 && training.featureShape == [28, 28]
    && test.featureShape == [28, 28])
state("labels are 0...9", Set(training.labels) == Set(0...9))

// Image 0 and its label. Pixels stay bytes of 0...255; each counts as byte / 255, so there is nothing
// to divide by hand.
guard let images = training.features.bytes else { fatalError("images are bytes") }
let pixels = images.row(0)
print("image 0 has pixels \(pixels.min() ?? 0)...\(pixels.max() ?? 0)")
state("its pixels are 0...255", pixels.min() == 0 && pixels.max() == 255)
state("a pixel counts as byte / 255", images.scale == 1.0 / 255)
let picture = GrayPicture(values: training.features.row(0), shape: training.featureShape)
print(picture?.lines(columns: 80).joined(separator: "\n") ?? "")
state("image 0 is a picture", picture != nil)
print("label \(training.labels[0]):", training.classNames[training.labels[0]])
state(
  "image 0 is an ankle boot, label 9",
  training.labels[0] == 9 && training.classNames[9] == "Ankle boot")

// MARK: The network

let untrained = try Sequential(input: [28, 28], seed: seed) {
  Flatten()
  Dense(128, activation: .relu)
  Dense(10, activation: .softmax)
}
print(untrained.summary)
state(
  "100,480 = 128 x (784 + 1) and 1,290 = 10 x (128 + 1) parameters",
  untrained.layers.map(\.parameterCount) == [0, 128 * (784 + 1), 10 * (128 + 1)])

// MARK: Training and evaluation

var model = untrained
let history = try model.fit(
  to: training, loss: .crossEntropy, optimizer: .adam(), epochs: 100, batchSize: 32
) { progress in
  guard progress.isEpochEnd, progress.epoch == 1 || progress.epoch % 10 == 0 else { return }
  let (loss, accuracy) = (progress.loss.text(), progress.accuracy.text())
  print("Epoch \(progress.epoch)/100 - loss: \(loss) - accuracy: \(accuracy)")
}
let seconds = history.epochs.reduce(0) { $0 + $1.seconds }
// A time that is asserted fails where another process has the processors.
print("100 epochs in \(seconds.text(1)) s, of 30 s that they may take")
let result = try model.evaluation(on: test)
print("Test loss: \(result.logLoss.text()), test accuracy: \(result.accuracy.text())")

state("after five epochs the loss is about 0.30", abs(history.epochs[4].loss - 0.30) < 0.02)
// From one training to the next the accuracy then moves by 0.005.
let accuracies = try (seed..<seed + 5).map { seed in
  var network = try Sequential(input: [28, 28], seed: seed) {
    Flatten()
    Dense(128, activation: .relu)
    Dense(10, activation: .softmax)
  }
  try network.fit(to: training, epochs: 5)
  return try network.evaluation(on: test).accuracy
}
let meanAccuracy = accuracies.reduce(0, +) / 5
print("five times five epochs, test accuracies:", accuracies.map { $0.text(3) })
state("their mean is 0.87 to 0.88", (0.865..<0.885).contains(meanAccuracy))
state("after a hundred it is below 0.12", history.epochs[99].loss < 0.12)
state("the test accuracy is 0.87 to 0.90", (0.87...0.90).contains(result.accuracy))
// Which is what a hundred epochs lead to: more and more sure, also where it is wrong.
state("the test loss is far above the training loss", result.logLoss > 5 * history.epochs[99].loss)

// MARK: Integer labels and one-hot labels

// One-hot labels (Keras: categorical cross-entropy) train to the same bits as integer labels (sparse).
let integers = training.selecting(rows: 0..<6_000)
let oneHot = try integers.replacing(
  distributions: Matrix(oneHot: integers.labels, classCount: 10))
print("label \(integers.labels[0]) one-hot:", Array(try Matrix(oneHot: [9], classCount: 10).row(0)))
var (sparse, categorical) = (untrained, untrained)
try sparse.fit(to: integers, epochs: 2)
try categorical.fit(to: oneHot, epochs: 2)
state("integer and one-hot labels train to the same bits", sparse == categorical)
