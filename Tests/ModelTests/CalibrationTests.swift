// SPDX-License-Identifier: Apache-2.0

import Foundation
import SoftmaxCore
import Testing

@testable import SoftmaxModels

@Suite struct CalibrationTests {
  struct Golden: Decodable {
    struct Temperature: Decodable {
      var scale: Double
      var probabilities: [[Double]]
    }
    struct Map: Decodable {
      var objective: Double
      var probabilities: [[Double]]
    }
    struct Case: Decodable {
      var logits: [[Float]]
      var labels: [Int]
      var weights: [Float]
      var temperature: Temperature
      var weighted: Temperature
      var vector: Map
      var dirichlet: Map
      var weightedDirichlet: Map

      func evaluation(isWeighted: Bool = false) throws -> Evaluation {
        try Evaluation(
          labels: labels, logits: Matrix(logits), sampleWeights: isWeighted ? weights : nil)
      }
    }
    var cases: [Case]
  }

  private func cases() throws -> [Golden.Case] {
    let url = try #require(
      Bundle.module.url(
        forResource: "calibration", withExtension: "json", subdirectory: "Golden"))
    return try JSONDecoder().decode(Golden.self, from: Data(contentsOf: url)).cases
  }

  private func distance(_ evaluation: Evaluation, _ expected: [[Double]]) -> Double {
    let probabilities = evaluation.probabilities
    return expected.enumerated().flatMap { row, values in
      values.enumerated().map { abs($1 - Double(probabilities[row, $0])) }
    }.max() ?? .infinity
  }

  // Log loss plus penalty, as the script of the golden values has it.
  private func objective(
    _ calibration: Calibration, _ evaluation: Evaluation, penalty: Double?
  ) throws -> Double {
    let count = evaluation.classNames.count
    let (scales, intercepts) = (calibration.scales, calibration.intercepts)
    let matrix = (0..<count).map { row in
      (0..<count).map { column in
        scales.count == count
          ? (row == column ? scales[row] : 0) : scales[row * count + column]
      }
    }
    var (off, distance) = (0.0, intercepts.reduce(0) { $0 + $1 * $1 })
    for row in 0..<count {
      for column in 0..<count {
        let value = matrix[row][column] - (row == column ? 1 : 0)
        distance += value * value
        if row != column { off += value * value }
      }
    }
    let pairs = Double(count * (count - 1))
    let ofIntercepts = intercepts.reduce(0) { $0 + $1 * $1 } / Double(count)
    return try evaluation.calibrated(by: calibration).logLoss + 5e-7 * distance
      + (penalty ?? 0) * (off / pairs + ofIntercepts)
  }

  @Test func theTemperatureIsThatOfScikitLearn() throws {
    for golden in try cases() {
      for (expected, isWeighted) in [(golden.temperature, false), (golden.weighted, true)] {
        let evaluation = try golden.evaluation(isWeighted: isWeighted)
        let calibration = try Calibration.fitted(to: evaluation, by: .temperature)
        #expect(abs(calibration.scales[0] / expected.scale - 1) < 1e-6)
        #expect(
          try distance(evaluation.calibrated(by: calibration), expected.probabilities) < 1e-5)
      }
    }
  }

  @Test func mapsOfEachClassAreTheMinimaThatScipyFinds() throws {
    for golden in try cases() {
      let tried: [(CalibrationMethod, Golden.Map, Bool)] = [
        (.vector, golden.vector, false), (.dirichlet(), golden.dirichlet, false),
        (.dirichlet(penalty: 1), golden.weightedDirichlet, true),
      ]
      for (method, expected, isWeighted) in tried {
        let evaluation = try golden.evaluation(isWeighted: isWeighted)
        let calibration = try Calibration.fitted(to: evaluation, by: method)
        let value = try objective(calibration, evaluation, penalty: method.penalty)
        #expect(abs(value - expected.objective) < 1e-7, "\(method.name)")
        let calibrated = try evaluation.calibrated(by: calibration)
        #expect(distance(calibrated, expected.probabilities) < 1e-4, "\(method.name)")
      }
    }
  }

  @Test func aCalibrationIsChosenOnlyIfItLessensTheLogLossOfTheFolds() throws {
    var chosen: [String] = []
    for (seed, scale) in [(1, 1), (2, 1), (3, 3), (4, 0.4), (5, 8)] as [(Int, Float)] {
      let evaluation = try drawnRows(300, seed: seed, scale: scale)
      let calibration = try Calibration.fitted(to: evaluation)
      let selection = try #require(calibration.selection)
      let losses = selection.attempts.compactMap(\.logLoss)
      #expect(losses.count == CalibrationMethod.all.count + 1)
      #expect(losses[selection.chosen] <= losses[0])
      #expect((selection.chosen == 0) == calibration.isIdentity)
      chosen.append(calibration.name)
      // Of other rows of the kind.
      let (before, after) = try (
        drawnRows(2_000, seed: 100 + seed, scale: scale),
        drawnRows(2_000, seed: 100 + seed, scale: scale).calibrated(by: calibration)
      )
      if scale != 1 {
        #expect(after.logLoss < before.logLoss)
        #expect(after.reliability().error < before.reliability().error / 2)
      } else {
        #expect(after.logLoss < before.logLoss + 0.01)
      }
    }
    #expect(chosen[2...] == ["temperature", "temperature", "temperature"])
  }

  @Test func aMapOfEachClassIsChosenWhereClassesAreConfused() throws {
    // One class is said too often, which no temperature mends.
    func rows(_ seed: Int) throws -> Evaluation {
      let drawn = try drawnRows(900, seed: seed)
      var logits = drawn.logits
      for row in 0..<900 { logits[row, 1] += 2 }
      return try Evaluation(labels: drawn.labels, logits: logits)
    }
    let calibration = try Calibration.fitted(to: rows(1))
    #expect(calibration.name == "vector")
    let before = try rows(2)
    let after = try before.calibrated(by: calibration)
    #expect(after.logLoss < before.logLoss - 0.1 && after.accuracy > before.accuracy)
  }

  @Test func foldsJudgeEachRowByTheOthers() throws {
    let evaluation = try drawnRows(60, classes: 2, seed: 1, scale: 2)
    let (calibration, heldOut) = try Calibration.fitted(
      to: evaluation, among: [.temperature], isRequired: true, foldCount: 3, seed: 5,
      execution: Execution(threads: 1))
    let rows = try LabeledDataset(
      features: .floats(evaluation.logits), labels: evaluation.labels,
      classNames: evaluation.classNames)
    for fold in try rows.folds(3, seed: 5) {
      let learned = fold.learned(ofRows: 60)
      let own = try Calibration.fitted(
        to: Evaluation(
          labels: learned.map { evaluation.labels[$0] },
          logits: evaluation.logits.selecting(rows: learned)), by: .temperature)
      let all = try evaluation.calibrated(by: own)
      for row in fold.judged { #expect(heldOut.logits.row(row) == all.logits.row(row)) }
    }
    #expect(
      calibration.selection?.attempts[1].logLoss.map { abs($0 - heldOut.logLoss) < 1e-12 } == true)
  }

  @Test func rowsThatAreAllRightHaveNoBestTemperature() throws {
    let rows = try Evaluation(
      labels: (0..<40).map { $0 % 2 },
      logits: Matrix((0..<40).map { $0 % 2 == 0 ? [3, 1] : [0, 1] }))
    let chosen = try Calibration.fitted(to: rows, among: [.temperature])
    #expect(chosen.isIdentity && chosen.selection?.attempts[1].leftOut != nil)
    for use in [
      { _ = try Calibration.fitted(to: rows, by: .temperature) },
      { _ = try Calibration.fitted(to: rows, among: [.temperature], isRequired: true) },
    ] {
      let error = #expect(throws: SoftmaxError.self) { try use() }
      #expect(error?.code == .invalidArgument && error?.remedy == "calibrate on more rows")
    }
  }

  @Test func aClassOfFewRowsLeavesATemperature() throws {
    let drawn = try drawnRows(80, seed: 4, scale: 3)
    let labels = drawn.labels.enumerated().map { $0 < 70 && $1 == 2 ? 0 : $1 }
    let rows = try Evaluation(labels: labels, logits: drawn.logits)
    let selection = try #require(Calibration.fitted(to: rows).selection)
    #expect(selection.attempts.count { $0.leftOut == nil } == 2)
    #expect(throws: SoftmaxError.self) { try Calibration.fitted(to: rows, by: .vector) }
  }

  @Test func threadsDoNotChangeABit() throws {
    let evaluation = try drawnRows(200, seed: 6, scale: 2)
    let calibrations = try [1, 3].map { try Calibration.fitted(to: evaluation, threads: $0) }
    #expect(calibrations[0] == calibrations[1])
    #expect(try Calibration.fitted(to: evaluation, seed: 1).selection != calibrations[0].selection)
  }

  @Test func rowsThatItWasFittedToAreRecognized() throws {
    let evaluation = try drawnRows(700, seed: 7, scale: 2)
    let calibration = try Calibration.fitted(to: evaluation, among: [.temperature])
    let rows = try #require(calibration.fittedRows)
    #expect(rows.hashes.count == RowSketch.greatestCount)
    func share(_ rows: [Int]) throws -> Double {
      let chosen = try Evaluation(
        labels: rows.map { evaluation.labels[$0] },
        logits: evaluation.logits.selecting(rows: rows))
      return try #require(calibration.fittedRows).share(
        in: chosen.calibrated(by: calibration))
    }
    #expect(try share((0..<700).reversed()) == 1)
    #expect(try 0.4...0.6 ~= share((0..<700).filter { $0 % 2 == 0 }))
    #expect(
      try rows.share(in: drawnRows(700, seed: 8, scale: 2).calibrated(by: calibration)) == 0)
  }

  @Test func whatIsNoCalibrationIsATypedError() throws {
    for temperature in [0, -1, .nan, .infinity, 0x1p-1070] {
      #expect(throws: SoftmaxError.self) { try Calibration(temperature: temperature) }
    }
    let numbers: [([Double], [Double])] = [
      ([], []), ([0], []), ([-1], []), ([1, 1], []), ([1], [0]), ([1, 1], [0, .nan]),
      ([1, .infinity], [0, 0]), ([1, 2, 3], [0, 0]), ([1, 1], [0, 0, 0]),
    ]
    for (scales, intercepts) in numbers {
      let error = #expect(throws: SoftmaxError.self) {
        try Calibration(scales: scales, intercepts: intercepts)
      }
      #expect(error?.code == .invalidArgument)
    }
    let rows = try drawnRows(60, seed: 1)
    let pair = try Calibration(scales: [1, 1], intercepts: [0, 1])
    #expect(throws: SoftmaxError.self) { try rows.calibrated(by: pair) }
    for penalty in [-1, .nan, .infinity] {
      #expect(throws: SoftmaxError.self) {
        try Calibration.fitted(to: rows, by: .dirichlet(penalty: penalty))
      }
    }
    let sigmoids = try Evaluation(
      labels: rows.labels, logits: rows.logits, outputFunction: .sigmoid)
    let error = #expect(throws: SoftmaxError.self) { try Calibration.fitted(to: sigmoids) }
    #expect(error?.code == .unsupported)
    let few = try drawnRows(3, seed: 1)
    #expect(throws: SoftmaxError.self) { try Calibration.fitted(to: few) }
    // A product that no float holds.
    let huge = try Calibration(scales: [1e300, 1, 1], intercepts: [0, 0, 0])
    let overflow = #expect(throws: SoftmaxError.self) { try rows.calibrated(by: huge) }
    #expect(overflow?.code == .nonFiniteValue)
  }

  @Test(arguments: [OutputFunction.softmax, .oneVsRest, .normalized, .sigmoid])
  func everyOutputFunctionIsCalibratedByItsLogProbabilities(function: OutputFunction) throws {
    let drawn = try drawnRows(300, classes: 2, seed: 3, scale: 2)
    // A single sigmoid has the difference of the logits.
    let logits =
      function == .sigmoid
      ? try Matrix((0..<300).map { [drawn.logits[$0, 1] - drawn.logits[$0, 0]] }) : drawn.logits
    let rows = try Evaluation(labels: drawn.labels, logits: logits, outputFunction: function)
    let same = try rows.calibrated(by: .identity)
    #expect(abs(same.logLoss - rows.logLoss) < 1e-6)
    let calibration = try Calibration.fitted(to: rows, by: .temperature)
    let after = try rows.calibrated(by: calibration)
    #expect(after.logLoss < rows.logLoss && after.outputFunction == .softmax)
    #expect(after.probabilities.columnCount == 2)
    // The minimum: neither a warmer nor a colder one is better.
    for factor in [0.99, 1.01] {
      let other = try Calibration(scales: [calibration.scales[0] * factor], intercepts: [])
      #expect(try rows.calibrated(by: other).logLoss > after.logLoss)
    }
  }
}
