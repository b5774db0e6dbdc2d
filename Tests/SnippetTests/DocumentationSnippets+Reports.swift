// SPDX-License-Identifier: Apache-2.0

// The examples of evaluations and of SoftmaxReports.

import SoftmaxKit

extension DocumentationSnippets {
  static func confusion() throws -> ConfusionMatrix {
    let matrix = try ConfusionMatrix(
      labels: [0, 1, 2, 2, 2], predictions: [0, 0, 2, 2, 1], classNames: ["cat", "dog", "owl"])
    print(matrix[label: 2, prediction: 1])
    print(matrix.macroAverage.f1)
    print(matrix.report())
    return matrix
  }

  static func evaluation(of model: Classifier, on test: LabeledDataset) throws {
    let evaluation = try model.evaluation(on: test)
    print(evaluation)
    print(evaluation.report)
    print(evaluation.macroF1, evaluation.topKAccuracy(3))
    print(evaluation.confusionMatrix.mostConfused(3))
  }

  static func calibration(
    of model: Classifier, on validation: LabeledDataset, test: LabeledDataset
  ) throws {
    let heldOut = try model.evaluation(on: validation)
    let calibration = try Calibration.fitted(to: heldOut)
    let calibrated = try model.calibrated(by: calibration)
    print(calibration, try calibrated.evaluation(on: test).logLoss)
  }

  static func calibrated(_ model: Classifier, on validation: LabeledDataset) throws -> Classifier {
    let calibration = try Calibration.fitted(to: model.evaluation(on: validation))
    let calibrated = try model.calibrated(by: calibration)
    return calibrated
  }

  static func calibration(among heldOut: Evaluation) throws -> Calibration {
    let calibration = try Calibration.fitted(to: heldOut, among: [.temperature, .vector])
    return calibration
  }

  static func temperature(of heldOut: Evaluation) throws -> Calibration {
    let temperature = try Calibration.fitted(to: heldOut, by: .temperature)
    return temperature
  }

  static func calibrated(_ evaluation: Evaluation, by calibration: Calibration) throws {
    let after = try evaluation.calibrated(by: calibration)
    print(evaluation.logLoss, after.logLoss)
  }

  static func attempts(of calibration: Calibration) {
    for attempt in calibration.selection?.attempts ?? [] {
      print(attempt.method, attempt.logLoss ?? .nan)
    }
  }

  static func sets(
    of model: Classifier, on validation: LabeledDataset, test: LabeledDataset
  ) throws {
    let heldOut = try model.evaluation(on: validation)
    let conformal = try ConformalPredictor.fitted(to: heldOut, coverage: 0.9)
    let judged = try model.evaluation(on: test)
    print(conformal.sets(for: judged)[0], conformal.coverage(of: judged))
  }

  static func abstention(of evaluation: Evaluation) {
    let curve = CoverageRiskCurve(evaluation)
    if let point = curve.point(ofAccuracy: 0.95) {
      print(point.threshold, point.coverage, point.accuracy, point.accuracyInterval)
    }
  }

  static func costs() throws {
    let costs = try CostMatrix(
      [[0, 1, 0.3], [20, 0, 0.3]], decisions: ["discharge", "treat", "examine"])
    print(costs.decisions[costs.decision(for: [0.9, 0.1]).index])  // examine
  }

  static func metrics(of evaluation: Evaluation) {
    for metric in Metric.all {
      print(metric.name, metric.value(of: evaluation) ?? "undefined", metric.meaning)
    }
    if let curve = evaluation.curve(ofClass: 3) {
      print(curve.areaUnderROC, curve.averagePrecision)
      print(curve.points.last { $0.precision >= 0.95 }?.recall ?? 0)
    }
  }

  static func comparison(of first: Evaluation, and second: Evaluation) throws -> Comparison {
    let comparison = try Comparison(of: [first, second], names: ["linear", "network"])
    let outcomes = comparison.outcomes(of: 0, and: 1)
    print(outcomes.accuracyDifference, outcomes.accuracyDifferenceInterval)
    print(outcomes.mcNemarPValue, comparison.rowsOfDisagreement(of: 0, and: 1).prefix(5))
    print(comparison.differences(of: [try .named("log_loss")], from: 0, to: 1))
    return comparison
  }

  static func outcomes() throws -> PairedOutcomes {
    let outcomes = try PairedOutcomes(
      bothRight: 340, onlyFirstRight: 10, onlySecondRight: 4, bothWrong: 6)
    print(outcomes.accuracyDifference)
    print(outcomes.accuracyDifferenceInterval)
    print(outcomes.mcNemarPValue)
    return outcomes
  }

  static func otherTools() throws -> [Evaluation] {
    let forest = try Evaluation(labels: [0, 1], probabilities: Matrix([[0.9, 0.1], [0.6, 0.4]]))
    print(forest.logLoss)
    let rules = try Evaluation(
      labels: [0, 1, 1], predictions: [0, 1, 0], classNames: ["cat", "dog"])
    print(rules.accuracy)
    return [forest, rules]
  }

  static func monitor() throws -> EarlyStopping {
    let stopping = EarlyStopping.earlyStopping(
      patience: 5, monitor: try .validation(.named("macro_f1")))
    return stopping
  }

  static func picture(of digits: DatasetSplit) {
    if let picture = GrayPicture(values: digits.training.features.row(0), shape: [8, 8]) {
      print(picture.lines(columns: 79).joined(separator: "\n"))
    }
  }

  static func gallery(_ evaluation: Evaluation, _ digits: DatasetSplit) throws -> String {
    let gallery = try Gallery(evaluation, of: digits.training, order: .wrongFirst, limit: 12)
    print(gallery.lines(columns: 80).joined(separator: "\n"))
    let picture = gallery.svg()
    return picture
  }

  static func report(_ evaluation: Evaluation) -> String {
    let report = Report("Digits", of: evaluation, facts: [("trained on", "1,347 rows")])
    let page = report.html()
    return page
  }

  static func chart() -> String {
    let chart = LineChart(
      title: "Loss by learning rate", xLabel: "epoch", yLabel: "loss",
      series: [
        .init(name: "0.1", x: [1, 2, 3], y: [0.9, 0.5, 0.4]),
        .init(name: "0.01", x: [1, 2, 3], y: [2.1, 1.8, 1.6]),
      ])
    let picture = chart.svg()
    return picture
  }

  static func losses() -> String {
    let picture = LossFigure.huber().svg()
    print(LossFigure.squared.loss(3), LossFigure.squared.gradient(3))
    return picture
  }

  static func walkthrough() throws -> SoftmaxWalkthrough {
    let walkthrough = try SoftmaxWalkthrough(logits: Matrix([[3, 1, -3]]), labels: [0])
    print(walkthrough.naive.exponentials.row(0))
    print(walkthrough.probabilities.row(0))
    print(walkthrough.losses[0])
    print(walkthrough.gradient.row(0))
    return walkthrough
  }
}
