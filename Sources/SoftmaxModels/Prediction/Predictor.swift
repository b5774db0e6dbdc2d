// SPDX-License-Identifier: Apache-2.0

public import SoftmaxCore

/// A classifier prepared for repeated prediction.
///
/// ```swift
/// let predictor = try classifier.predictor()
/// for prediction in try predictor.predictions(for: images) { print(prediction.label) }
/// ```
///
/// The initializer packs the weights once. The first batch that is large enough to be shared starts the
/// threads, which are then kept. Several threads can use one predictor, but their batches run one after the
/// other. To predict single rows without waiting, each thread creates a separate ``Session``. Features pass
/// through the pipeline in blocks of rows, so a prediction needs memory for its result and one block,
/// whatever the number of rows.
///
/// The bits are those of ``Classifier/probabilities(for:threads:)``: the result of a row does not depend on
/// the other rows of its batch.
public final class Predictor: Sendable {
  // The number of rows that pass through the pipeline at once. The bits of a row do not depend on it.
  private static let rowsAtOnce = 8_192
  private static let valuesAtOnce = 1 << 26

  /// The names of the classes, by index.
  public let classNames: [String]
  /// The preprocessing that is applied to features before the network.
  public let pipeline: Pipeline
  /// The number of features of a row.
  public let featureCount: Int
  /// The number of logits per row: one per class, or a single one for two classes.
  public let outputCount: Int
  /// The number of classes, which is the number of probabilities per row.
  public var classCount: Int { classNames.count }

  /// The networks whose probabilities are averaged; one in the ordinary case.
  let members: [PredictorMember]
  /// What maps the probabilities of the networks to those of the predictor; nil for nothing.
  let calibration: Calibration?
  let execution: Execution

  /// Prepares a network for prediction.
  ///
  /// - Parameters:
  ///   - network: the network; later changes of it have no effect on the predictor.
  ///   - classNames: the names of the classes; by default "0", "1", ...
  ///   - pipeline: the preprocessing of the features; by default none.
  ///   - outputFunction: the function that turns outputs into probabilities, for a network without a softmax
  ///     or sigmoid at its end; by default that of the network.
  ///   - threads: the maximum number of threads for batches; by default the number of processors. The first
  ///     batch that needs the threads starts them.
  /// - Throws: `invalidArgument` for an invalid number of threads; `shapeMismatch` if names or pipeline do
  ///   not fit the network.
  public convenience init(
    _ network: Sequential, classNames: [String]? = nil, pipeline: Pipeline = Pipeline(),
    outputFunction: OutputFunction? = nil, threads: Int? = nil
  ) throws(SoftmaxError) {
    try self.init(
      network, classNames: classNames, pipeline: pipeline, outputFunction: outputFunction,
      execution: Execution(threads: threads))
  }

  /// Prepares a network for prediction with the threads and instruction set of `execution`.
  package convenience init(
    _ network: Sequential, classNames: [String]? = nil, pipeline: Pipeline = Pipeline(),
    outputFunction: OutputFunction? = nil, execution: Execution
  ) throws(SoftmaxError) {
    let function = outputFunction ?? network.outputFunction
    try self.init(
      [ClassifierMember(network: network)],
      classNames: classNames
        ?? (0..<function.classCount(ofOutputs: network.outputCount)).map(String.init),
      pipeline: pipeline, outputFunction: function, execution: execution)
  }

  /// Prepares the members of a classifier.
  init(
    _ members: [ClassifierMember], classNames: [String], pipeline: Pipeline,
    outputFunction: OutputFunction, calibration: Calibration? = nil, execution: Execution
  ) throws(SoftmaxError) {
    self.members = try members.map { member throws(SoftmaxError) in
      try PredictorMember(
        member, after: pipeline, outputFunction: outputFunction, execution: execution)
    }
    let first = self.members[0]
    guard classNames.count == first.network.classCount else {
      throw SoftmaxError(
        .shapeMismatch,
        "the network tells \(first.network.classCount) classes apart, got \(classNames.count) names"
      )
    }
    self.classNames = classNames
    self.pipeline = pipeline
    self.execution = execution
    featureCount = first.pipeline.inputCount ?? first.network.inputCount
    self.calibration = calibration
    outputCount = calibration == nil ? first.network.outputCount : classNames.count
  }

  /// The function that turns the logits into probabilities.
  private var logitFunction: OutputFunction {
    calibration == nil ? members[0].network.outputFunction : .softmax
  }

  /// Returns the logits of each sample: [samples, outputs].
  ///
  /// - Throws: the errors of ``Pipeline/apply(to:)-(Features)``; `shapeMismatch`; `nonFiniteValue` with the
  ///   row and column of a feature that is NaN or infinite, or the row and class of a logit that overflowed.
  public func logits(for features: Features) throws(SoftmaxError) -> Matrix {
    var result = Matrix(rowCount: features.rowCount, columnCount: outputCount)
    try run(features, .logits, into: &result)
    return result
  }

