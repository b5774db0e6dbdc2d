// SPDX-License-Identifier: Apache-2.0
import SoftmaxCore
import SoftmaxData
import Testing

@Suite struct BuiltInTablesTests {
  private func sums(_ parts: [LabeledDataset]) -> [Double] {
    parts.flatMap { part in (0..<part.count).map { part.features.row($0) } }
      .reduce(into: [Double](repeating: 0, count: parts[0].features.columnCount)) { sums, row in
        for (column, value) in row.enumerated() { sums[column] += Double(value) }
      }
  }

  private func counts(_ part: LabeledDataset) -> [Int] {
    part.classNames.indices.map { label in part.labels.count { $0 == label } }
  }

  @Test func irisIsSplitWithinEachSpecies() throws {
    let iris = try Iris.load()
    let test = try #require(iris.test)
    #expect(iris.name == "iris")
    #expect(iris.featureNames == Iris.featureNames)
    #expect(iris.training.classNames == ["setosa", "versicolor", "virginica"])
    #expect(counts(iris.training) == [40, 40, 40])
    #expect(counts(test) == [10, 10, 10])
    // scikit-learn's data.sum(axis=0).
    for (sum, expected) in zip(sums([iris.training, test]), [876.5, 458.6, 563.7, 179.9]) {
      #expect(abs(sum - expected) < 1e-4)
    }
    #expect(iris == (try Iris.load()))
  }

  @Test func breastCancerIsSplitWithinEachClass() throws {
    let cancer = try BreastCancer.load()
    let test = try #require(cancer.test)
    #expect(cancer.featureNames == BreastCancer.featureNames)
    #expect(cancer.training.classNames == ["malignant", "benign"])
    #expect(counts(cancer.training) == [170, 286])
    #expect(counts(test) == [42, 71])
    let sums = sums([cancer.training, test])
    // scikit-learn's data.sum(axis=0), of the columns 0, 3, 9, 29.
    for (column, expected) in [(0, 8_038.429), (3, 372_631.9), (9, 35.73184), (29, 47.76517)] {
      #expect(abs(sums[column] / expected - 1) < 1e-6, "\(column)")
    }
  }

  /// The names in the tables are those of the library.
  @Test func theNamesAreTheTablesOwn() throws {
    #expect(BreastCancer.featureNames.count == 30)
    #expect(BreastCancer.featureNames[7] == "mean concave points")
    #expect(BreastCancer.featureNames[10] == "radius error")
    #expect(BreastCancer.featureNames[29] == "worst fractal dimension")
  }
}
