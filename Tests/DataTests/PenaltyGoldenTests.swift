// SPDX-License-Identifier: Apache-2.0

import Foundation
import SoftmaxCore
import SoftmaxModels
import SoftmaxTestSupport
import Testing

@testable import SoftmaxData

/// scikit-learn's LogisticRegressionCV on built-in data (Tests/golden/make-penalty.py).
@Suite struct PenaltyGoldenTests {
  private struct Golden: Decodable {
    struct Choice: Decodable {
      let name: String
      let c: Double
      let strongest: Double
      let losses: [Double]
      let errors: [Double]
      let held: [[Int]]?
    }
    let optima: [Choice]
  }

  private func choice(_ name: String) throws -> Golden.Choice {
    let url = try #require(
      Bundle.module.url(forResource: "penalties", withExtension: "json", subdirectory: "Golden"))
    let golden = try JSONDecoder().decode(Golden.self, from: Data(contentsOf: url))
    return try #require(golden.optima.first { $0.name == name })
  }

  private func iris() throws -> LabeledDataset {
    try CSVTable.decode(
      PackageResources.iris_csv_gz, name: "iris.csv.gz",
      as: CSVFormat(target: .column("species"), knownClassNames: Iris.classNames)
    ).dataset()
  }

  private func breastCancer() throws -> LabeledDataset {
    try CSVTable.decode(
      PackageResources.breast_cancer_csv_gz, name: "breast-cancer.csv.gz",
      as: CSVFormat(target: .column("diagnosis"), knownClassNames: BreastCancer.classNames)
    ).dataset()
  }

  private func expect(_ data: LabeledDataset, _ golden: Golden.Choice) throws {
    for rule in [false, true] {
      let estimator = SoftmaxRegressionCV(usesOneStandardErrorRule: rule)
      let path = try #require(estimator.fitted(to: data).trainingRecord?.penaltyPath)
      #expect(path.chosen?.c == (rule ? golden.strongest : golden.c))
      for (index, point) in path.points.enumerated() {
        #expect(abs(point.logLoss - golden.losses[index]) < 3e-4 * golden.losses[index], "\(index)")
        #expect(
          abs(point.standardError - golden.errors[index]) < 1e-2 * golden.errors[index], "\(index)")
      }
    }
  }

  @Test func thePenaltyOfIrisIsThatOfScikitLearn() throws {
    let (data, golden) = try (iris(), choice("iris"))
    #expect(try data.folds(5).map(\.judged) == golden.held)
    try expect(data, golden)
  }

  @Test func thePenaltyOfBreastCancerIsThatOfScikitLearn() throws {
    try expect(breastCancer(), choice("breast-cancer"))
  }
}
