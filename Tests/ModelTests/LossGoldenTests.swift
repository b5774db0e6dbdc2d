// SPDX-License-Identifier: Apache-2.0

import Foundation
import SoftmaxCore
import SoftmaxModels
import Testing

/// What PyTorch, Keras and scikit-learn computed (Tests/golden/make-loss-golden.py).
struct LossGolden: Decodable {
  struct Case: Decodable, Sendable {
    struct Options: Decodable, Sendable {
      var labelSmoothing: Double?
      var classWeights: [Double]?
      var ignoredClass: Int?
      var delta: Double?
      var margin: Double?
    }

    var name: String
    var loss: String
    var kind: String
    var logits: [[Double]]
    var labels: [Int]?
    var targets: [[Double]]?
    var sampleWeights: [Double]?
    var options: Options
    var value: Double
    var gradient: [[Double]]?
  }

  var cases: [Case]

  static func load() throws -> LossGolden {
    let url = try #require(
      Bundle.module.url(forResource: "losses", withExtension: "json", subdirectory: "Golden"))
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try decoder.decode(LossGolden.self, from: Data(contentsOf: url))
  }
}

@Suite struct LossGoldenTests {
  @Test func lossesAndGradientsAreThoseOfThePeers() throws {
    let cases = try LossGolden.load().cases
    #expect(cases.count >= 100)
    #expect(cases.count { $0.gradient != nil } >= 100)
    for golden in cases {
      let value = try golden.expectedLoss().value(
        of: golden.libraryTargets(), logits: golden.matrix(golden.logits),
        sampleWeights: golden.sampleWeights?.map { Float($0) })
      #expect(
        abs(value.loss - golden.value) <= 1e-6 * max(1, abs(golden.value)), "\(golden.name)")
      guard let gradient = golden.gradient else { continue }
      let largest = gradient.joined().map(abs).max() ?? 0
      #expect(value.gradient.greatestDifference(from: gradient) <= 2e-6 * largest, "\(golden.name)")
    }
  }
}

extension LossGolden.Case {
  func matrix(_ rows: [[Double]]) throws -> Matrix {
    try Matrix(rows.map { $0.map { Float($0) } })
  }

  func libraryTargets() throws -> Targets {
    switch kind {
    case "labels": .labels(try #require(labels))
    case "distributions": .distributions(try matrix(try #require(targets)))
    default: .indicators(try matrix(try #require(targets)))
    }
  }

  func expectedLoss() throws -> Loss {
    let smoothing = options.labelSmoothing ?? 0
    let weights = options.classWeights ?? []
    let ignored = options.ignoredClass
    switch loss {
    case "cross-entropy":
      return .crossEntropy(labelSmoothing: smoothing, classWeights: weights, ignoredClass: ignored)
    case "binary-cross-entropy": return .binaryCrossEntropy(labelSmoothing: smoothing)
    case "squared": return .squared
    case "absolute": return .absolute
    case "huber": return .huber(delta: try #require(options.delta))
    case "multi-class-hinge":
      return .multiClassHinge(margin: try #require(options.margin), classWeights: weights)
    default: throw SoftmaxError(.invalidData, "no loss is called \(loss)")
    }
  }
}
