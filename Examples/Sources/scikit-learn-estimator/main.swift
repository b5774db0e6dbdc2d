// SPDX-License-Identifier: Apache-2.0
//
// An estimator as in scikit-learn: settings in the initializer, data in fit; then predict,
// predict_proba, score. Its loss and its gradient can be called on their own.
//
//   model = SoftmaxRegression(C=1);  model.fit(X, y);  model.score(X_test, y_test)

import Foundation
import SoftmaxKit
import Statements

let digits = try Digits.load()
let training = digits.training
let test = digits.test ?? training

// C = 1 is an l2 of 1 / (C n) beside the mean loss, and the default.
let l2 = SoftmaxRegression.l2Penalty(forC: 1, sampleCount: training.count)
let estimator = SoftmaxRegression(l2Penalty: l2)
let model = try estimator.fitted(to: training)
let accuracy = try model.score(on: test)
print("score", accuracy.text())
// The held-out digits were written by others; LogisticRegression(C=1) scores 0.903 on them.
state("the score is scikit-learn's 0.903, to 0.015", abs(accuracy - 0.903) < 0.015)

// A smaller C is a stronger penalty, so smaller weights.
func squares(_ model: Classifier) -> Float {
  model.network.layers[1].weight?.elements.reduce(0) { $0 + $1 * $1 } ?? 0
}
var stronger = estimator
stronger.l2Penalty = SoftmaxRegression.l2Penalty(forC: 0.001, sampleCount: training.count)
let shrunk = try stronger.fitted(to: training)
print(
  "||W||^2 =", squares(model).text(2), "for C = 1 and", squares(shrunk).text(2), "for C = 0.001")
state("a smaller C gives smaller weights", squares(shrunk) < squares(model) / 2)

let first = try model.predictions(for: test.features.selecting(rows: 0..<3))
for prediction in first { print("predicted", prediction.label, prediction.probability.text(3)) }
let probabilities = try model.probabilities(for: test.features)
state(
  "probabilities sum to 1",
  probabilities.sums().allSatisfy { abs($0 - 1) < 1e-5 })

// The loss and the gradient by hand: -(1/n) sum y log y_hat and (1/n) X^T (y_hat - y).
let weight = model.network.layers[1].weight ?? Matrix(rowCount: 0, columnCount: 0)
let bias = model.network.layers[1].bias ?? []
let (objective, gradient) = try estimator.valueAndGradient(weight: weight, bias: bias, on: training)
print("objective", objective.text(5))
// The objective is convex, and the estimator goes to its optimum. The record has a bound on what is missing.
let record = model.trainingRecord
print(record?.optimizer ?? "", "stopped at most", record?.objectiveGap ?? .infinity, "above it")
state("the optimum is certified to 1e-8", (record?.objectiveGap ?? 1) < 1e-8)

// Moved by h along one weight, the objective changes by h times the gradient. At weights of 0, where
// there is most to learn.
let zero = Matrix(rowCount: weight.rowCount, columnCount: weight.columnCount)
let noBias = [Float](repeating: 0, count: bias.count)
let start = try estimator.valueAndGradient(weight: zero, bias: noBias, on: training).gradient
for (row, column) in [(0, 20), (3, 43), (9, 10)] {
  func objective(movedBy h: Float) throws -> Double {
    var moved = zero
    moved[row, column] += h
    return try estimator.valueAndGradient(weight: moved, bias: noBias, on: training).value
  }
  let h: Float = 1.0 / 64
  let slope = try (objective(movedBy: h) - objective(movedBy: -h)) / Double(2 * h)
  let ours = Double(start.weight[row, column])
  print("dJ/dw[\(row), \(column)] =", ours.text(6), "by differences", slope.text(6))
  state(
    "the gradient is that of finite differences", abs(slope) > 1e-3 && abs(ours - slope) < 2e-5)
}

// J = -(1/n) sum ln p of the label + l2 / 2 ||W||^2, and
// dJ/dw_k = (1/n) sum x_i (p_ik - 1{y_i = k}) + l2 w_k, with matrices and nothing else.
let x = training.features.matrix
var errors = try model.probabilities(for: training.features)
var logarithms = 0.0
for (row, label) in training.labels.enumerated() {
  logarithms += log(Double(errors[row, label]))
  errors[row, label] -= 1
}
let costByHand = -logarithms / Double(training.count) + l2 / 2 * Double(squares(model))
print("J by hand", costByHand.text(5))
state("the formula gives the same objective", abs(costByHand - objective) < 1e-5)
let biasByHand = errors.sums(along: .columns).map { $0 / Float(training.count) }
state(
  "and the same gradient of the bias",
  zip(biasByHand, gradient.bias).allSatisfy { abs($0 - $1) < 1e-6 })
let byHand =
  1 / Float(training.count) * (try errors.transposeMultiplied(by: x)) + Float(l2) * weight
let difference = (byHand - gradient.weight).elements.map(abs).max() ?? 1
state("the formula gives the same gradient", difference < 1e-6)
