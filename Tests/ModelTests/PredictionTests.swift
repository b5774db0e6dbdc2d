// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore
import SoftmaxModels
import Testing

@Suite struct PredictionTests {
  func classifier() throws -> Classifier {
    let dataset = try triangle(count: 120, features: 19)
    var network = try Sequential(input: [19], seed: 3) {
      Dense(37, activation: .tanh)
      Dense(3)
    }
    try network.fit(to: dataset, epochs: 3)
    return try Classifier(network: network, trainedOn: dataset)
  }

  @Test func aRowHasTheSameBitsAloneAndInAnyCompany() throws {
    let classifier = try classifier()
    let features = try triangle(count: 300, features: 19, seed: 5).features
    let whole = try classifier.probabilities(for: features, threads: 2)
    for row in stride(from: 0, to: 300, by: 7) {
      let alone = try classifier.probabilities(for: features.selecting(rows: [row]))
      #expect(alone.elements == Array(whole.row(row)))
      let seven = try classifier.probabilities(
        for: features.selecting(rows: row..<min(row + 7, 300)))
      #expect(Array(seven.row(0)) == Array(whole.row(row)))
    }
  }

  @Test func predictionsNameTheMostProbableClass() throws {
    let classifier = try classifier()
    let dataset = try triangle(count: 50, features: 19, seed: 6)
    let predictions = try classifier.predictions(for: dataset.features)
    let probabilities = try classifier.probabilities(for: dataset.features)
    for (row, prediction) in predictions.enumerated() {
      #expect(prediction.probabilities == Array(probabilities.row(row)))
      #expect(prediction.probability == prediction.probabilities.max())
      #expect(prediction.label == classifier.classNames[prediction.index])
      #expect(prediction.ranking.first == prediction.index)
      #expect(prediction.ranking.sorted() == [0, 1, 2])
    }
    let correct = zip(predictions, dataset.labels).count { $0.index == $1 }
    #expect(try classifier.evaluation(on: dataset).correctCount == correct)
  }

  @Test func aFeatureThatIsNoNumberIsAnErrorThatNamesRowAndColumn() throws {
    let classifier = try classifier()
    for value in [Float.nan, .infinity] {
      var matrix = Matrix(rowCount: 4, columnCount: 19)
      matrix[2, 11] = value
      let error = #expect(throws: SoftmaxError.self) {
        try classifier.predictions(for: .floats(matrix))
      }
      #expect(error?.code == .nonFiniteValue)
      #expect(error?.location == .row(2, column: 11))
    }
  }

  @Test func aLogitThatOverflowsIsAnErrorThatNamesRowAndClass() throws {
    var network = try Sequential(input: [2]) { Dense(2) }
    try network.setParameters(
      ofLayer: 0, weight: Matrix([[1, 1], [1e38, 1e38]]), bias: [0, 0])
    let error = #expect(throws: SoftmaxError.self) {
      try network.probabilities(for: .floats(Matrix([[1, 1], [3, 3]])))
    }
    #expect(error?.location == .row(1, column: 1))
  }

  @Test func featuresOfAnotherShapeAreAnError() throws {
    let classifier = try classifier()
    #expect(throws: SoftmaxError.self) {
      try classifier.predictions(for: .floats(Matrix(rowCount: 1, columnCount: 18)))
    }
    #expect(try classifier.predictions(for: .floats(Matrix(rowCount: 0, columnCount: 19))).isEmpty)
  }

  @Test func bytesAreScaledAsInTraining() throws {
    let bytes = try ByteMatrix(rowCount: 2, columnCount: 2, bytes: [0, 16, 16, 8], scale: 1.0 / 16)
    let dataset = try LabeledDataset(
      features: .bytes(bytes), labels: [0, 1], classNames: ["a", "b"])
    let classifier = try SoftmaxRegression().fitted(to: dataset)
    #expect(classifier.pipeline.scaleOfBytes == 1.0 / 16)
    let others = try ByteMatrix(rowCount: 2, columnCount: 2, bytes: bytes.bytes, scale: 1.0 / 255)
    #expect(
      try classifier.logits(for: .bytes(others)) == classifier.logits(for: .bytes(bytes)))
  }

  @Test func classesAreMatchedByName() throws {
    let classifier = try classifier()
    let dataset = try triangle(count: 60, features: 19, seed: 9)
    let expected = try classifier.evaluation(on: dataset)
    func renamed(_ names: [String], _ place: (Int) -> Int) throws -> Evaluation {
      try classifier.evaluation(
        on: LabeledDataset(
          features: dataset.features, labels: dataset.labels.map(place), classNames: names))
    }
    #expect(try renamed(["top", "right", "left"]) { 2 - $0 } == expected)
    #expect(try renamed(["0", "1", "2"]) { $0 } == expected)
    let error = #expect(throws: SoftmaxError.self) {
      try renamed(["left", "right", "bottom"]) { $0 }
    }
    #expect(error?.message.contains("bottom") == true)
  }

  @Test func aNetworkIsEvaluatedAsItsClassifierIs() throws {
    let classifier = try classifier()
    let dataset = try triangle(count: 50, features: 19, seed: 6)
    #expect(
      try classifier.network.evaluation(on: dataset) == classifier.evaluation(on: dataset))
    #expect(throws: SoftmaxError.self) {
      try Sequential(input: [19]) { Dense(4) }.evaluation(on: dataset)
    }
  }

  @Test func namesThatDoNotFitAreErrors() throws {
    let network = try Sequential(input: [2]) { Dense(2) }
    for names in [["a"], ["a", "a"], ["a", "b", "c"]] {
      #expect(throws: SoftmaxError.self) { try Classifier(network: network, classNames: names) }
    }
    for scale in [0, -1, Float.nan, .infinity, 1e38] {
      #expect(throws: SoftmaxError.self) {
        try ByteScale(scale)
      }
    }
  }
}

