// SPDX-License-Identifier: Apache-2.0
//
// Keras' first tutorial: Fashion-MNIST with Flatten, Dense(128, relu), Dense(10, softmax), Adam and
// sparse categorical cross-entropy, 100 epochs.
//
//   (train_images, train_labels), (test_images, test_labels) = keras.datasets.fashion_mnist.load_data()
//   model.fit(train_images / 255.0, train_labels, epochs=100);  model.evaluate(test_images, test_labels)

import SoftmaxKit
import Statements

let fashion = try FashionMNIST.load()
let (training, test) = (fashion.training, fashion.test ?? fashion.training)
print("train_images", [training.count] + training.featureShape)
print("test_images ", [test.count] + test.featureShape)
print("train_labels", Set(training.labels).sorted())
state("60,000 and 10,000 images of 28 x 28", training.count == 60_000 && test.count == 10_000)

// Image 0 and its label. Pixels stay bytes of 0...255 and count as byte / 255.
if case .bytes(let images) = training.features {
  let pixels = images.row(0)
  print(
    "image 0: label \(training.labels[0]), \(training.classNames[training.labels[0]]), "
      + "pixels \(pixels.min() ?? 0)...\(pixels.max() ?? 0), times \(images.scale)")
  state(
    "image 0 is an ankle boot with pixels up to 255", training.labels[0] == 9 && pixels.max() == 255
  )
  state("a pixel counts as byte / 255", images.scale == 1.0 / 255)
}

var model = try Sequential(input: [28, 28], seed: 0) {
  Flatten()
  Dense(128, activation: .relu)
  Dense(10, activation: .softmax)
}
print(model.summary)
state(
  "the layers have 100,480 and 1,290 parameters",
  model.layers.map(\.parameterCount) == [0, 100_480, 1_290])

let history = try model.fit(
  to: training, loss: .crossEntropy, optimizer: .adam(), epochs: 100, batchSize: 32
) { progress in
  guard progress.isEpochEnd, progress.epoch % 10 == 0 else { return }
  print(
    "Epoch \(progress.epoch)/100 - loss: \(progress.loss.text()) - accuracy: \(progress.accuracy.text())"
  )
}
let classifier = try Classifier(network: model, trainedOn: training)
let result = try classifier.evaluation(on: test)
print(result)

let seconds = history.epochs.reduce(0) { $0 + $1.seconds }
print("100 epochs in \(seconds.text(1)) s")
state("after five epochs the loss is about 0.30", abs(history.epochs[4].loss - 0.30) < 0.02)
state("the test accuracy is 0.87 to 0.90", (0.87...0.90).contains(result.accuracy))

// One-hot labels (categorical cross-entropy) train to the same bits as integer labels (sparse).
var oneHot = Matrix(rowCount: 2_000, columnCount: 10)
let part = training.selecting(rows: 0..<2_000)
for (row, label) in part.labels.enumerated() { oneHot[row, label] = 1 }
let categorical = try LabeledDataset(
  features: part.features, distributions: oneHot, classNames: part.classNames,
  featureShape: part.featureShape)
var (sparse, dense) = (model, model)
try sparse.fit(to: part, epochs: 1)
try dense.fit(to: categorical, epochs: 1)
state("sparse and categorical labels train to the same bits", sparse == dense)
