// SPDX-License-Identifier: Apache-2.0

import SoftmaxKit

extension DocumentationSnippets {
  static func estimator(_ digits: DatasetSplit) throws {
    let model = try SoftmaxRegression(l2Penalty: 1e-4).fitted(to: digits.training)
    print(try model.score(on: digits.training))
  }

  static func chosenPenalty(_ digits: DatasetSplit) throws {
    let model = try SoftmaxRegressionCV().fitted(to: digits.training)
    if let penalty = model.trainingRecord?.penaltyPath?.chosen {
      print(penalty.c, penalty.logLoss)
    }
  }

  static func penalties(_ digits: DatasetSplit) throws {
    let model = try SoftmaxRegressionCV().fitted(to: digits.training)
    if let path = model.trainingRecord?.penaltyPath { print(path.table) }
  }

  static func penalties(_ model: Classifier) {
    if let path = model.trainingRecord?.penaltyPath { print(path.table) }
  }

  static func penaltyCurve(_ model: Classifier) {
    if let path = model.trainingRecord?.penaltyPath { print(path.curve(columns: 80, rows: 12)) }
  }

  static func standardized(_ dataset: LabeledDataset) throws {
    let model = try SoftmaxRegression(preprocessing: [.standardize]).fitted(to: dataset)
    print(model.pipeline)  // columns, standardized
  }

  static func filledGaps(_ passengers: LabeledDataset) throws -> Pipeline {
    let pipeline = try Pipeline([.fillGaps, .standardize], fittedTo: passengers)
    return pipeline
  }

  static func partsOfDates(_ flights: LabeledDataset) throws -> Pipeline {
    let pipeline = try Pipeline([.dateParts, .standardize], fittedTo: flights)
    return pipeline
  }

  static func oneHotCategories(_ passengers: LabeledDataset) throws -> Pipeline {
    let pipeline = try Pipeline([.oneHot], fittedTo: passengers)
    return pipeline
  }

  static func piecewiseLinear(_ passengers: LabeledDataset) throws -> Classifier {
    let model = try SoftmaxRegressionCV(preprocessing: [.piecewiseLinear]).fitted(to: passengers)
    return model
  }

  static func watched(_ training: LabeledDataset) throws {
    let model = try MLPClassifier(epochs: 100, preprocessing: [.standardize]).fitted(
      to: training, validation: .fraction(0.1), callbacks: [.earlyStopping(patience: 5)])
    print(model.classNames)
  }

  static func pipeline(_ training: LabeledDataset) throws -> Classifier {
    let pipeline = try Pipeline([.standardize], fittedTo: training)
    var network = try Sequential(input: [4], seed: 0) { Dense(3, activation: .softmax) }
    try network.fit(to: training, pipeline: pipeline)
    let classifier = try Classifier(
      network: network, classNames: training.classNames, pipeline: pipeline)
    return classifier
  }

  static func predictions(_ classifier: Classifier, _ images: Features) throws {
    let predictor = try classifier.predictor()
    for prediction in try predictor.predictions(for: images) { print(prediction.label) }
  }

  static func predictions(_ predictor: Predictor) throws {
    let table = try Table([
      .numbers([5.1, 6.3], name: "length"), .numbers([1.4, 5.6], name: "width"),
    ])
    for prediction in try predictor.predictions(for: table) { print(prediction.label) }
  }

  static func chosenModel(_ passengers: LabeledDataset) throws {
    let model = try AutoClassifier().fitted(to: passengers)
    if let selection = model.trainingRecord?.selection {
      print(selection.accuracy, selection.logLoss, selection.baselineAccuracy)
    }
  }

  static func perceptron(_ dataset: LabeledDataset) throws {
    let model = try MLPClassifier(hiddenUnits: [128, 64], epochs: 5).fitted(to: dataset)
    print(try model.evaluation(on: dataset))
  }

  static func oneAgainstTheRest(_ digits: DatasetSplit) throws {
    let model = try OneVsRest(SoftmaxRegression()).fitted(to: digits.training)
    print(try model.score(on: digits.training))
  }

  static func jointOneAgainstTheRest(_ digits: DatasetSplit) throws {
    let model = try SoftmaxRegression(loss: .oneVsRest()).fitted(to: digits.training)
    print(try model.score(on: digits.training))
  }

  static func addedClass(_ nineClasses: Classifier, _ fashion: DatasetSplit) throws {
    let wider = try nineClasses.addingClass("Ankle boot")
    let trained = try MLPClassifier(epochs: 2).fitted(to: fashion.training, startingFrom: wider)
    print(trained.classNames.count)
  }

  static func objective(_ digits: DatasetSplit) throws {
    let start = Matrix(rowCount: 10, columnCount: 64)
    let (objective, gradient) = try SoftmaxRegression(l2Penalty: 0.01)
      .valueAndGradient(weight: start, bias: Array(repeating: 0, count: 10), on: digits.training)
    print(objective)  // ln 10 = 2.303
    print(gradient.bias)
  }

  static func logits(features: Matrix, weight: Matrix) throws -> Matrix {
    let logits = try features.multiplied(by: weight)
    return logits
  }

  static func preset(_ digits: DatasetSplit) throws {
    let model = try MLPClassifier(.scikitLearn, epochs: 20).fitted(to: digits.training)
    let optimizer = TrainingPreset.pytorch.adam(learningRate: 1e-4)
    print(model.classNames, optimizer.name)
  }
}
