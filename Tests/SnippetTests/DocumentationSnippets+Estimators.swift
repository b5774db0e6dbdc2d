// SPDX-License-Identifier: Apache-2.0

import SoftmaxKit

extension DocumentationSnippets {
  static func estimator(_ digits: DatasetSplit) throws {
    let model = try SoftmaxRegression(l2Penalty: 1e-4).fitted(to: digits.training)
    print(try model.score(on: digits.training))
  }

  static func standardized(_ dataset: LabeledDataset) throws {
    let standardization = try Standardizer().fitted(to: dataset.features)
    let model = try Standardizer().followed(by: SoftmaxRegression()).fitted(to: dataset)
    print(standardization.featureCount, model.classNames)
  }

  static func perceptron(_ dataset: LabeledDataset) throws {
    let model = try MLPClassifier(hiddenUnits: [128, 64], epochs: 5).fitted(to: dataset)
    print(try model.evaluation(on: dataset))
  }

  static func oneAgainstTheRest(_ digits: DatasetSplit) throws {
    let model = try OneVsRest(SoftmaxRegression()).fitted(to: digits.training)
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
