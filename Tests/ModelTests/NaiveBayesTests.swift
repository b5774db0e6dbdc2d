// SPDX-License-Identifier: Apache-2.0

import Foundation
import SoftmaxCore
import Testing

@testable import SoftmaxModels

/// Naive Bayes of words, and its mixture with softmax regression.
@Suite struct NaiveBayesTests {
  struct Golden: Decodable {
    var features: [[Float]]
    var labels: [Int]
    var weights: [Float]
    var smoothings: [Double]
    var logProbabilities: [[[Double]]]
    var weighted: [[Double]]
  }

  private func golden() throws -> Golden {
    let url = try #require(
      Bundle.module.url(
        forResource: "naive-bayes", withExtension: "json", subdirectory: "Golden"))
    return try JSONDecoder().decode(Golden.self, from: Data(contentsOf: url))
  }

  private func sparse(_ rows: [[Float]]) throws -> Features {
    var (offsets, columns, values) = ([0], [Int32](), [Float]())
    for row in rows {
      for (column, value) in row.enumerated() where value != 0 {
        columns.append(Int32(column))
        values.append(value)
      }
      offsets.append(values.count)
    }
    return .sparse(
      try SparseMatrix(
        columnCount: rows[0].count, rowOffsets: offsets, columns: columns, values: values))
  }

  private func logProbabilities(
    _ bayes: NaiveBayes, smoothing: Double, rows: [[Float]]
  ) -> [[Double]] {
    let (weight, bias) = bayes.parameters(smoothing: smoothing)
    return rows.map { row in
      let logits = bias.indices.map { label in
        zip(weight.row(label), row).reduce(Double(bias[label])) {
          $0 + Double($1.0) * Double($1.1)
        }
      }
      let top = logits.max() ?? 0
      let sum = logits.reduce(0) { $0 + exp($1 - top) }
      return logits.map { $0 - top - log(sum) }
    }
  }

  private func isClose(_ a: [[Double]], _ b: [[Double]]) -> Bool {
    zip(a.joined(), b.joined()).allSatisfy { abs($0 - $1) < 1e-5 }
  }

  @Test func probabilitiesAreThoseOfScikitLearn() throws {
    let golden = try golden()
    let data = try LabeledDataset(
      features: sparse(golden.features), labels: golden.labels, classNames: ["a", "b", "c"])
    let bayes = try #require(NaiveBayes(data))
    for (smoothing, expected) in zip(golden.smoothings, golden.logProbabilities) {
      let got = logProbabilities(
        bayes, smoothing: smoothing, rows: Array(golden.features.prefix(10)))
      #expect(isClose(got, expected), "smoothing \(smoothing)")
    }
    let weighted = try #require(NaiveBayes(data.weighted(by: golden.weights)))
    #expect(
      isClose(
        logProbabilities(weighted, smoothing: 0.3, rows: Array(golden.features.prefix(10))),
        golden.weighted))
  }

  @Test func weightsOfTheClassesSumTo0() throws {
    let golden = try golden()
    let data = try LabeledDataset(
      features: sparse(golden.features), labels: golden.labels, classNames: ["a", "b", "c"])
    let (weight, bias) = try #require(NaiveBayes(data)).parameters(smoothing: 0.1)
    #expect(abs(bias.reduce(0, +)) < 1e-6)
    for column in 0..<weight.columnCount {
      #expect(abs((0..<3).reduce(0) { $0 + weight[$1, column] }) < 1e-5)
    }
  }

  @Test func featuresThatMayBeNegativeDoNotCount() throws {
    let rows: [[Float]] = [[1, 0, 0.5], [0, 2, -0.5], [3, 0, 1]]
    func parameters(_ rows: [[Float]]) throws -> (weight: Matrix, bias: [Float]) {
      let data = try LabeledDataset(
        features: sparse(rows), labels: [0, 1, 0], classNames: ["a", "b"])
      return try #require(NaiveBayes(data)).parameters(smoothing: 0.1)
    }
    let (all, counted) = (try parameters(rows), try parameters(rows.map { Array($0.prefix(2)) }))
    for label in 0..<2 {
      #expect(all.weight.row(label) == counted.weight.row(label) + [0])
    }
    #expect(all.bias == counted.bias)
  }

  @Test func itIsNotForClassesWithoutSamples() throws {
    let rows: [[Float]] = [[1, 0], [0, 2]]
    #expect(
      try NaiveBayes(
        LabeledDataset(
          features: sparse(rows), labels: [0, 0], classNames: ["a", "b"]))
        == nil)
  }

  /// Short texts of words of which some are in one class only, each in few texts.
  private func reviews(_ count: Int) throws -> LabeledDataset {
    let generator = CounterBasedGenerator(seed: 3)
    let labels = (0..<count).map { $0 % 3 }
    let texts = labels.enumerated().map { row, label in
      (0..<18).map { place in
        let draws = (0..<2).map { generator.uniform(at: UInt64(36 * row + 2 * place + $0)) }
        return "\(draws[0] < 0.3 ? "kind\(label)" : "word")x\(Int(300 * draws[1]))"
      }.joined(separator: " ")
    }
    return try LabeledDataset(
      features: .columns(Table([.texts(texts, name: "review")])), labels: labels,
      classNames: ["bad", "fair", "good"])
  }

  @Test func itIsMixedWithTheRegressionOfFewTexts() throws {
    let model = try AutoClassifier().fitted(to: reviews(300))
    let selection = try #require(model.trainingRecord?.selection)
    let (words, bayes) = try (
      #require(selection.candidates.first { $0.name == "words of texts" }),
      #require(selection.candidates.first { $0.name == "naive Bayes" })
    )
    #expect(bayes.weight > 0 && abs(words.weight + bayes.weight - 1) < 1e-6)
    #expect(selection.logLoss < words.logLoss)
    // One linear network has the mixture of the logits.
    #expect(model.members.count == 1)
    let evaluation = try model.evaluation(on: reviews(400))
    #expect(evaluation.accuracy > selection.baselineAccuracy)
  }

  @Test func theMixtureHasTheSameBitsOnAnyNumberOfThreads() throws {
    let data = try reviews(150)
    let models = try [1, 3].map { try AutoClassifier(seed: 4).fitted(to: data, threads: $0) }
    #expect(models[0] == models[1])
  }
}
