// SPDX-License-Identifier: Apache-2.0

public import SoftmaxCore

/// A list of preprocessing steps that were fitted to training rows, applied before a network.
///
/// Steps that select or rescale features come first and copy nothing. Steps that compute process the rows
/// in small blocks, in `Double`, and the result is rounded to `Float` once. Beyond the features and the
/// result, a pipeline takes half a megabyte of memory. It runs on the caller's thread. Texts become sparse columns,
/// after those that the other steps compute.
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
  /// The number of columns of the result; nil if it equals the number of columns that come in.
  package let columnCount: Int?

  /// Creates a pipeline without steps, which changes nothing.
  public init() {
    steps = []
    columnCount = nil
  }

  /// Fits steps to the rows of a data set.
  ///
  /// Steps that the features ask for are added in front, unless `steps` has them: the columns of a table, with
  /// ``PreprocessingStep/fillGaps``, ``PreprocessingStep/dateParts``, ``PreprocessingStep/oneHot`` and
  /// ``PreprocessingStep/hashText`` if there are columns of numbers or dates, of dates, of categories and of texts; the scale
  /// of bytes; the number of the first column of sparse rows. Steps that are fitted already are kept unchanged. Of a table
  /// of texts alone, steps that compute with numbers are left out.
  ///
  /// - Parameters:
  ///   - steps: the steps, in the order in which they are applied.
  ///   - dataset: the training rows, without rows that are held out.
  /// - Throws: `invalidArgument` if there are no rows; `shapeMismatch` for a step that was fitted to other
  ///   features; `invalidData` with the name of a column that is not numeric; `nonFiniteValue` with the row
  ///   and column of a value that is missing or not finite.
  public init(
    _ steps: [PreprocessingStep] = [], fittedTo dataset: LabeledDataset
  ) throws(SoftmaxError) {
    let features = dataset.features
    guard features.rowCount > 0 else {
      throw SoftmaxError(.invalidArgument, "there are no rows to learn from")
    }
    var fitted: [PreprocessingStep] = []
    // The steps of a fitted model already include these.
    var ofTable: [PreprocessingStep] = []
    if let schema = dataset.schema, !steps.contains(where: { $0.kind is ColumnChoice }) {
      fitted.append(PreprocessingStep(ColumnChoice(schema)))
      let types = Set(schema.features.map(\.type))
      let asked: [(step: PreprocessingStep, isAsked: Bool)] = [
        // Rows that are held out, or come later, may have gaps where these have none.
        (.fillGaps, !types.isDisjoint(with: [.number, .date])), (.dateParts, types.contains(.date)),
        (.oneHot, types.contains(.category)), (.hashText, types.contains(.text)),
      ]
      ofTable = asked.filter { asked in
        asked.isAsked && !steps.contains { $0.name == asked.step.name }
      }.map(\.step)
    }
    if let bytes = features.bytes, !steps.contains(where: { $0.kind is ByteScale }) {
      fitted.append(PreprocessingStep(try ByteScale(bytes.scale)))
    }
    if let sparse = features.sparse, !steps.contains(where: { $0.kind is ColumnNumbers }) {
      fitted.append(PreprocessingStep(try ColumnNumbers(first: sparse.firstIndex)))
    }
    for step in ofTable + steps {
      guard var rows = try Pipeline(fitted: fitted).rows(of: features) else { continue }
      rows.weights = dataset.sampleWeights
      fitted.append(try step.fitted(to: rows))
    }
    try self.init(fitted: fitted)
  }

  /// Creates a pipeline from steps that are fitted already.
  ///
  /// - Throws: `shapeMismatch` if a step does not accept the columns of the step before it;
  ///   `invalidArgument` for a step that is not fitted, or for one that selects or rescales features after
  ///   one that computes new values.
  package init(fitted steps: [PreprocessingStep]) throws(SoftmaxError) {
    var count: Int?
    var hasComputed = false
    var appended: Int?
    for step in steps {
      guard step.kind.isFitted else {
        throw SoftmaxError(.invalidArgument, "the step \(step.name) has learnt nothing yet")
      }
      count = try step.kind.columnCount(from: count)
      switch step.kind.action {
      case .compute: hasComputed = true
      case .arrange where hasComputed, .append where hasComputed:
        throw SoftmaxError(
          .invalidArgument, "the step \(step.name) must come before those that compute")
      case .append(let appending):
        guard appended == nil else {
          throw SoftmaxError(.invalidArgument, "the step \(step.name) is there twice")
        }
        appended = appending.appendedColumnCount
      case .arrange where appended != nil:
        throw SoftmaxError(
          .invalidArgument, "the step \(step.name) must come before that for texts")
      case .arrange: break
      }
    }
    self.steps = steps
    columnCount = count.map { $0 + (appended ?? 0) }
  }

  /// The schema of the training table; nil unless the features were columns of a table.
  public var table: TableSchema? {
    steps.lazy.compactMap { ($0.kind as? ColumnChoice)?.schema }.first
  }

  /// The number of columns that come in; nil if it is not known, and is the number of columns of the result.
  package var inputCount: Int? {
    table?.features.count ?? (makesColumns ? steps.lazy.compactMap(\.kind.inputCount).first : nil)
  }

  /// The names of the columns of the result, "" for a column without a name; nil unless the features were columns of a
  /// table with names.
  package var featureNames: [String]? {
    // Words are known by their hashes alone.
    guard let table, appending == nil else { return nil }
    let empty = table.features.map { column in
      switch column.type {
      case .number: Table.Column.numbers([], name: column.name)
      case .date: Table.Column.dates(secondsSince1970: [], name: column.name)
      default: Table.Column.categories([], name: column.name)
      }
    }
    let names = try? arranged(.columns(Table(empty))).table?.columns.map(\.name)
    return names.flatMap { names in
      names.contains { $0 != nil } ? names.map { $0 ?? "" } : nil
    }
  }

  /// The factor by which byte features are multiplied; nil unless the features were bytes.
  package var scaleOfBytes: Float? {
    steps.lazy.compactMap { ($0.kind as? ByteScale)?.scale }.first
  }

  /// The number of the first column; nil unless the features were sparse.
  package var firstColumnNumber: Int? {
    steps.lazy.compactMap { ($0.kind as? ColumnNumbers)?.settings.first }.first
  }
}

