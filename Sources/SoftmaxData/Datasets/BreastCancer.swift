// SPDX-License-Identifier: Apache-2.0
public import SoftmaxCore

/// The built-in breast cancer table: 569 tumours, 212 malignant and 357 benign, with 30 features each.
///
/// The features describe the cell nuclei in an image of the tumour: for each of ten properties the mean,
/// the standard error, and the mean of the three largest values ("worst"). The test part is a fifth of
/// each class, 42 malignant and 71 benign tumours, drawn with the fixed seed 0. The scales of the
/// features differ by a factor of a million; the features are not standardized.
///
/// ```swift
/// let tumours = try BreastCancer.load()
/// print(tumours.training.count, tumours.test?.count ?? 0)     // 456 113
/// ```
///
/// Source: W. Wolberg, O. Mangasarian, N. Street, W. Street, "Breast Cancer Wisconsin (Diagnostic)", UCI
/// Machine Learning Repository 1995, <https://doi.org/10.24432/C5DW2B>, CC BY 4.0, in the version of
/// scikit-learn.
public enum BreastCancer {
  /// The names of the classes, in scikit-learn's order.
  public static let classNames = ["malignant", "benign"]
  /// The names of the features.
  public static let featureNames = ["mean", "error", "worst"].flatMap { kind in
    [
      "radius", "texture", "perimeter", "area", "smoothness", "compactness", "concavity",
      "concave points", "symmetry", "fractal dimension",
    ].map { kind == "error" ? "\($0) error" : "\(kind) \($0)" }
  }

  /// Decompresses the data set, which is embedded in the library; no file is read.
  ///
  /// - Throws: `invalidData` if the library itself is damaged.
  public static func load() throws(SoftmaxError) -> DatasetSplit {
    let table = try CSVTable.decode(
      PackageResources.breast_cancer_csv_gz, name: "breast-cancer.csv.gz",
      as: CSVFormat(target: .column("diagnosis"), knownClassNames: classNames))
    return try DatasetSplit(name: "breast-cancer", holdingBackFifthOf: table.dataset())
  }
}
