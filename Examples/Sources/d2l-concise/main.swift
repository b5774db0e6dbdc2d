// SPDX-License-Identifier: Apache-2.0
//
// Dive into Deep Learning, the concise softmax regression: one linear layer with weights from a
// normal distribution, a cross-entropy that takes logits, SGD 0.1, batches of 256, ten epochs.
//
//   net = nn.Sequential(nn.Flatten(), nn.Linear(784, 10))
//   nn.init.normal_(net[1].weight, std=0.01)
//   loss = nn.CrossEntropyLoss();  trainer = torch.optim.SGD(net.parameters(), lr=0.1)

import SoftmaxKit
import Statements

let fashion = try RemoteDataset.fashionMNIST.load()
let test = fashion.test ?? fashion.training

var net = try Sequential(input: [28, 28], seed: seed) {
  Flatten()
  Dense(10, initializer: .normal(standardDeviation: 0.01))
}
let weights = net.layers[1].weight?.elements ?? []
let count = Float(weights.count)
let mean = weights.reduce(0, +) / count
let deviation = (weights.reduce(0) { $0 + $1 * $1 } / count).squareRoot()
print("weights of mean \(mean.text(5)) and deviation \(deviation.text(5))")
state(
  "the weights have mean 0 and deviation 0.01", abs(mean) < 5e-4 && abs(deviation - 0.01) < 5e-4)

let history = try net.fit(
  to: fashion.training, loss: .crossEntropy, optimizer: .sgd(learningRate: 0.1), epochs: 10,
  batchSize: 256, validation: .data(test))
for epoch in history.epochs {
  let (loss, accuracy) = (epoch.loss.text(), epoch.accuracy.text(3))
  let testAccuracy = epoch.validation?.accuracy.text(3) ?? "none"
  print("epoch \(epoch.number): loss \(loss), train acc \(accuracy), test acc \(testAccuracy)")
}
print(history.curves())

let last = history.epochs[9]
let accuracy = try net.evaluation(on: test).accuracy
state("the loss falls below 0.5, as in the book", last.loss < 0.5)
state("train acc is above 0.7 and at most 1", last.accuracy > 0.7 && last.accuracy <= 1)
state("test acc is above 0.8", accuracy > 0.8 && accuracy <= 1)