  /// Returns the probability of each class for each sample: [samples, classes].
  ///
  /// - Throws: the errors of ``logits(for:)``.
  public func probabilities(for features: Features) throws(SoftmaxError) -> Matrix {
    var result = Matrix(rowCount: features.rowCount, columnCount: classCount)
    try run(features, .probabilities, into: &result)
    return result
  }

  /// Writes the probability of each class for each sample into a matrix [samples, classes].
  ///
  /// - Throws: the errors of ``logits(for:)``; after an error the contents of the matrix are undefined.
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

  /// Returns the most probable class of each sample, with the probabilities of all classes.
  ///
  /// - Throws: the errors of ``logits(for:)``.
  public func predictions(for features: Features) throws(SoftmaxError) -> [Prediction] {
    let logits = try logits(for: features)
    let function = logitFunction
    let probabilities = function.probabilities(of: logits)
    // The logits determine the class, because two probabilities can round to the same number.
    return zip(0..<logits.rowCount, function.classes(of: logits)).map { row, index in
      Prediction(
        index: index, label: classNames[index], probabilities: Array(probabilities.row(row)),
        logits: Array(logits.row(row)))
    }
  }

  /// Returns the most probable class of each row of a table, whose columns are matched by name.
  ///
  /// ```swift
  /// let table = try Table([.numbers([5.1], name: "length"), .numbers([1.4], name: "width")])
  /// for prediction in try predictor.predictions(for: table) { print(prediction.label) }
  /// ```
  ///
  /// - Throws: the errors of ``logits(for:)``.
  public func predictions(for table: Table) throws(SoftmaxError) -> [Prediction] {
    try predictions(for: .columns(table))
  }

  private func run(
    _ features: Features, _ output: PredictionPass.Output, into result: inout Matrix
  ) throws(SoftmaxError) {
    guard let calibration else { return try runUncalibrated(features, output, into: &result) }
    let network = members[0].network
    var raw = Matrix(rowCount: features.rowCount, columnCount: network.outputCount)
    try runUncalibrated(features, .logits, into: &raw)
    let logits = try calibration.logits(of: raw, network.outputFunction)
    result.elements = output == .logits ? logits.elements : logits.softmax().elements
  }

  private func runUncalibrated(
    _ features: Features, _ output: PredictionPass.Output, into result: inout Matrix
  ) throws(SoftmaxError) {
    let arranged = try pipeline.arranged(features)
    // Steps that make columns count their own.
    if !members[0].pipeline.makesColumns { try validate(featureCount: arranged.columnCount) }
    guard members.count > 1 || pipeline.computes || arranged.table != nil else {
      return try members[0].run(arranged, output, into: &result, firstRow: 0)
    }
    // The floats of a block take 256 MiB at most.
    let width = members.map(\.network.inputCount).max() ?? 1
    let height = max(1, min(Self.rowsAtOnce, Self.valuesAtOnce / max(1, width)))
    for first in stride(from: 0, to: features.rowCount, by: height) {
      let rows = first..<min(first + height, features.rowCount)
      if members.count == 1 {
        let block = try pipeline.applied(to: arranged, rows: rows)
        try members[0].run(block, output, into: &result, firstRow: first)
      } else {
        try average(arranged, rows: rows, output, into: &result)
      }
    }
  }

  // Writes the mean of the members' probabilities, or its logarithms, for some rows.
  private func average(
    _ arranged: Features, rows: Range<Int>, _ output: PredictionPass.Output,
    into result: inout Matrix
  ) throws(SoftmaxError) {
    var block = Features.floats(Matrix(rowCount: 0, columnCount: 0))
    var logits: [Matrix] = []
    for (index, member) in members.enumerated() {
      if index == 0 || members[index - 1].pipeline != member.pipeline {
        block = try member.pipeline.applied(to: arranged, rows: rows)
      }
      var own = Matrix(rowCount: rows.count, columnCount: member.network.outputCount)
      do throws(SoftmaxError) {
        try member.run(block, .logits, into: &own, firstRow: 0)
      } catch {
        throw error.offset(byRows: rows.lowerBound)
      }
      logits.append(own)
    }
    let average = MemberAverage(weights: members.map(\.weight))
    var mean = average.logits(of: logits)
    if output == .probabilities { mean = mean.softmax() }
    let begin = rows.lowerBound * mean.columnCount
    for (index, value) in mean.elements.enumerated() { result.elements[begin + index] = value }
  }

  /// Whether rows of numbers can be predicted, which steps that make columns of a table's columns forbid.
  var takesRows: Bool {
    pipeline.steps.allSatisfy { step in
      if case .compute = step.kind.action { true } else { !step.kind.makesColumns }
    }
  }

  func validate(featureCount count: Int) throws(SoftmaxError) {
    guard count == featureCount else {
      // Steps can make other columns of those that come in.
      let shape = members[0].pipeline.inputCount.map { [$0] } ?? members[0].inputShape
      throw SoftmaxError(
        .shapeMismatch,
        "the network takes samples of \(shape), that is \(featureCount) features; got \(count)")
    }
  }
}
