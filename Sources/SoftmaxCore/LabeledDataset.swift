// SPDX-License-Identifier: Apache-2.0

/// Samples with the class of each, and the names of the classes.
///
/// ```swift
/// let points = try LabeledDataset(
///   features: .floats(Matrix([[0, 0], [0, 1], [1, 0]])),
///   labels: [0, 1, 1],
///   classNames: ["origin", "elsewhere"])
/// print(points.count, points.classNames[points.labels[2]])   // 3 elsewhere
/// ```
public struct LabeledDataset: Hashable, Sendable {
  /// The features, a row for each sample.
  public let features: Features
  /// The index of each sample's class; of soft targets, the most probable class.
  public let labels: [Int]
  /// What each sample should be classified as.
  public let targets: Targets
  /// The names of the classes, by index.
  public let classNames: [String]
  /// The shape of one sample, such as [28, 28]; its product is the number of features.
  public let featureShape: [Int]

  /// The number of samples.
  public var count: Int { labels.count }
  /// The number of classes.
  public var classCount: Int { classNames.count }

  /// Creates a data set with a label for each sample.
  ///
  /// - Parameters:
  ///   - features: a row for each sample, all finite.
  ///   - labels: for each sample the index of its class in `classNames`.
  ///   - classNames: at least two names, no two the same.
  ///   - featureShape: the shape of one sample; without it `[features.columnCount]`.
  /// - Throws: `shapeMismatch`, `labelOutOfRange`, `nonFiniteValue` or `invalidArgument`.
  public init(
    features: Features, labels: [Int], classNames: [String], featureShape: [Int]? = nil
  ) throws(SoftmaxError) {
    try self.init(
      features: features, targets: .labels(labels), labels: labels, classNames: classNames,
      featureShape: featureShape)
    for (row, label) in labels.enumerated() where !classNames.indices.contains(label) {
      throw SoftmaxError(
        .labelOutOfRange,
        "label \(label) is not one of the \(classNames.count) classes 0...\(classNames.count - 1)",
        at: .row(row, column: nil))
    }
  }

  /// Creates a data set with a probability of each class for each sample.
  ///
  /// One-hot rows give the same training as the labels that they stand for.
  ///
  /// - Parameters:
  ///   - features: a row for each sample, all finite.
  ///   - distributions: for each sample a row of probabilities, none negative, of sum 1.
  ///   - classNames: a name for each column, at least two, no two the same.
  ///   - featureShape: the shape of one sample; without it `[features.columnCount]`.
  /// - Throws: `shapeMismatch`, `nonFiniteValue`, `invalidData` or `invalidArgument`.
  public init(
    features: Features, distributions: Matrix, classNames: [String], featureShape: [Int]? = nil
  ) throws(SoftmaxError) {
    guard distributions.columnCount == classNames.count else {
      throw SoftmaxError(
        .shapeMismatch,
        "\(classNames.count) classes need targets of \(classNames.count) columns, "
          + "got \(distributions.columnCount)")
    }
    try self.init(
      features: features, targets: .distributions(distributions),
      labels: try Targets.mostProbable(of: distributions), classNames: classNames,
      featureShape: featureShape)
  }

  private init(
    features: Features, targets: Targets, labels: [Int], classNames: [String],
    featureShape: [Int]?
  ) throws(SoftmaxError) {
    let shape = featureShape ?? [features.columnCount]
    guard features.rowCount == labels.count else {
      throw SoftmaxError(
        .shapeMismatch, "\(features.rowCount) rows of features, but \(labels.count) labels",
        remedy: "give one label for each row")
    }
    guard features.columnCount > 0 else {
      throw SoftmaxError(.invalidArgument, "a sample needs at least 1 feature")
    }
    guard shape.product == features.columnCount else {
      throw SoftmaxError(
        .shapeMismatch, "the shape \(shape) does not hold \(features.columnCount) features")
    }
    guard classNames.count >= 2 else {
      throw SoftmaxError(
        .invalidArgument, "a classifier needs at least 2 classes, got \(classNames.count)")
    }
    guard Set(classNames).count == classNames.count else {
      throw SoftmaxError(.invalidArgument, "two classes have the same name in \(classNames)")
    }
    try features.validateFinite()
    self.features = features
    self.targets = targets
    self.labels = labels
    self.classNames = classNames
    self.featureShape = shape
  }

  private init(
    unchecked features: Features, targets: Targets, labels: [Int], of dataset: LabeledDataset
  ) {
    self.features = features
    self.targets = targets
    self.labels = labels
    self.classNames = dataset.classNames
    self.featureShape = dataset.featureShape
  }

  /// The chosen samples, in the order given.
  ///
  /// - Precondition: every row lies within the data set.
  public func selecting(rows: some Collection<Int>) -> LabeledDataset {
    LabeledDataset(
      unchecked: features.selecting(rows: rows), targets: targets.selecting(rows: rows),
      labels: rows.map { labels[$0] }, of: self)
  }
}