extension Pipeline: CustomStringConvertible {
  /// The descriptions of the steps, in order.
  public var description: String {
    steps.isEmpty ? "as they are" : steps.map(\.description).joined(separator: ", ")
  }
}

extension Pipeline {
  /// Applies the steps: the result has finite floats, or bytes with a scale, or sparse rows.
  ///
  /// - Throws: `shapeMismatch` for other features than the pipeline was fitted to; `invalidArgument` with
  ///   the name of a missing column; `invalidData` with the name of a column that is not numeric;
  ///   `nonFiniteValue` with the row and column of a value that is missing, or whose result is not a finite
  ///   `Float`.
  /// - Complexity: constant for floats and bytes unless a step computes; otherwise a new matrix.
  public func apply(to features: Features) throws(SoftmaxError) -> Features {
    try applied(to: arranged(features), rows: 0..<features.rowCount)
  }

  /// Applies the steps to the features of a data set.
  ///
  /// The samples keep their shape if the number of features stays the same.
  ///
  /// - Throws: the errors of ``apply(to:)-(Features)``.
  public func apply(to dataset: LabeledDataset) throws(SoftmaxError) -> LabeledDataset {
    let features = try apply(to: dataset.features)
    let isAsItWas = features.table == nil && !computes && dataset.features.table == nil
    // Floats, and bytes whose scale stays the same, were validated when the data set was made.
    if isAsItWas, features.bytes?.scale == dataset.features.bytes?.scale { return dataset }
    return try dataset.replacing(features: features)
  }

  /// Whether a step computes new values, so the result is a new matrix.
  package var computes: Bool { !computations.isEmpty }

  /// What makes sparse columns of some columns of a table; nil if no step does.
  private var appending: (any ColumnAppending)? {
    steps.lazy.compactMap { step in
      if case .append(let appending) = step.kind.action { appending } else { nil }
    }.first
  }

  /// Whether a step makes other columns, whose number depends on the rows that it was fitted to.
  var makesColumns: Bool { steps.contains { $0.kind.makesColumns } }

  /// Applies the steps that copy nothing.
  package func arranged(_ features: Features) throws(SoftmaxError) -> Features {
    var features = features
    for step in steps {
      switch step.kind.action {
      case .arrange(let arrange): features = try arrange(features)
      case .append(let appending): _ = try appending.numberColumns(of: features)
      case .compute: break
      }
    }
    return features
  }

  /// The functions of the steps that compute, in order.
  package var computations: [@Sendable (inout [Double]) -> Void] {
    steps.compactMap { step in
      if case .compute(let compute) = step.kind.action { compute } else { nil }
    }
  }

  /// Applies the steps that compute to some rows of features that `arranged` returned.
  package func applied(
    to features: Features, rows: Range<Int>
  ) throws(SoftmaxError) -> Features {
    guard computes || features.table != nil else {
      return rows == 0..<features.rowCount ? features : features.selecting(rows: rows)
    }
    try features.validateFloats(ofRows: rows.count)
    let numbers = try preprocessed(features)?.floats(of: rows)
    guard let appending, let table = features.table else {
      return numbers.map(Features.floats) ?? features
    }
    let appended = appending.appendedColumns(of: table, rows: rows)
    return .sparse(numbers.map { appended.after($0) } ?? appended)
  }

  private func rows(of features: Features) throws(SoftmaxError) -> PreprocessedRows? {
    try features.validateFloats(ofRows: features.rowCount)
    return try preprocessed(arranged(features))
  }

  // Returns the rows for the steps that compute; nil if a table has texts alone.
  private func preprocessed(_ arranged: Features) throws(SoftmaxError) -> PreprocessedRows? {
    var (arranged, steps) = (arranged, steps[...])
    if let appending, let table = arranged.table {
      let columns = try appending.numberColumns(of: arranged)
      guard !columns.isEmpty else { return nil }
      arranged = .columns(table.selecting(columns: columns))
      steps = steps.drop { if case .append = $0.kind.action { false } else { true } }.dropFirst()
    }
    var count: Int? = arranged.columnCount
    for step in steps { count = try step.kind.columnCount(from: count) }
    return PreprocessedRows(
      arranged, steps: computations, columnCount: count ?? arranged.columnCount,
      descriptions: steps.compactMap { step in
        if case .compute = step.kind.action { step.description } else { nil }
      })
  }

  /// Throws `shapeMismatch` unless the network's input count is the number of columns of the result.
  func validate(for network: Sequential) throws(SoftmaxError) {
    guard let columnCount, columnCount != network.inputCount else { return }
    throw SoftmaxError(
      .shapeMismatch,
      "the network takes \(network.inputCount) features, the steps before it (\(self)) give "
        + "\(columnCount)")
  }

  /// Throws unless this pipeline equals the one that a checkpoint was written with.
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
