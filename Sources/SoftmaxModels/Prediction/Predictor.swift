// SPDX-License-Identifier: Apache-2.0

public import SoftmaxCore
import Synchronization

/// A classifier made ready to predict again and again: its weights laid out, its threads started.
///
/// ```swift
/// let predictor = try classifier.predictor()
/// for prediction in try predictor.predictions(for: images) { print(prediction.label) }
/// ```
///
/// A predictor may be used by several threads; their batches take turns. For one row at a time each
/// thread makes a ``Session`` of its own, which waits for nobody. Features go through the pipeline in blocks
/// of rows, so that a prediction takes memory for its result and a block, however many rows there are.
///
/// The bits are those of ``Classifier/probabilities(for:threads:)``: a row has the same alone and in
/// any company.
public final class Predictor: Sendable {
  // Rows that go through the pipeline at once; a row's bits do not depend on its company.
  private static let rowsAtOnce = 8_192

  /// The names of the classes, by index.
  public let classNames: [String]
  /// What is done to features before the network sees them.
  public let pipeline: Pipeline
  /// The number of features of a row.
  public let featureCount: Int
  /// The number of logits of a row: one for each class, or one for two classes.
  public let outputCount: Int
  /// The number of classes, which is that of a row's probabilities.
  public var classCount: Int { classNames.count }

  let network: PackedNetwork
  let inputShape: [Int]
  private let arena: Arena
  let execution: Execution
  private let crew = Mutex<Crew?>(nil)

  /// Prepares a network.
  ///
  /// - Parameters:
  ///   - network: what predicts; later changes of it are not seen.
  ///   - classNames: the names of the classes; without them they are called "0", "1", ...
  ///   - pipeline: what is done to features first.
  ///   - outputFunction: how outputs become probabilities, for a network written from logits; without
  ///     it the network's own.
  ///   - threads: the number of threads for batches; without it the machine's processors. They are
  ///     started by the first batch that needs them.
  /// - Throws: `invalidArgument` for a number of threads that makes no sense; `shapeMismatch` for names or a
  ///   pipeline that do not fit the network.
  public convenience init(
    _ network: Sequential, classNames: [String]? = nil, pipeline: Pipeline = Pipeline(),
    outputFunction: OutputFunction? = nil, threads: Int? = nil
  ) throws(SoftmaxError) {
    try self.init(
      network, classNames: classNames, pipeline: pipeline, outputFunction: outputFunction,
      execution: Execution(threads: threads))
  }

  /// Prepares a network to predict as `execution` says.
  package init(
    _ network: Sequential, classNames: [String]? = nil, pipeline: Pipeline = Pipeline(),
    outputFunction: OutputFunction? = nil, execution: Execution
  ) throws(SoftmaxError) {
    try pipeline.validate(for: network)
    let arena = Arena()
    let packed = PackedNetwork(network, outputFunction: outputFunction, in: arena)
    let names = classNames ?? (0..<packed.classCount).map(String.init)
    guard names.count == packed.classCount else {
      throw SoftmaxError(
        .shapeMismatch,
        "the network tells \(packed.classCount) classes apart, got \(names.count) names"
      )
    }
    self.network = packed
    self.classNames = names
    self.pipeline = pipeline
    self.arena = arena
    self.execution = execution
    inputShape = network.inputShape
    featureCount = network.inputCount
    outputCount = network.outputCount
  }

  /// The logits of each sample: [samples, outputs].
  ///
  /// - Throws: as ``Pipeline/apply(to:)-(Features)``; `shapeMismatch`; `nonFiniteValue` naming row and
  ///   column of a feature that is NaN or infinite, or row and class of a logit that overflowed.
  public func logits(for features: Features) throws(SoftmaxError) -> Matrix {
    var result = Matrix(rowCount: features.rowCount, columnCount: outputCount)
    try run(features, .logits, into: &result)
    return result
  }

  /// The probability of each class for each sample: [samples, classes].
  ///
  /// - Throws: as ``logits(for:)``.
  public func probabilities(for features: Features) throws(SoftmaxError) -> Matrix {
    var result = Matrix(rowCount: features.rowCount, columnCount: classCount)
    try run(features, .probabilities, into: &result)
    return result
  }

  /// Writes the probability of each class for each sample into a matrix [samples, classes].
  ///
  /// - Throws: as ``logits(for:)``; then the matrix holds nothing of use.
  public func probabilities(
    for features: Features, into result: inout Matrix
  ) throws(SoftmaxError) {
    guard result.rowCount == features.rowCount, result.columnCount == classCount else {
      throw SoftmaxError(
        .shapeMismatch,
        "\(features.rowCount) samples of \(classCount) classes do not fit into a "
          + "\(result.rowCount) x \(result.columnCount) matrix")
    }
    try run(features, .probabilities, into: &result)
  }

  /// The most probable class of each sample, with all probabilities.
  ///
  /// - Throws: as ``logits(for:)``.
  public func predictions(for features: Features) throws(SoftmaxError) -> [Prediction] {
    let logits = try logits(for: features)
    let function = network.outputFunction
    let probabilities = function.probabilities(of: logits)
    // The class is that of the greatest logit: two probabilities can round to the same number.
    return zip(0..<logits.rowCount, function.classes(of: logits)).map { row, index in
      Prediction(
        index: index, label: classNames[index], probabilities: Array(probabilities.row(row)),
        logits: Array(logits.row(row)))
    }
  }

