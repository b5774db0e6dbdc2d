// SPDX-License-Identifier: Apache-2.0
public import SoftmaxCore

/// The built-in iris flowers: 150 flowers of three species, with four lengths in centimetres each.
///
/// The test part is 10 of the 50 flowers of each species, drawn with the fixed seed 0. The lengths are
/// not standardized.
///
/// ```swift
/// let iris = try Iris.load()
/// print(iris.training.count, iris.training.features.row(0))   // 120 [5.1, 3.5, 1.4, 0.2]
/// ```
///
/// Source: R. A. Fisher, "The use of multiple measurements in taxonomic problems", Annals of Eugenics 7,
/// 1936; UCI Machine Learning Repository, <https://doi.org/10.24432/C56C76>, CC BY 4.0; the values in the
/// version of scikit-learn.
public enum Iris {
  /// The names of the classes.
  public static let classNames = ["setosa", "versicolor", "virginica"]
  /// The names of the features.
  public static let featureNames = [
    "sepal length (cm)", "sepal width (cm)", "petal length (cm)", "petal width (cm)",
  ]

  /// Decompresses the data set, which is embedded in the library; no file is read.
  ///
  /// - Throws: `invalidData` if the library itself is damaged.
  public static func load() throws(SoftmaxError) -> DatasetSplit {
    let table = try CSVTable.decode(
      PackageResources.iris_csv_gz, name: "iris.csv.gz",
      as: CSVFormat(target: .column("species"), knownClassNames: classNames))
    return try DatasetSplit(name: "iris", holdingBackFifthOf: table.dataset())
  }
}
