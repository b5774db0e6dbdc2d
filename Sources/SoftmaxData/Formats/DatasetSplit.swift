// SPDX-License-Identifier: Apache-2.0
public import SoftmaxCore

/// A data set as its makers split it: what to learn from, and what to be judged by.
///
/// ```swift
/// let digits = try Digits.load()
/// print(digits.training.count, digits.test?.count ?? 0)      // 1437 360
/// ```
public struct DatasetSplit: Hashable, Sendable {
  /// One of the two parts of a data set.
  public enum Part: String, Hashable, Sendable {
    /// The samples to learn from, `train` on the command line.
    case training = "train"
    /// The samples that were held back, `test` on the command line.
    case test
  }

  /// What the data set is called, such as `fashion-mnist`.
  public let name: String
  /// The samples to learn from.
  public let training: LabeledDataset
  /// The samples that were held back, where the data set has such.
  public let test: LabeledDataset?
  /// What was found out by looking at the file, to be said once.
  public let note: String?
  /// What is no error and still worth a look.
  public let warnings: [String]
  /// The names of the features, where they have such.
  public var featureNames: [String]? { training.features.table?.columnNames }

  /// Creates a split from its parts.
  public init(
    name: String, training: LabeledDataset, test: LabeledDataset? = nil,
    note: String? = nil, warnings: [String] = []
  ) {
    self.name = name
    self.training = training
    self.test = test
    self.note = note
    self.warnings = warnings
  }

  /// The samples of a part; nil where the data set has none such.
  package func samples(of part: Part) -> LabeledDataset? {
    part == .training ? training : test
  }

  /// Holds a fifth of the samples of each class back to be judged by; which ones is drawn once and for
  /// all.
  init(name: String, holdingBackFifthOf dataset: LabeledDataset) throws(SoftmaxError) {
    let (training, test) = try dataset.split(
      validationFraction: 0.2, seed: 0, purpose: .heldBackRows)
    self.init(name: name, training: training, test: test)
  }
}