  /// The most probable class of each row of a table, whose columns are found by their names.
  ///
  /// ```swift
  /// let table = try Table([.numbers([5.1], name: "length"), .numbers([1.4], name: "width")])
  /// for prediction in try predictor.predictions(for: table) { print(prediction.label) }
  /// ```
  ///
  /// - Throws: as ``logits(for:)``.
  public func predictions(for table: Table) throws(SoftmaxError) -> [Prediction] {
    try predictions(for: .columns(table))
  }

  private func run(
    _ features: Features, _ output: PredictionPass.Output, into result: inout Matrix
  ) throws(SoftmaxError) {
    let arranged = try pipeline.arranged(features)
    try validate(featureCount: arranged.columnCount)
    guard pipeline.computes || arranged.table != nil else {
      return try run(arranged, output, into: &result, firstRow: 0)
    }
    for first in stride(from: 0, to: features.rowCount, by: Self.rowsAtOnce) {
      let rows = first..<min(first + Self.rowsAtOnce, features.rowCount)
      let block = try pipeline.applied(to: arranged, rows: rows)
      try run(block, output, into: &result, firstRow: first)
    }
  }

  // Rows as the network takes them, into the rows of the result from the first one on.
  private func run(
    _ features: Features, _ output: PredictionPass.Output, into result: inout Matrix, firstRow: Int
  ) throws(SoftmaxError) {
    let rows = firstRow..<firstRow + features.rowCount
    let isFinite = result.withView { view in
      guard let view else { return true }
      let isShared = Crew.isWorthSharing(rowCount: features.rowCount, in: network)
      let wanted = isShared ? execution.threadCount : 1
      return crew.withLock { crew in
        let old = crew.flatMap { $0.wantedThreadCount >= wanted ? $0 : nil }
        let ready = old ?? Crew(for: self, threads: wanted)
        crew = ready
        return ready.run(features, output, isShared: isShared, into: view.rows(rows))
      }
    }
    guard !isFinite else { return }
    do throws(SoftmaxError) {
      try features.validateFinite()
      if output == .logits {
        try validateFinite(result.selecting(rows: rows))
      } else {
        // Of features that went through the pipeline already.
        var logits = Matrix(rowCount: features.rowCount, columnCount: outputCount)
        try run(features, .logits, into: &logits, firstRow: 0)
      }
    } catch {
      guard case .row(let row, let column)? = error.location else { throw error }
      throw SoftmaxError(
        error.code, error.message, remedy: error.remedy,
        at: .row(firstRow + row, column: column), cause: error.cause)
    }
  }

  func validate(featureCount count: Int) throws(SoftmaxError) {
    guard count == featureCount else {
      throw SoftmaxError(
        .shapeMismatch,
        "the network takes samples of \(inputShape), that is \(featureCount) features; got \(count)"
      )
    }
  }

  func validateFinite(_ logits: Matrix) throws(SoftmaxError) {
    guard let index = logits.elements.firstIndex(where: { !$0.isFinite }) else { return }
    let value = logits.elements[index]
    let (row, column) = index.quotientAndRemainder(dividingBy: outputCount)
    throw SoftmaxError(
      .nonFiniteValue, "the logit of class \(column) is \(value.isNaN ? "NaN" : "\(value)")",
      remedy: "the features or the weights are too large for Float", at: .row(row, column: column))
  }
}

/// The workers of a predictor, each with memory of its own.
private struct Crew: Sendable {
  // Rows that a worker takes at a time: whole tiles, and the values stay in its cache.
  private static let block = 96
  // Below so many operations a worker would be waited for longer than it works.
  private static let leastOperations = 4_000_000

  private let team: WorkerTeam
  private let arena = Arena()
  private let passes: [PredictionPass]
  /// What each worker says of its rows.
  private let areFinite: VectorView<Int32>

  init(for predictor: Predictor, threads: Int) {
    team = WorkerTeam(threadCount: threads)
    passes = (0..<team.threadCount).map { [arena] _ in
      PredictionPass(
        predictor.network, rowCapacity: Crew.block, kernels: predictor.execution.kernels, in: arena)
    }
    areFinite = arena.vector(count: team.threadCount)
    wantedThreadCount = threads
  }

  /// The number of workers that it was made for; the system may have granted fewer.
  let wantedThreadCount: Int

  /// Whether so many rows are worth sharing.
  static func isWorthSharing(rowCount: Int, in network: PackedNetwork) -> Bool {
    rowCount > leastOperations / max(1, network.operationCount)
  }

  /// Computes all rows; false where a feature may be, or a logit is, not finite.
  func run(
    _ features: Features, _ output: PredictionPass.Output, isShared: Bool, into result: MatrixView
  ) -> Bool {
    features.withSource { source in
      guard isShared, passes.count > 1 else {
        return Crew.run(passes[0], source, rows: 0..<features.rowCount, output, into: result)
      }
      team.run { [passes, areFinite] worker in
        let rows = worker.share(of: source.rowCount, alignedTo: 16)
        let isFinite = Crew.run(passes[worker.index], source, rows: rows, output, into: result)
        areFinite[worker.index] = isFinite ? 1 : 0
      }
      return areFinite.elements().allSatisfy { $0 == 1 }
    }
  }

  private static func run(
    _ pass: PredictionPass, _ source: FeatureSource, rows: Range<Int>,
    _ output: PredictionPass.Output, into result: MatrixView
  ) -> Bool {
    var isFinite = true
    for begin in stride(from: rows.lowerBound, to: rows.upperBound, by: Crew.block) {
      let block = begin..<min(begin + Crew.block, rows.upperBound)
      if !pass.run(source, rows: block, output, into: result.rows(block)) { isFinite = false }
    }
    return isFinite
  }
}
