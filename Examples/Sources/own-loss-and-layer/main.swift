// SPDX-License-Identifier: Apache-2.0
//
// A layer and a loss of one's own, in a loop of one's own and in fit. What PyTorch's users write as
// nn.Module and a function of tensors; here with the gradient written out, and checked.

import SoftmaxKit
import Statements

let digits = try Digits.load()
let (training, test) = (digits.training, digits.test ?? digits.training)
let untrained = try Sequential(input: [64], seed: seed) {
  Dense(32)
  PReLU()
  Dense(10, activation: .softmax)
}
print(untrained.summary)
state("PReLU has a parameter for each of 32 units", untrained.layers[1].parameterCount == 32)
let loss = Loss.custom(FocalLoss())

// MARK: Are the gradients right?

// Each parameter moved by h changes the loss by h times its gradient.
let batch = training.selecting(rows: 0..<64)
let gradient = try untrained.valueAndGradient(of: loss, on: batch).gradient
func check(layer: Int, tensor name: String, place: Int) throws {
  let values = untrained.layers[layer].tensors.first { $0.name == name }?.values ?? []
  func cost(movedBy h: Float) throws -> Double {
    var (network, moved) = (untrained, values)
    moved[place] += h
    try network.setValues(moved, of: name, inLayer: layer)
    return try network.valueAndGradient(of: loss, on: batch).loss
  }
  // Small, since few samples should pass the bend of PReLU on the way.
  let h: Float = 1.0 / 1024
  let slope = try (cost(movedBy: h) - cost(movedBy: -h)) / Double(2 * h)
  let ours =
    gradient.layers.first { $0.layer == layer }?.tensors.first { $0.name == name }?.values[place]
    ?? .nan
  print(
    "d loss / d layers.\(layer).\(name)[\(place)] =", ours.text(6), "by differences", slope.text(6))
  state("the gradient is that of finite differences", abs(Double(ours) - slope) < 2e-4)
}
try check(layer: 0, tensor: "weight", place: 20)
try check(layer: 1, tensor: "slope", place: 3)
try check(layer: 1, tensor: "slope", place: 17)
try check(layer: 2, tensor: "bias", place: 4)

// MARK: In fit

var network = untrained
let history = try network.fit(to: training, loss: loss, optimizer: .adam(), epochs: 20)
print(history.curves())
let result = try network.evaluation(on: test)
print(result)
state("the loss falls to a tenth", history.epochs[19].loss < history.epochs[0].loss / 10)
state("the accuracy on held-out digits is above 0.86", result.accuracy > 0.86)
let slopes = network.layers[1].tensors[0].values
print("learnt slopes \((slopes.min() ?? 0).text(2))...\((slopes.max() ?? 0).text(2))")
state("every unit has learnt a slope of its own", Set(slopes).count == 32)

// MARK: In a loop

// The fast loop: a trainer that keeps network and optimizer where steps are quick.
let trainer = try Trainer(untrained, on: training, loss: loss, optimizer: .adam(), batchSize: 32)
for epoch in 0..<20 {
  for batch in try trainer.batches(epoch: epoch) { try trainer.step(on: batch) }
}
state("a loop of one's own gives the same bits as fit", try trainer.network == network)

// The plain loop: value, gradient, update, each a call.
var byHand = untrained
var optimizer = try OptimizerState(.adam(), for: byHand)
for epoch in 0..<20 {
  for rows in try ShuffledBatches(of: 32, from: training.count, seed: seed, epoch: epoch) {
    let step = try byHand.valueAndGradient(of: loss, on: training.selecting(rows: rows))
    try optimizer.update(&byHand, along: step.gradient)
  }
}
state("so do value, gradient and update", byHand == network)

// MARK: An activation

var soft = try Sequential(input: [64], seed: seed) {
  Dense(64)
  Softsign()
  Dense(10, activation: .softmax)
}
try soft.fit(to: training, optimizer: .adam(), epochs: 20)
let accuracy = try soft.evaluation(on: test).accuracy
print("with Softsign", accuracy.text(4))
state("an activation of one's own learns as well", accuracy > 0.86)
