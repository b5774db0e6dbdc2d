// SPDX-License-Identifier: Apache-2.0

/// Samples with features, targets and the names of the classes.
///
/// A data set is valid by construction: shapes match, labels are indices of classes, and targets and
/// weights are in their ranges. Features are finite too, unless they are columns of a table, whose gaps a
/// pipeline can fill later. Copies share the memory.
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
  /// The index of each sample's class.
  ///
  /// With soft or multi-label targets, it is the class with the greatest target, the first of equals.
  public let labels: [Int]
  /// The targets that a model should predict for the samples.
  public let targets: Targets
  /// The weight of each sample in a loss; nil if all samples have the weight 1.
  ///
  /// A sample of weight 2 counts like two samples of weight 1. A sample of weight 0 is ignored.
  public let sampleWeights: [Float]?
  /// The names of the classes, by index.
  public let classNames: [String]
  /// The shape of one sample, such as [28, 28], whose product is the number of features.
  public let featureShape: [Int]
  /// The group or the time of each sample, which folds and splits keep apart; nil if there are none.
  public private(set) var origins: SampleOrigins?
  // The schema of the table from which the features were selected. It is nil if the features are all of
  // its columns, or no columns of a table.
  private var wholeTable: TableSchema?

  /// The number of samples.
  public var count: Int { labels.count }
  /// The number of classes.
  public var classCount: Int { classNames.count }

  /// Creates a data set with a label for each sample.
  ///
  /// - Parameters:
  ///   - features: a row for each sample; all values are finite, except in columns of a table.
  ///   - labels: for each sample the index of its class in `classNames`.
  ///   - classNames: at least two different names.
  ///   - featureShape: the shape of one sample, or nil for `[features.columnCount]`.
  ///   - sampleWeights: the weight of each sample, finite and at least 0, or nil for 1.
  /// - Throws: `shapeMismatch`, `labelOutOfRange`, `nonFiniteValue` or `invalidArgument`.
  public init(
    features: Features, labels: [Int], classNames: [String], featureShape: [Int]? = nil,
    sampleWeights: [Float]? = nil
  ) throws(SoftmaxError) {
    try self.init(
      features: features, targets: .labels(labels), labels: labels, classNames: classNames,
      featureShape: featureShape, sampleWeights: sampleWeights)
    for (row, label) in labels.enumerated() where !classNames.indices.contains(label) {
      throw SoftmaxError(
        .labelOutOfRange,
        "label \(label) is not one of the \(classNames.count) classes 0...\(classNames.count - 1)",
        at: .row(row, column: nil))
    }
  }

  /// Creates a data set with a probability of each class for each sample.
  ///
  /// One-hot rows give the same training as the labels that they represent.
  ///
  /// - Parameters:
  ///   - features: a row for each sample; all values are finite, except in columns of a table.
  ///   - distributions: for each sample a row of probabilities, none negative, with the sum 1.
  ///   - classNames: a name for each column, at least two different names.
  ///   - featureShape: the shape of one sample, or nil for `[features.columnCount]`.
  ///   - sampleWeights: the weight of each sample, finite and at least 0, or nil for 1.
  /// - Throws: `shapeMismatch`, `nonFiniteValue`, `invalidData` or `invalidArgument`.
  public init(
    features: Features, distributions: Matrix, classNames: [String], featureShape: [Int]? = nil,
    sampleWeights: [Float]? = nil
  ) throws(SoftmaxError) {
    try LabeledDataset.validate(distributions, classNames: classNames)
    try self.init(
      features: features, targets: .distributions(distributions),
      labels: try Targets.mostProbable(of: distributions), classNames: classNames,
      featureShape: featureShape, sampleWeights: sampleWeights)
  }

  /// Creates a multi-label data set, in which a sample has any number of the classes.
  ///
  /// ```swift
  /// let songs = try LabeledDataset(
  ///   features: .floats(Matrix([[0.3, 1], [0.9, 0]])),
  ///   indicators: Matrix([[1, 1, 0], [0, 0, 0]]),     // the second song is none of the three
  ///   classNames: ["calm", "sad", "loud"])
  /// ```
  ///
  /// Use it with `Loss.binaryCrossEntropy()` or another loss that is a sum over separate outputs.
  ///
  /// - Parameters:
  ///   - features: a row for each sample; all values are finite, except in columns of a table.
  ///   - indicators: for each sample a row with the degree in 0...1 to which each class applies.
  ///   - classNames: a name for each column, at least two different names.
  ///   - featureShape: the shape of one sample, or nil for `[features.columnCount]`.
  ///   - sampleWeights: the weight of each sample, finite and at least 0, or nil for 1.
  /// - Throws: `shapeMismatch`, `nonFiniteValue`, `invalidData` or `invalidArgument`.
  public init(
    features: Features, indicators: Matrix, classNames: [String], featureShape: [Int]? = nil,
    sampleWeights: [Float]? = nil
  ) throws(SoftmaxError) {
    try LabeledDataset.validate(indicators, classNames: classNames)
    try self.init(
      features: features, targets: .indicators(indicators),
      labels: try Targets.mostApplicable(of: indicators), classNames: classNames,
      featureShape: featureShape, sampleWeights: sampleWeights)
  }

  private static func validate(
    _ targets: Matrix, classNames: [String]
  ) throws(SoftmaxError) {
    guard targets.columnCount == classNames.count else {
      throw SoftmaxError(
        .shapeMismatch,
        "\(classNames.count) classes need targets of \(classNames.count) columns, "
          + "got \(targets.columnCount)")
    }
  }

  /// Throws unless there is a finite weight of at least 0 for each sample.
  package static func validate(
    _ weights: [Float]?, sampleCount: Int
  ) throws(SoftmaxError) {
    guard let weights else { return }
    guard weights.count == sampleCount else {
      throw SoftmaxError(
        .shapeMismatch, "\(sampleCount) samples, but \(weights.count) sample weights",
        remedy: "give one weight for each sample")
    }
    guard let row = weights.firstIndex(where: { !($0.isFinite && $0 >= 0) }) else { return }
    throw SoftmaxError(
      weights[row].isFinite ? .invalidArgument : .nonFiniteValue,
      "a sample's weight must be finite and at least 0, got \(weights[row])",
      at: .row(row, column: nil))
  }

  private init(
    features: Features, targets: Targets, labels: [Int], classNames: [String],
    featureShape: [Int]?, sampleWeights: [Float]?
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
    // A pipeline may fill the gaps of a table later. If gaps remain, the network rejects the features.
    if features.table == nil { try features.validateFinite() }
    try LabeledDataset.validate(sampleWeights, sampleCount: labels.count)
    self.features = features
    self.targets = targets
    self.labels = labels
    self.sampleWeights = sampleWeights
    self.classNames = classNames
    self.featureShape = shape
  }

  private init(
    unchecked features: Features, targets: Targets, labels: [Int], sampleWeights: [Float]?,
    origins: SampleOrigins?, of dataset: LabeledDataset
  ) {
    self.features = features
    self.targets = targets
    self.labels = labels
    self.sampleWeights = sampleWeights
    self.classNames = dataset.classNames
    self.featureShape = dataset.featureShape
    self.origins = origins
    self.wholeTable = dataset.wholeTable
  }

  /// The schema of the table from which the features come; nil if the features are not a table's columns.
  package var schema: TableSchema? {
    guard let table = features.table else { return nil }
    return wholeTable ?? TableSchema(of: table)
  }

  /// Returns the same samples with the origins of another data set of the same samples.
  func from(_ dataset: LabeledDataset) -> LabeledDataset {
    var result = self
    result.origins = dataset.origins
    return result
  }

  /// Returns the same samples with the table schema and origins of another data set of the same samples and features.
  func described(as dataset: LabeledDataset) -> LabeledDataset {
    var result = from(dataset)
    result.wholeTable = dataset.wholeTable
    return result
  }

  /// Returns the same samples with the schema of the table from which their features were selected.
  ///
  /// - Parameter schema: the schema of the whole table, whose features are those of the samples.
  package func described(by schema: TableSchema) -> LabeledDataset {
    var result = self
    result.wholeTable = schema
    return result
  }

  /// Returns the samples at the given rows, in the given order.
  ///
  /// - Precondition: Every row lies within the data set.
  public func selecting(rows: some Collection<Int>) -> LabeledDataset {
    LabeledDataset(
      unchecked: features.selecting(rows: rows), targets: targets.selecting(rows: rows),
      labels: rows.map { labels[$0] },
      sampleWeights: sampleWeights.map { weights in rows.map { weights[$0] } },
      origins: origins?.selecting(rows: rows), of: self)
  }

  /// Returns the same samples with different weights, or without weights.
  ///
  /// - Parameter sampleWeights: the weight of each sample, finite and at least 0, or nil for 1.
  /// - Throws: `shapeMismatch` unless there is a weight for each sample; `nonFiniteValue` or
  ///   `invalidArgument` for a weight that is not finite or is negative.
  public func weighted(by sampleWeights: [Float]?) throws(SoftmaxError) -> LabeledDataset {
    try LabeledDataset.validate(sampleWeights, sampleCount: count)
    return LabeledDataset(
      unchecked: features, targets: targets, labels: labels, sampleWeights: sampleWeights,
      origins: origins, of: self)
  }

  /// Returns the same samples with the groups or times that they are from, or without any.
  ///
  /// ```swift
  /// let visits = try dataset.with(origins: .groups([0, 0, 1, 1, 2, 2]))
  /// ```
  ///
  /// - Throws: `shapeMismatch` unless there is an origin for each sample; `nonFiniteValue` for a time that is not finite.
  public func with(origins: SampleOrigins?) throws(SoftmaxError) -> LabeledDataset {
    try origins?.validate(sampleCount: count)
    var result = self
    result.origins = origins
    return result
  }
}
