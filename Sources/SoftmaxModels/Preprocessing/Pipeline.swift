// SPDX-License-Identifier: Apache-2.0

public import SoftmaxCore

/// What is done to features before a network sees them, as learnt from training rows.
///
/// Steps that choose or rescale features come first and copy nothing. Steps that compute work through the
/// rows in small blocks, in `Double`, and the result is rounded to `Float` once: beside the features and
/// their result a pipeline takes half a megabyte. It runs on the caller's thread.
///
/// ```swift
/// let pipeline = try Pipeline([.standardize], fittedTo: training)
/// var network = try Sequential(input: [4], seed: 0) { Dense(3, activation: .softmax) }
/// try network.fit(to: training, pipeline: pipeline)
/// let classifier = try Classifier(
///   network: network, classNames: training.classNames, pipeline: pipeline)
/// ```
public struct Pipeline: Hashable, Sendable {
  /// The fitted steps, in the order in which they are applied.
  public let steps: [PreprocessingStep]
  /// The number of columns that come out; nil for as many as come in.
  package let columnCount: Int?

  /// The pipeline that changes nothing.
  public init() {
    steps = []
    columnCount = nil
  }

  /// Learns what steps need to know from the rows of a data set.
  ///
  /// What the features are comes first, without being asked for: of a table which columns they are, of
  /// bytes their scale. Steps that were fitted before are taken as they are.
  ///
  /// - Parameters:
  ///   - steps: what to do, in order.
  ///   - dataset: the rows to learn from, without those that are held back.
  /// - Throws: `invalidArgument` for no rows; `shapeMismatch` for steps that were fitted to other features;
  ///   `invalidData` naming a column that holds no numbers; `nonFiniteValue` naming row and column of a
  ///   number that is missing or not finite.
  public init(
    _ steps: [PreprocessingStep] = [], fittedTo dataset: LabeledDataset
  ) throws(SoftmaxError) {
    let features = dataset.features
    guard features.rowCount > 0 else {
      throw SoftmaxError(.invalidArgument, "there are no rows to learn from")
    }
    var fitted: [PreprocessingStep] = []
    // Steps of a model bring their own.
    if let schema = dataset.schema, !steps.contains(where: { $0.kind is ColumnChoice }) {
      fitted.append(PreprocessingStep(ColumnChoice(schema)))
    }
    if let bytes = features.bytes, !steps.contains(where: { $0.kind is ByteScale }) {
      fitted.append(PreprocessingStep(try ByteScale(bytes.scale)))
    }
    for step in steps {
      fitted.append(try step.fitted(to: Pipeline(fitted: fitted).rows(of: features)))
    }
    try self.init(fitted: fitted)
  }

  /// - Throws: `shapeMismatch` where a step cannot take what the one before gives; `invalidArgument` for
  ///   a step that is not fitted, or one that arranges features after others computed with them.
  package init(fitted steps: [PreprocessingStep]) throws(SoftmaxError) {
    var count: Int?
    var hasComputed = false
    for step in steps {
      guard step.kind.isFitted else {
        throw SoftmaxError(.invalidArgument, "the step \(step.name) has learnt nothing yet")
      }
      count = try step.kind.columnCount(from: count)
      switch step.kind.action {
      case .compute: hasComputed = true
      case .arrange where hasComputed:
        throw SoftmaxError(
          .invalidArgument, "the step \(step.name) must come before those that compute")
      case .arrange: break
      }
    }
    self.steps = steps
    columnCount = count
  }

  /// What the training table looked like, where the features were columns of one.
  public var table: TableSchema? {
    steps.lazy.compactMap { ($0.kind as? ColumnChoice)?.schema }.first
  }

  /// What a byte of a feature is multiplied with, where the features were bytes.
  package var scaleOfBytes: Float? {
    steps.lazy.compactMap { ($0.kind as? ByteScale)?.scale }.first
  }
}

