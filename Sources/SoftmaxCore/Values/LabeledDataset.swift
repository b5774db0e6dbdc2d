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
  /// The index of each sample's class.
  ///
  /// Of soft targets the most probable class, of multi-label targets the one that applies most; the
  /// first of equals.
  public let labels: [Int]
  /// What each sample should be classified as.
  public let targets: Targets
  /// How much each sample counts in a loss; nil where all count the same.
  ///
  /// A sample of weight 2 counts as two of weight 1, one of weight 0 as none.
  public let sampleWeights: [Float]?
  /// The names of the classes, by index.
  public let classNames: [String]
  /// The shape of one sample, such as [28, 28]; its product is the number of features.
  public let featureShape: [Int]
  // What the table looked like that the features are columns of, where it had more than these.
  private var wholeTable: TableSchema?

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
  ///   - sampleWeights: how much each sample counts, all finite and at least 0.
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
  /// One-hot rows give the same training as the labels that they stand for.
  ///
  /// - Parameters:
  ///   - features: a row for each sample, all finite.
  ///   - distributions: for each sample a row of probabilities, none negative, of sum 1.
  ///   - classNames: a name for each column, at least two, no two the same.
  ///   - featureShape: the shape of one sample; without it `[features.columnCount]`.
  ///   - sampleWeights: how much each sample counts, all finite and at least 0.
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

  /// Creates a data set whose samples have any number of the classes at once (multi-label).
  ///
  /// ```swift
  /// let songs = try LabeledDataset(
  ///   features: .floats(Matrix([[0.3, 1], [0.9, 0]])),
  ///   indicators: Matrix([[1, 1, 0], [0, 0, 0]]),     // the second song is none of the three
  ///   classNames: ["calm", "sad", "loud"])
  /// ```
  ///
  /// For `Loss.binaryCrossEntropy()` and other losses that
  /// look at each output by itself.
  ///
  /// - Parameters:
  ///   - features: a row for each sample, all finite.
  ///   - indicators: for each sample a row of how far each class applies, within 0...1.
  ///   - classNames: a name for each column, at least two, no two the same.
  ///   - featureShape: the shape of one sample; without it `[features.columnCount]`.
  ///   - sampleWeights: how much each sample counts, all finite and at least 0.
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

  private static func validate(
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
    // What a table lacks is for a pipeline to mend, and for the network after it to refuse.
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
    of dataset: LabeledDataset
  ) {
    self.features = features
    self.targets = targets
    self.labels = labels
    self.sampleWeights = sampleWeights
    self.classNames = dataset.classNames
    self.featureShape = dataset.featureShape
    self.wholeTable = dataset.wholeTable
  }

  /// What the table looked like that the features are columns of; nil for other features.
  package var schema: TableSchema? {
    guard let table = features.table else { return nil }
    return wholeTable ?? TableSchema(of: table)
  }

  /// The same samples, described by what another data set of the same features came from.
  func described(as dataset: LabeledDataset) -> LabeledDataset {
    var result = self
    result.wholeTable = dataset.wholeTable
    return result
  }

  /// The same samples, whose features are columns of a table that had more.
  ///
  /// - Parameter schema: the whole table's; its features are those of the samples.
  package func described(by schema: TableSchema) -> LabeledDataset {
    var result = self
    result.wholeTable = schema
    return result
  }

  /// The chosen samples, in the order given.
  ///
  /// - Precondition: every row lies within the data set.
  public func selecting(rows: some Collection<Int>) -> LabeledDataset {
    LabeledDataset(
      unchecked: features.selecting(rows: rows), targets: targets.selecting(rows: rows),
      labels: rows.map { labels[$0] },
      sampleWeights: sampleWeights.map { weights in rows.map { weights[$0] } }, of: self)
  }

  /// The same samples with other weights, or with none.
  ///
  /// - Parameter sampleWeights: how much each sample counts, all finite and at least 0.
  /// - Throws: `shapeMismatch`, `nonFiniteValue` or `invalidArgument`.
  public func weighted(by sampleWeights: [Float]?) throws(SoftmaxError) -> LabeledDataset {
    try LabeledDataset.validate(sampleWeights, sampleCount: count)
    return LabeledDataset(
      unchecked: features, targets: targets, labels: labels, sampleWeights: sampleWeights,
      of: self)
  }
}
