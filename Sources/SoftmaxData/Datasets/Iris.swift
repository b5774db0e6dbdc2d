// SPDX-License-Identifier: Apache-2.0
public import SoftmaxCore

/// The built-in iris flowers: 150 flowers of three species, four lengths in centimetres of each.
///
/// Of each species 10 flowers are the test part, 40 the training part; which ones is drawn once and
/// for all, from seed 0. The lengths are as they were measured; they are not standardised.
///
/// ```swift
/// let iris = try Iris.load()
/// print(iris.training.count, iris.training.features.row(0))   // 120 [5.1, 3.5, 1.4, 0.2]
/// ```
///
/// Source: R. A. Fisher, "The use of multiple measurements in taxonomic problems", Annals of
/// Eugenics 7, 1936; UCI Machine Learning Repository, <https://doi.org/10.24432/C56C76>, CC BY 4.0;
/// the numbers as scikit-learn carries them.
public enum Iris {
  /// The names of the classes.
  public static let classNames = ["setosa", "versicolor", "virginica"]
  /// The names of the features.
  public static let featureNames = [
    "sepal length (cm)", "sepal width (cm)", "petal length (cm)", "petal width (cm)",
  ]

  /// The data set, unpacked from within the library; no file is read.
  ///
  /// - Throws: `invalidData` if the library itself was damaged.
  public static func load() throws(SoftmaxError) -> DatasetSplit {
    let table = try CSVTable.decode(
      PackageResources.iris_csv_gz, name: "iris.csv.gz",
      as: CSVFormat(target: .column("species"), knownClassNames: classNames))
    return try DatasetSplit(name: "iris", holdingBackFifthOf: table.dataset())
  }
}