extension Pipeline: CustomStringConvertible {
  /// What the steps do, in order.
  public var description: String {
    steps.isEmpty ? "as they are" : steps.map(\.description).joined(separator: ", ")
  }
}

// Applying it.
extension Pipeline {
  /// The features as a network takes them: numbers without a gap, or bytes with a scale.
  ///
  /// - Throws: `shapeMismatch` for other features than the pipeline was fitted to; `invalidArgument` naming
  ///   a column that is missing; `invalidData` naming one that holds no numbers; `nonFiniteValue` naming row
  ///   and column of a number that is missing, or of which no finite `Float` is made.
  /// - Complexity: constant for floats and bytes where no step computes; else a new matrix.
  public func apply(to features: Features) throws(SoftmaxError) -> Features {
    try applied(to: arranged(features), rows: 0..<features.rowCount)
  }

  /// A data set with its features as a network takes them; as many features keep their shape.
  ///
  /// - Throws: as ``apply(to:)-(Features)``.
  public func apply(to dataset: LabeledDataset) throws(SoftmaxError) -> LabeledDataset {
    let features = try apply(to: dataset.features)
    let isAsItWas = features.table == nil && !computes && dataset.features.table == nil
    // Bytes with the scale that they have, and floats, need not be looked at again.
    if isAsItWas, features.bytes?.scale == dataset.features.bytes?.scale { return dataset }
    return try dataset.replacing(features: features)
  }

  /// Whether numbers are computed, so that features come out as a new matrix.
  package var computes: Bool { !computations.isEmpty }

  /// The features after the steps that copy nothing.
  package func arranged(_ features: Features) throws(SoftmaxError) -> Features {
    var features = features
    for step in steps {
      if case .arrange(let arrange) = step.kind.action { features = try arrange(features) }
    }
    return features
  }

  /// What computes, in order.
  package var computations: [@Sendable (inout [Double]) -> Void] {
    steps.compactMap { step in
      if case .compute(let compute) = step.kind.action { compute } else { nil }
    }
  }

  /// Some rows of arranged features, as a network takes them.
  package func applied(
    to features: Features, rows: Range<Int>
  ) throws(SoftmaxError) -> Features {
    guard computes || features.table != nil else {
      return rows == 0..<features.rowCount ? features : features.selecting(rows: rows)
    }
    return .floats(try preprocessed(features).floats(of: rows))
  }

  private func rows(of features: Features) throws(SoftmaxError) -> PreprocessedRows {
    try preprocessed(arranged(features))
  }

  private func preprocessed(_ arranged: Features) throws(SoftmaxError) -> PreprocessedRows {
    var count: Int? = arranged.columnCount
    for step in steps { count = try step.kind.columnCount(from: count) }
    return try PreprocessedRows(
      arranged, steps: computations, columnCount: count ?? arranged.columnCount,
      description: steps.map(\.description).last ?? "")
  }

  /// Throws `shapeMismatch` unless a network can take what comes out.
  func validate(for network: Sequential) throws(SoftmaxError) {
    guard let columnCount, columnCount != network.inputCount else { return }
    throw SoftmaxError(
      .shapeMismatch,
      "the network takes \(network.inputCount) features, the steps before it (\(self)) give "
        + "\(columnCount)")
  }

  /// Throws unless this is the pipeline that a checkpoint was trained with.
  func validate(isThatOf checkpoint: Pipeline) throws(SoftmaxError) {
    guard checkpoint != self else { return }
    let isAlike = checkpoint.steps.map(\.name) == steps.map(\.name)
    let changed = zip(checkpoint.steps, steps).first { $0 != $1 }
    throw SoftmaxError(
      .invalidArgument,
      isAlike
        ? "the checkpoint's features went through other steps: \(changed?.0.description ?? "") was "
          + "learnt from other rows"
        : "the checkpoint's features are \(checkpoint.description), those here \(description)",
      remedy: "go on with the checkpoint's preprocessing and data, or begin anew without it")
  }
}