@Suite struct EvaluationTests {
  func evaluation(correct: Int, of rows: Int) throws -> Evaluation {
    // A network that always says class 0.
    let network = try Sequential(input: [1]) { Dense(2, initializer: .zeros) }
    let classifier = try Classifier(network: network, classNames: ["a", "b"])
    return try classifier.evaluation(
      on: LabeledDataset(
        features: .floats(Matrix(rowCount: rows, columnCount: 1)),
        labels: (0..<rows).map { $0 < correct ? 0 : 1 }, classNames: ["a", "b"]))
  }

  // The textbook's: 8 of 10 gives 0.490 to 0.943, 10 of 10 gives 0.722 to 1.
  @Test func theIntervalIsWilsons() throws {
    let eight = try evaluation(correct: 8, of: 10).accuracyInterval
    #expect(abs(eight.lowerBound - 0.4901625) < 1e-6 && abs(eight.upperBound - 0.9433178) < 1e-6)
    let ten = try evaluation(correct: 10, of: 10).accuracyInterval
    #expect(abs(ten.lowerBound - 0.7224672) < 1e-6 && ten.upperBound == 1)
    let none = try evaluation(correct: 0, of: 10).accuracyInterval
    #expect(none.lowerBound == 0 && abs(none.upperBound - 0.2775328) < 1e-6)
  }

  @Test func theLogLossOfNotKnowingIsTheLogarithmOfTheClasses() throws {
    #expect(abs(try evaluation(correct: 3, of: 7).logLoss - 0.6931471805599453) < 1e-7)
    #expect(
      try evaluation(correct: 3, of: 7).description.hasPrefix("accuracy 0.4286 [0.1582, 0.7495]"))
  }

  @Test func aCertainAndWrongPredictionIsNotClipped() throws {
    var network = try Sequential(input: [1]) { Dense(2) }
    try network.setParameters(ofLayer: 0, weight: Matrix([[0], [5000]]), bias: [0, 0])
    let classifier = try Classifier(network: network, classNames: ["a", "b"])
    let evaluation = try classifier.evaluation(
      on: LabeledDataset(features: .floats(Matrix([[1]])), labels: [0], classNames: ["a", "b"]))
    #expect(evaluation.logLoss == 5000)
  }

  @Test func nothingToEvaluateIsAnError() throws {
    #expect(throws: SoftmaxError.self) { try evaluation(correct: 0, of: 0) }
  }
}
