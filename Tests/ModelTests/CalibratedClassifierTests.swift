// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore
import Testing

@testable import SoftmaxModels

/// Classifiers with a calibration, wherever their logits become probabilities.
@Suite struct CalibratedClassifierTests {
  private func data(classes: Int = 3, count: Int = 90) throws -> LabeledDataset {
    let bits = CounterBasedGenerator(seed: 2).bits(inFirst: 3 * count)
    let labels = (0..<count).map { $0 % classes }
    let features = try Matrix(
      (0..<count).map { row in
        (0..<3).map { column in
          Float(bits[3 * row + column] >> 40) * 0x1p-23 + (column == labels[row] ? 0.7 : 0)
        }
      })
    return try LabeledDataset(
      features: .floats(features), labels: labels,
      classNames: (0..<classes).map { "c\($0)" })
  }

  private func classifier(_ function: OutputFunction) throws -> Classifier {
    let loss: Loss =
      switch function {
      case .softmax: .crossEntropy
      case .oneVsRest: .oneVsRest()
      case .normalized: .squared
      case .sigmoid: .binaryCrossEntropy()
      }
    let data = try data(classes: function == .sigmoid ? 2 : 3)
    return try MLPClassifier(
      hiddenUnits: [5], loss: loss, epochs: 3, preprocessing: [.standardize]
    ).fitted(to: data)
  }

  private let maps = [
    ([0.5], []), ([0.5, 2, 1], [0.1, 0, -1]),
    ([1, 0.2, 0, 0, 1.5, -0.1, 0, 0.3, 0.7], [0, 1, -0.5]),
  ]

  private func members() throws -> Classifier {
    let (data, plain) = (try data(), try classifier(.softmax))
    let step = try #require(plain.pipeline.steps.last)
    let shared = try Pipeline(fitted: Array(plain.pipeline.steps.dropLast()))
    return try Classifier(
      members: [0.4, 0.6].enumerated().map { index, weight in
        ClassifierMember(
          network: try Sequential(input: [3], seed: UInt64(index)) {
            Dense(4, activation: .tanh)
            Dense(3, activation: .softmax)
          }, steps: [step], weight: weight)
      }, classNames: data.classNames, pipeline: shared)
  }

