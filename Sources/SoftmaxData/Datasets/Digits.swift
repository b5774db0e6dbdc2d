// SPDX-License-Identifier: Apache-2.0
public import SoftmaxCore

/// The built-in handwritten digits: 1,797 images of 8 x 8 pixels in ten classes.
///
/// A pixel is an integer 0...16, scaled by 1/16 to 0...1. The last 360 images are the test part, the
/// other 1,437 the training part. The images are in the order in which people wrote them. The test part
/// therefore has the handwriting of other people than the training part, and is harder than a random
/// sample.
///
/// ```swift
/// let digits = try Digits.load()
/// print(digits.training.featureShape, digits.training.labels[0])     // [8, 8] 0
/// ```
///
/// Source: E. Alpaydin, C. Kaynak, "Optical Recognition of Handwritten Digits", UCI Machine Learning
/// Repository 1998, <https://doi.org/10.24432/C50P49>, CC BY 4.0; the images are those of its test part,
/// in the version of scikit-learn.
public enum Digits {
  /// The names of the classes: `"0"` to `"9"`.
  public static let classNames = (0...9).map(String.init)

  private static let testCount = 360

  /// Decompresses the data set, which is embedded in the library; no file is read.
  ///
  /// - Throws: `invalidData` if the library itself is damaged.
  public static func load() throws(SoftmaxError) -> DatasetSplit {
    let images = try IDXFile.decode(
      PackageResources.digits_images_idx3_ubyte_gz, name: "digits-images-idx3-ubyte.gz")
    let labels = try IDXFile.decode(
      PackageResources.digits_labels_idx1_ubyte_gz, name: "digits-labels-idx1-ubyte.gz")
    let (features, featureShape) = try IDXFile.images(of: images, path: "digits", scale: 1.0 / 16)
    let all = try LabeledDataset(
      features: features, labels: labels.bytes.map(Int.init), classNames: classNames,
      featureShape: featureShape)
    let trainingCount = all.count - testCount
    return DatasetSplit(
      name: "digits", training: all.selecting(rows: 0..<trainingCount),
      test: all.selecting(rows: trainingCount..<all.count))
  }
}
