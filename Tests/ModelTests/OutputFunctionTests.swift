// SPDX-License-Identifier: Apache-2.0

import Foundation
import SoftmaxCore
import SoftmaxModels
import Testing

/// Networks with sigmoid outputs, and one output for two classes.
@Suite struct OutputFunctionTests {
  func binary(count: Int = 60) throws -> LabeledDataset {
    let three = try triangle(count: count)
    return try LabeledDataset(
      features: three.features, labels: three.labels.map { $0 == 0 ? 0 : 1 },
      classNames: ["left", "other"])
  }

  func severalLabels(count: Int = 80) throws -> LabeledDataset {
    let three = try triangle(count: count)
    var indicators = Matrix(rowCount: count, columnCount: 10)
    for row in 0..<count {
      let label = three.labels[row]
      // Each class by itself says something of the corner; no sample has just one of them.
      for column in 0..<10 where (column + label) % 3 == 0 { indicators[row, column] = 1 }
    }
    return try LabeledDataset(
      features: three.features, indicators: indicators,
      classNames: (0..<10).map { "trait \($0)" })
  }

  @Test func aNetworkThatEndsInASigmoidIsTrainedFromItsLogits() throws {
    for (dataset, outputs) in [(try binary(), 1), (try severalLabels(), 10)] {
      var trained: [[Matrix]] = []
      for ending in 0..<3 {
        var network = try Sequential(input: [5], seed: 2) {
          Dense(20, activation: .relu)
          Dense(outputs, activation: ending == 1 ? .sigmoid : nil)
          if ending == 2 { Sigmoid() }
        }
        try network.fit(to: dataset, loss: .binaryCrossEntropy(), epochs: 3, batchSize: 16)
        trained.append(network.layers.compactMap(\.weight))
        // The logits are what comes before the sigmoid.
        let logits = try network.logits(for: dataset.features)
        let classifier = try Classifier(
          network: network, trainedOn: dataset, outputFunction: .sigmoid)
        let probabilities = try classifier.probabilities(for: dataset.features)
        #expect(probabilities.columnCount == max(outputs, 2))
        let expected = sigmoid(logits.elements)
        #expect(
          (0..<dataset.count).allSatisfy { row in
            (0..<outputs).allSatisfy {
              probabilities[row, outputs == 1 ? 1 : $0] == expected[row * outputs + $0]
            }
          })
      }
      #expect(trained[0] == trained[1] && trained[0] == trained[2])
      #expect(trained[0].count == 2)
    }
  }

  // Three clusters that a linear layer tells apart: the outputs are nearly 1 and 0.
  @Test(arguments: [Loss.squared, .absolute, .huber(delta: 0.5)])
  func outputsTrainedToBeOneOrZeroAreTheProbabilities(loss: Loss) throws {
    let labels = (0..<60).map { $0 % 3 }
    var features = Matrix(rowCount: 60, columnCount: 3)
    for (row, label) in labels.enumerated() { features[row, label] = 1 + 0.01 * Float(row % 7) }
    let dataset = try LabeledDataset(
      features: .floats(features), labels: labels, classNames: ["p", "q", "r"])
    let classifier = try MLPClassifier(
      hiddenUnits: [], loss: loss, optimizer: .adam(learningRate: 0.03), epochs: 200
    ).fitted(to: dataset)
    #expect(classifier.outputFunction == .normalized)
    let evaluation = try classifier.evaluation(on: dataset)
    #expect(evaluation.accuracy == 1 && evaluation.logLoss < 0.1)
    let logits = try classifier.logits(for: dataset.features)
    var session = try classifier.predictor().session()
    var cost = 0.0
    for (row, prediction) in try classifier.predictions(for: dataset.features).enumerated() {
      let shares = logits.row(row).map { max(Double($0), 0x1p-23) }
      for (p, share) in zip(prediction.probabilities, shares) {
        #expect(abs(Double(p) - share / shares.reduce(0, +)) <= 0x1p-24)
      }
      #expect(prediction.probability > 0.9 && prediction.index == labels[row])
      var alone: [Float] = [0, 0, 0]
      _ = try session.probabilities(for: Array(dataset.features.row(row)), into: &alone)
      #expect(alone == prediction.probabilities)
      cost -= log(shares[labels[row]] / shares.reduce(0, +))
    }
    #expect(abs(evaluation.logLoss - cost / 60) < 1e-12)
    #expect(
      try classifier.probabilities(for: dataset.features)
        == OutputFunction.normalized.probabilities(of: logits))
  }

  @Test func normalizedOutputsAreProbabilitiesWhateverTheyWere() throws {
    let logits = try Matrix([
      [-1, -2, -3], [0, 0, 0], [2, -1, 0], [1.5, 0.5, 0], [3e38, 3e38, 1],
    ])
    let probabilities = OutputFunction.normalized.probabilities(of: logits)
    for row in 0..<logits.rowCount {
      #expect(probabilities.row(row).allSatisfy { 0...1 ~= $0 })
      #expect(abs(probabilities.row(row).reduce(0, +) - 1) < 1e-6)
    }
    let third: Float = 1.0 / 3
    #expect(Array(probabilities.row(0)) == [third, third, third])
    #expect(abs(probabilities[3, 0] - 0.75) < 1e-6)
    #expect(abs(probabilities[3, 1] - 0.25) < 1e-6)
    let losses = try Evaluation(
      labels: [0, 1, 1, 1, 0], logits: logits, outputFunction: .normalized
    ).losses
    let rare: Double = 23 * log(2.0) + log(2 + 0x1p-22)
    let expected: [Double] = [log(3.0), log(3.0), rare, log(4.0), log(2.0)]
    for (loss, value) in zip(losses, expected) { #expect(abs(loss - value) < 1e-6) }
  }

  @Test func oneOutputForTwoClassesPredictsAndIsEvaluated() throws {
    let dataset = try binary()
    var network = try Sequential(input: [5], seed: 2) { Dense(1, activation: .sigmoid) }
    let history = try network.fit(
      to: dataset, loss: .binaryCrossEntropy(), optimizer: .adam(learningRate: 0.1), epochs: 30)
    let classifier = try Classifier(network: network, trainedOn: dataset)
    #expect(network.outputFunction == .sigmoid && network.classCount == 2)
    let logits = try classifier.logits(for: dataset.features)
    #expect(logits.columnCount == 1)
    let probabilities = try classifier.probabilities(for: dataset.features)
    let predictions = try classifier.predictions(for: dataset.features)
    var correctCount = 0
    var cost = 0.0
    var session = try classifier.predictor().session()
    for row in 0..<dataset.count {
      let z = Double(logits[row, 0])
      let p = 1 / (1 + exp(-z))
      #expect(abs(Double(probabilities[row, 1]) - p) <= 1e-6)
      #expect(abs(Double(probabilities[row, 0]) - (1 - p)) <= 1e-6)
      #expect(predictions[row].index == (z > 0 ? 1 : 0))
      #expect(predictions[row].label == dataset.classNames[predictions[row].index])
      #expect(predictions[row].probabilities == Array(probabilities.row(row)))
      var alone: [Float] = [0, 0]
      let best = try session.probabilities(for: Array(dataset.features.row(row)), into: &alone)
      #expect(alone == predictions[row].probabilities && best == predictions[row].index)
      if predictions[row].index == dataset.labels[row] { correctCount += 1 }
      cost += log(1 + exp(dataset.labels[row] == 1 ? -z : z))
    }
    var logit: [Float] = [0]
    try session.logits(for: Array(dataset.features.row(0)), into: &logit)
    #expect(logit[0] == logits[0, 0])
    let evaluation = try classifier.evaluation(on: dataset)
    #expect(evaluation.correctCount == correctCount)
    #expect(evaluation.accuracy > 0.9)
    #expect(abs(evaluation.logLoss - cost / Double(dataset.count)) <= 1e-6)
    #expect(try #require(history.epochs.last).accuracy > 0.9)
  }

  @Test func theLogLossOfOneOutputIsNeverCut() throws {
    var network = try Sequential(input: [1]) { Dense(1, initializer: .zeros) }
    try network.setParameters(ofLayer: 0, weight: Matrix([[1]]), bias: [0])
    let classifier = try Classifier(network: network, classNames: ["no", "yes"])
    let dataset = try LabeledDataset(
      features: .floats(Matrix([[1000], [-1000], [60], [-200]])), labels: [0, 1, 1, 0],
      classNames: ["no", "yes"])
    let evaluation = try classifier.evaluation(on: dataset)
    #expect(evaluation.logLoss == 500 && evaluation.correctCount == 2)
  }

  @Test func tenSigmoidsGiveEachClassAProbabilityOfItsOwn() throws {
    let dataset = try severalLabels()
    var network = try Sequential(input: [5], seed: 2) { Dense(10, activation: .sigmoid) }
    let history = try network.fit(
      to: dataset, loss: .binaryCrossEntropy(), optimizer: .adam(learningRate: 0.1), epochs: 40)
    let classifier = try Classifier(network: network, trainedOn: dataset)
    let probabilities = try classifier.probabilities(for: dataset.features)
    let sums = (0..<dataset.count).map { probabilities.row($0).reduce(0, +) }
    #expect(sums.allSatisfy { $0 > 1.5 })
    let evaluation = try classifier.multiLabelEvaluation(on: dataset)
    #expect(evaluation.accuracy > 0.95 && evaluation.exactAccuracy > 0.8)
    #expect(evaluation.exactCount < evaluation.rowCount || evaluation.accuracy == 1)
    let (loss, _) = try network.valueAndGradient(of: .binaryCrossEntropy(), on: dataset)
    #expect(abs(evaluation.logLoss - loss) <= 1e-6)
    // Training counts (sample, class) pairs, as the evaluation does.
    let epoch = try #require(history.epochs.last)
    #expect(abs(epoch.accuracy - evaluation.accuracy) < 0.05)
    let trainer = try Trainer(network, on: dataset, loss: .binaryCrossEntropy(), batchSize: 80)
    let step = try trainer.step(on: Array(0..<80))
    #expect(step.predictionCount == 800 && step.weightSum == 80)
    #expect(step.correctCount == evaluation.correctCount)

    #expect(throws: SoftmaxError.self) { try classifier.evaluation(on: dataset) }
    let single = try triangle(count: 10)
    #expect(throws: SoftmaxError.self) { try classifier.multiLabelEvaluation(on: single) }
  }

  @Test func anIndicatorCountsAsYesAboveOneHalf() throws {
    var network = try Sequential(input: [1]) { Dense(3, activation: .sigmoid) }
    try network.setParameters(
      ofLayer: 0, weight: Matrix([[-1], [-1], [1]]), bias: [0, 0, 0])
    let dataset = try LabeledDataset(
      features: .floats(Matrix([[1]])), indicators: Matrix([[0.25, 0.5, 0.75]]),
      classNames: ["a", "b", "c"])
    let evaluation = try Classifier(network: network, classNames: dataset.classNames)
      .multiLabelEvaluation(on: dataset)
    #expect(evaluation.correctCount == 3 && evaluation.exactCount == 1)
    let trainer = try Trainer(network, on: dataset, loss: .binaryCrossEntropy(), batchSize: 1)
    #expect(try trainer.step(on: [0]).correctCount == 3)
  }

  @Test func severalSigmoidsOnSamplesOfOneClassAreEvaluated() throws {
    let dataset = try triangle(count: 60)
    var network = try Sequential(input: [5], seed: 2) { Dense(3, activation: .sigmoid) }
    try network.fit(
      to: dataset, loss: .binaryCrossEntropy(), optimizer: .adam(learningRate: 0.1), epochs: 30)
    let evaluation = try Classifier(network: network, trainedOn: dataset).evaluation(on: dataset)
    let (loss, _) = try network.valueAndGradient(of: .binaryCrossEntropy(), on: dataset)
    #expect(evaluation.accuracy > 0.9)
    #expect(abs(evaluation.logLoss - loss) <= 1e-6)
  }

  @Test func aFunctionThatDoesNotFitTheNetworkIsAnError() throws {
    let softmax = try Sequential(input: [5]) { Dense(3, activation: .softmax) }
    let sigmoid = try Sequential(input: [5]) { Dense(3, activation: .sigmoid) }
    let single = try Sequential(input: [5]) { Dense(1) }
    let names = ["a", "b", "c"]
    for (network, function) in [(softmax, OutputFunction.sigmoid), (sigmoid, .softmax)] {
      let error = #expect(throws: SoftmaxError.self) {
        try Classifier(network: network, classNames: names, outputFunction: function)
      }
      #expect(error?.code == .invalidArgument)
    }
    for names in [["a"], names] {
      #expect(throws: SoftmaxError.self) { try Classifier(network: single, classNames: names) }
    }
    #expect(try Classifier(network: single, classNames: ["no", "yes"]).outputFunction == .sigmoid)
  }

  @Test func aSigmoidBeforeOtherLayersIsAnOrdinaryActivation() throws {
    let dataset = try triangle(count: 30)
    let network = try Sequential(input: [5], seed: 2) {
      Dense(3)
      Sigmoid()
      Sigmoid()
    }
    let before = try Sequential(input: [5], seed: 2) {
      Dense(3)
      Sigmoid()
    }
    let logits = try network.logits(for: dataset.features)
    #expect(try logits == before.probabilities(for: dataset.features))
  }
}