  private func check(
    _ plain: Classifier, _ calibration: Calibration, on data: LabeledDataset
  ) throws {
    let model = try plain.calibrated(by: calibration)
    let before = try plain.evaluation(on: data)
    let expected = try before.calibrated(by: calibration)
    let evaluation = try model.evaluation(on: data)
    #expect(evaluation == expected && evaluation.logits != before.logits)
    let predictor = try model.predictor()
    #expect(try predictor.logits(for: data.features) == expected.logits)
    let probabilities = try predictor.probabilities(for: data.features)
    #expect(probabilities == expected.probabilities)
    let predictions = try predictor.predictions(for: data.features)
    #expect(predictions.map(\.index) == expected.predictions)
    #expect(predictions[7].probabilities == Array(probabilities.row(7)))
    #expect(predictions[7].ranking.first == predictions[7].index)
    // Alone and in the batch, the same bits.
    var session = predictor.session()
    guard case .floats(let rows) = data.features.storage else {
      Issue.record("the features are no floats")
      return
    }
    for row in 0..<10 {
      var (own, logits) = (
        [Float](repeating: 0, count: predictor.classCount),
        [Float](repeating: 0, count: predictor.outputCount)
      )
      #expect(
        try session.probabilities(for: Array(rows.row(row)), into: &own)
          == expected.predictions[row])
      try session.logits(for: Array(rows.row(row)), into: &logits)
      #expect(own == Array(probabilities.row(row)))
      #expect(logits == Array(expected.logits.row(row)))
    }
  }

  @Test(arguments: [OutputFunction.softmax, .oneVsRest, .normalized])
  func predictionsAndEvaluationsAreCalibratedAlike(function: OutputFunction) throws {
    let (data, plain) = (try data(), try classifier(function))
    for (scales, intercepts) in maps {
      try check(plain, Calibration(scales: scales, intercepts: intercepts), on: data)
    }
  }

  @Test func severalNetworksAreCalibratedAfterTheirAverage() throws {
    let data = try data()
    for (scales, intercepts) in maps {
      try check(members(), Calibration(scales: scales, intercepts: intercepts), on: data)
    }
  }

  @Test func aSingleSigmoidBecomesTwoLogits() throws {
    let (data, plain) = (try data(classes: 2), try classifier(.sigmoid))
    let calibration = try Calibration(scales: [0.5, 2], intercepts: [0.1, -0.3])
    try check(plain, calibration, on: data)
    let model = try plain.calibrated(by: calibration)
    #expect(try plain.predictor().outputCount == 1 && model.predictor().outputCount == 2)
  }

  @Test func bytesAreCalibratedRowByRowAndInABatch() throws {
    let bytes = try ByteMatrix(
      rowCount: 12, columnCount: 4, bytes: (0..<48).map { UInt8($0 * 5) }, scale: 1.0 / 255)
    let data = try LabeledDataset(
      features: .bytes(bytes), labels: (0..<12).map { $0 % 3 }, classNames: ["a", "b", "c"])
    let model = try MLPClassifier(hiddenUnits: [4], epochs: 2).fitted(to: data)
      .calibrated(by: Calibration(temperature: 1.7))
    let all = try model.probabilities(for: data.features)
    var session = try model.predictor().session()
    for row in 0..<12 {
      var own: [Float] = [0, 0, 0]
      try session.probabilities(for: (0..<4).map { UInt8((4 * row + $0) * 5) }, into: &own)
      #expect(own == Array(all.row(row)))
    }
  }

  @Test func aTemperatureDoesNotChangeTheClasses() throws {
    let (data, plain) = (try data(), try classifier(.softmax))
    let cool = try plain.calibrated(by: Calibration(temperature: 0.2))
    let warm = try plain.calibrated(by: Calibration(temperature: 5))
    let classes = try plain.evaluation(on: data).predictions
    #expect(try cool.evaluation(on: data).predictions == classes)
    #expect(try warm.evaluation(on: data).predictions == classes)
    let greatest = try [cool, plain, warm].map {
      try $0.predictions(for: data.features).map(\.probability)
    }
    for row in 0..<data.count {
      #expect(greatest[0][row] > greatest[1][row] && greatest[1][row] > greatest[2][row])
    }
  }

  @Test func noCalibrationIsTheClassifierItself() throws {
    let plain = try classifier(.softmax)
    #expect(try plain.calibrated(by: nil) == plain)
    #expect(try plain.calibrated(by: .identity) == plain)
    let calibrated = try plain.calibrated(by: Calibration(temperature: 2))
    #expect(calibrated != plain)
    #expect(try calibrated.calibrated(by: nil) == plain)
    #expect(calibrated.with(trainingRecord: nil).calibration == calibrated.calibration)
    #expect(calibrated.weightsOfLayers == plain.weightsOfLayers)
    // Other weights are not those that it was fitted to.
    #expect(try calibrated.addingClass("d").calibration == nil)
  }

  @Test func aCalibrationOfOtherClassesIsAnError() throws {
    let plain = try classifier(.softmax)
    let error = #expect(throws: SoftmaxError.self) {
      try plain.calibrated(by: Calibration(scales: [1, 2], intercepts: [0, 0]))
    }
    #expect(error?.code == .shapeMismatch)
    let network = try Sequential(input: [3], seed: 1) { Dense(3, activation: .sigmoid) }
    let sigmoids = try Classifier(network: network, classNames: ["a", "b", "c"])
    let unsupported = #expect(throws: SoftmaxError.self) {
      try sigmoids.calibrated(by: Calibration(temperature: 2))
    }
    #expect(unsupported?.code == .unsupported)
  }

  @Test func anOverflowNamesItsRowAndClass() throws {
    let (data, plain) = (try data(), try classifier(.softmax))
    let model = try plain.calibrated(
      by: Calibration(scales: [1, 1, 1e300], intercepts: [0, 0, 0]))
    var session = try model.predictor().session()
    var result: [Float] = [0, 0, 0]
    let errors = [
      #expect(throws: SoftmaxError.self) { try model.probabilities(for: data.features) },
      #expect(throws: SoftmaxError.self) {
        try session.probabilities(for: [0.5, 0.5, 0.5], into: &result)
      },
    ]
    for error in errors {
      #expect(error?.code == .nonFiniteValue && error?.location == .row(0, column: 2))
    }
  }
}

extension Classifier {
  fileprivate var weightsOfLayers: [[LayerTensor]] { network.layers.map(\.tensors) }
}
