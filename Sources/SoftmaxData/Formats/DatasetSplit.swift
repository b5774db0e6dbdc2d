// SPDX-License-Identifier: Apache-2.0
public import SoftmaxCore

/// A data set with the training and test parts that its authors have defined.
///
/// ```swift
/// let digits = try Digits.load()
/// print(digits.training.count, digits.test?.count ?? 0)      // 1437 360
/// ```
public struct DatasetSplit: Hashable, Sendable {
  /// A part of a data set.
  public enum Part: String, Hashable, Sendable {
    /// The training samples, `train` on the command line.
    case training = "train"
    /// The samples held back for evaluation, `test` on the command line.
    case test
  }

  /// The name of the data set, such as `fashion-mnist`.
  public let name: String
  /// The training samples.
  public let training: LabeledDataset
  /// The samples held back for evaluation; nil if the data set has none.
  public let test: LabeledDataset?
  /// A message for the user about what was detected in the file; nil if there is nothing to report.
  public let note: String?
  /// Possible mistakes in the data that are not errors.
  public let warnings: [String]
  /// The columns of a table that are no features because they identify the rows.
  package internal(set) var identifiers: [CSVIdentifier] = []
  /// Whether the data distinguish a training and a test part, whose samples may lack labels.
  package internal(set) var hasParts: Bool
  /// The maximum number of classes in a file.
  static let greatestClassCount = 1 << 16
  /// The names of the features; nil if they have no names.
  public var featureNames: [String]? { training.features.table?.columnNames }

  /// Creates a split from its parts.
  public init(
    name: String, training: LabeledDataset, test: LabeledDataset? = nil,
    note: String? = nil, warnings: [String] = []
  ) {
    self.name = name
    self.training = training
    self.test = test
    hasParts = test != nil
    self.note = note
    self.warnings = warnings
  }

  /// Returns the samples of a part; nil if the data set does not have the part.
  package func samples(of part: Part) -> LabeledDataset? {
    part == .training ? training : test
  }

  /// Creates a split whose test part is a fifth of the samples of each class, drawn with the fixed seed
  /// 0.
  init(name: String, holdingBackFifthOf dataset: LabeledDataset) throws(SoftmaxError) {
    let (training, test) = try dataset.split(
      validationFraction: 0.2, seed: 0, purpose: .heldBackRows)
    self.init(name: name, training: training, test: test)
  }
}

extension DatasetSplit.Part {
  /// Returns the error for naming the part of a file without parts.
  func unknown(inFile path: String) -> SoftmaxError {
    SoftmaxError(
      .invalidArgument, "a file has no parts", remedy: "leave :\(rawValue) out",
      at: .file(path: path, offset: nil))
  }
}
