// SPDX-License-Identifier: Apache-2.0
//
// PyTorch's training loop, written from public parts: a loader of 64 shuffled images, one
// Linear(784, 10), cross-entropy, SGD 0.1, ten epochs, a line each 100 steps; then the accuracy on the
// test images, without gradients. And the same in one call.
//
//   for epoch in range(num_epochs):
//       for i, (images, labels) in enumerate(train_loader):
//           loss = criterion(model(images), labels)
//           optimizer.zero_grad();  loss.backward();  optimizer.step()
//           if (i + 1) % 100 == 0: print(f'Epoch [{epoch+1}/{num_epochs}], Step [...], Loss: ...')

import SoftmaxKit
import Statements

let fashion = try RemoteDataset.fashionMNIST.load()
let model = try Sequential(input: [28, 28], seed: seed) {
  Flatten()
  Dense(10)
}

let epochs = 10
let trainer = try Trainer(
  model, on: fashion.training, loss: .crossEntropy, optimizer: .sgd(learningRate: 0.1),
  batchSize: 64)
var lossesOfLastEpoch: [Double] = []
var logged: [Double] = []
for epoch in 0..<epochs {
  let batches = try trainer.batches(epoch: epoch)
  for (index, batch) in batches.enumerated() {
    let step = try trainer.step(on: batch)
    if epoch == epochs - 1 { lossesOfLastEpoch.append(step.loss) }
    if (index + 1) % 100 == 0 {
      logged.append(step.loss)
      print(
        "Epoch [\(epoch + 1)/\(epochs)], Step [\(index + 1)/\(batches.count)], "
          + "Loss: \(step.loss.text())")
    }
  }
}
let trained = try trainer.network

// Prediction takes no gradients anywhere.
let accuracy = try trained.evaluation(on: fashion.test ?? fashion.training).accuracy
print("Accuracy of the model on the test images: \((100 * accuracy).text(2)) %")
let loss = lossesOfLastEpoch.reduce(0, +) / Double(lossesOfLastEpoch.count)

state("938 steps make an epoch", lossesOfLastEpoch.count == 938)
state("a line each 100 steps: 9 an epoch", logged.count == 9 * epochs)
state("the first says about 0.7", (0.5...0.9).contains(logged[0]))
state("the loss of the tenth epoch is 0.418, as PyTorch's", abs(loss - 0.418) < 0.01)
state("the accuracy is PyTorch's, 0.80 to 0.86 from seed to seed", (0.80...0.86).contains(accuracy))

var inOneCall = model
try inOneCall.fit(
  to: fashion.training, optimizer: .sgd(learningRate: 0.1), epochs: epochs, batchSize: 64)
state("one call gives the same bits as the loop", inOneCall == trained)
