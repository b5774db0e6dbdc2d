// SPDX-License-Identifier: Apache-2.0
//
// Dive into Deep Learning, the concise softmax regression: one linear layer with weights from a
// normal distribution, a cross-entropy that takes logits, SGD 0.1, batches of 256, ten epochs.
//
//   net = nn.Sequential(nn.Flatten(), nn.Linear(784, 10))
//   loss = nn.CrossEntropyLoss();  trainer = torch.optim.SGD(net.parameters(), lr=0.1)

import SoftmaxKit
import Statements

let fashion = try FashionMNIST.load()
var net = try Sequential(input: [28, 28], seed: 0) {
  Flatten()
  Dense(10)
}
let history = try net.fit(
  to: fashion.training, loss: .crossEntropy, optimizer: .sgd(learningRate: 0.1), epochs: 10,
  batchSize: 256)
for epoch in history.epochs {
  print("epoch \(epoch.number): loss \(epoch.loss.text()), train acc \(epoch.accuracy.text(3))")
}
let classifier = try Classifier(network: net, trainedOn: fashion.training)
let result = try classifier.evaluation(on: fashion.test ?? fashion.training)
print("test acc", result.accuracy.text(3))

let last = history.epochs[9]
state("the loss falls below 0.5, as in the book", last.loss < 0.5)
state("train acc is above 0.7 and at most 1", last.accuracy > 0.7 && last.accuracy <= 1)
state("test acc is above 0.8", result.accuracy > 0.8)
