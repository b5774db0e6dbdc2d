// SPDX-License-Identifier: Apache-2.0
//
// What the articles also name: a yes-or-no question about a table ("malware or not"), several binary
// classifiers (logistic regression, support vector machines) as the other way to many classes, and why
// softmax of two classes is logistic regression.

import SoftmaxKit
import Statements

// MARK: A table and two classes

// "Malware or not" has the form of "malignant or not": rows of measurements, one of two answers.
let tumours = try BreastCancer.load()
let (training, test) = (tumours.training, tumours.test ?? tumours.training)
print("\(training.count) and \(test.count) rows, each \(training.classNames), by")
for (name, value) in zip(BreastCancer.featureNames.prefix(4), training.features.row(0)) {
  print("  \(name), such as \(value)")
}
print("  and \(training.features.columnCount - 4) more")

// The columns are of very different size, so each is brought to mean 0 and standard deviation 1, as learnt from
// the training rows. The fitted model does so by itself from then on.
let model = try SoftmaxRegression(preprocessing: [.standardize]).fitted(to: training)
let result = try model.evaluation(on: test)
print(result)
print(result.report)
print("area under the ROC curve", result.rocAUCMacro?.text() ?? "undefined")
// scikit-learn's LogisticRegression(C=1) on the same rows: accuracy 0.956, log loss 0.172, area 0.979.
state("the accuracy is above 0.93", result.accuracy > 0.93)
state("the log loss is scikit-learn's 0.172, to 0.001", abs(result.logLoss - 0.172) < 0.001)
state("the area is scikit-learn's 0.979, to 0.001", abs((result.rocAUCMacro ?? 0) - 0.979) < 0.001)

// Without that step the same model, trained by batches, gets lost in columns of thousands.
let byBatches = MLPClassifier(
  hiddenUnits: [], optimizer: .sgd(learningRate: 0.1), epochs: 100, batchSize: 64, seed: seed)
let rawLoss = try byBatches.fitted(to: training).evaluation(on: test).logLoss
print("log loss \(result.logLoss.text(3)), without the step \(rawLoss.text(3))")
state("without the step it is far worse", rawLoss > 5 * result.logLoss)

// MARK: With two classes softmax is logistic regression

// e^b / (e^a + e^b) = 1 / (1 + e^-(b - a)): the sigmoid of the difference of the scores.
let logits = try model.logits(for: test.features)
let probabilities = try model.probabilities(for: test.features)
let sigmoids = sigmoid((0..<test.count).map { logits[$0, 1] - logits[$0, 0] })
state(
  "softmax of two scores is the sigmoid of their difference",
  test.labels.indices.allSatisfy { abs(probabilities[$0, 1] - sigmoids[$0]) < 1e-6 })

// And in training: one output by binary cross-entropy. The two outputs of softmax move apart from each
// other, so their difference takes steps of twice the rate.
let pipeline = try Pipeline([.standardize], fittedTo: training)
let standardized = try pipeline.apply(to: training)
let held = try pipeline.apply(to: test.features)
func trained(units: Int, loss: Loss, learningRate: Double) throws -> Matrix {
  var network = try Sequential(input: [30], seed: seed) { Dense(units, initializer: .zeros) }
  try network.fit(
    to: standardized, loss: loss, optimizer: .sgd(learningRate: learningRate), epochs: 50)
  return try network.probabilities(for: held)
}
let two = try trained(units: 2, loss: .crossEntropy, learningRate: 0.05)
let one = try trained(units: 1, loss: .binaryCrossEntropy(), learningRate: 0.1)
let gap = (two - one).elements.map(abs).max() ?? 1
print("softmax of two classes and logistic regression differ by \(gap) at most")
state("trained, both give the same probabilities", gap < 1e-5)

// MARK: Several binary classifiers beside one softmax

let iris = try Iris.load()
let flowers = iris.test ?? iris.training
print("\(iris.training.count) and \(flowers.count) irises by", Iris.featureNames)

let logistic = SoftmaxRegression(preprocessing: [.standardize])
// A linear support vector machine: hinge loss, and a penalty on the weights.
let machine = MLPClassifier(
  hiddenUnits: [], loss: .multiClassHinge(), l2Penalty: 1e-3, optimizer: .sgd(learningRate: 0.1),
  epochs: 100, batchSize: 16, preprocessing: [.standardize], seed: seed)

func score(_ name: String, _ estimator: some Estimator) throws -> Double {
  let fitted = try estimator.fitted(to: iris.training)
  let score = try fitted.score(on: flowers)
  print("  accuracy \(score.text(3)) by \(name)")
  return score
}
let together = try [score("softmax", logistic), score("multi-class hinge", machine)]
let apart = try [
  score("three logistic regressions, one-vs-rest", OneVsRest(logistic)),
  score("three support vector machines, one-vs-rest", OneVsRest(machine)),
]
state("softmax and hinge tell the irises apart: 0.9 or more", together.allSatisfy { $0 >= 0.9 })
state("one-vs-rest does: above 0.7", apart.allSatisfy { $0 > 0.7 })
// Versicolor lies between the two others: no line cuts it off from both.
state("but not as well", (apart.max() ?? 1) < (together.min() ?? 0))

// Ten digits by ten yes-or-no questions, beside one softmax.
let digits = try Digits.load()
let written = digits.test ?? digits.training
let estimator = SoftmaxRegression()
let softmaxScore = try estimator.fitted(to: digits.training).score(on: written)
let many = try OneVsRest(estimator).fitted(to: digits.training)
let manyScore = try many.score(on: written)
print(
  "digits: \(softmaxScore.text(3)) by softmax, \(manyScore.text(3)) by \(many.models.count) questions"
)
state("ten classes need ten binary classifiers", many.models.count == 10)
state("both ways reach 0.84 on held-out digits", min(softmaxScore, manyScore) > 0.84)
