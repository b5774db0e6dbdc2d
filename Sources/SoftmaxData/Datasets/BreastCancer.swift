// SPDX-License-Identifier: Apache-2.0
public import SoftmaxCore

/// The built-in breast cancer table: 569 tumours, 212 malignant and 357 benign, 30 numbers of each.
///
/// The numbers describe the nuclei of cells in a picture of each tumour: of ten properties the
/// mean, the standard error, and the mean of the three greatest ("worst"). Of each class a fifth is
/// the test part, 42 malignant and 71 benign tumours; which ones is drawn once and for all, from
/// seed 0. The numbers differ in scale by a factor of a million; they are not standardised.
///
/// ```swift
/// let tumours = try BreastCancer.load()
/// print(tumours.training.count, tumours.test?.count ?? 0)     // 456 113
/// ```
///
/// Source: W. Wolberg, O. Mangasarian, N. Street, W. Street, "Breast Cancer Wisconsin
/// (Diagnostic)", UCI Machine Learning Repository 1995, <https://doi.org/10.24432/C5DW2B>, CC BY
/// 4.0, as scikit-learn carries it.
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

  /// The data set, unpacked from within the library; no file is read.
  ///
  /// - Throws: `invalidData` if the library itself was damaged.
  public static func load() throws(SoftmaxError) -> DatasetSplit {
    let table = try CSVTable.decode(
      PackageResources.breast_cancer_csv_gz, name: "breast-cancer.csv.gz",
      as: CSVFormat(target: .column("diagnosis"), knownClassNames: classNames))
    return try DatasetSplit(name: "breast-cancer", holdingBackFifthOf: table.dataset())
  }
}
