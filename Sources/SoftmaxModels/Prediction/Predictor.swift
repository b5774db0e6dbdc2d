// SPDX-License-Identifier: Apache-2.0

public import SoftmaxCore
import Synchronization

/// A network made ready to predict again and again: its weights laid out, its threads started.
///
/// ```swift
/// let predictor = try classifier.predictor()
/// let probabilities = try predictor.probabilities(for: images)
/// ```
///
/// A predictor may be used by several threads; their batches take turns. For one row at a time each
/// thread makes a ``Session`` of its own, which waits for nobody.
///
/// The bits are those of ``Classifier/probabilities(for:threads:)``: a row has the same alone and in
/// any company.
public final class Predictor: Sendable {
  /// The number of features of a row.
  public let featureCount: Int
  /// The number of classes, which is that of a row's probabilities.
  public let classCount: Int
  /// The number of logits of a row: one for each class, or one for two classes.
  public let outputCount: Int
  /// What a byte feature is multiplied with; nil where each matrix of bytes has its own.
  public let byteScale: Float?
  /// What brings the features to mean 0 and deviation 1 first, if anything does.
  public let standardization: Standardization?

  let network: PackedNetwork
  let inputShape: [Int]
  private let arena: Arena
  let execution: Execution
  private let crew = Mutex<Crew?>(nil)

  /// Prepares a network.
  ///
  /// - Parameters:
  ///   - network: what predicts; later changes of it are not seen.
  ///   - byteScale: what a byte feature is multiplied with.
  ///   - standardization: what is done to the features first.
  ///   - outputFunction: how outputs become probabilities, for a network written from logits; without
  ///     it the network's own.
  ///   - threads: the number of threads for batches; without it the machine's processors. They are
  ///     started by the first batch that needs them.
  /// - Throws: `invalidArgument` for a number of threads, or a scale, that makes no sense;
  ///   `shapeMismatch` for a standardization of another number of features.
  public convenience init(
    _ network: Sequential, byteScale: Float? = nil, standardization: Standardization? = nil,
    outputFunction: OutputFunction? = nil,
    threads: Int? = nil
  ) throws(SoftmaxError) {
    try self.init(
      network, byteScale: byteScale, standardization: standardization,
      outputFunction: outputFunction, execution: Execution(threads: threads))
  }

  /// Prepares a network to predict as `execution` says.
  package init(
    _ network: Sequential, byteScale: Float? = nil, standardization: Standardization? = nil,
    outputFunction: OutputFunction? = nil, execution: Execution
  ) throws(SoftmaxError) {
    if let byteScale { try ByteMatrix.validate(scale: byteScale) }
    try standardization?.validate(featureCount: network.inputCount)
    let arena = Arena()
    self.standardization = standardization
    self.network = PackedNetwork(network, outputFunction: outputFunction, in: arena)
    self.arena = arena
    self.execution = execution
    self.byteScale = byteScale
    inputShape = network.inputShape
    featureCount = network.inputCount
    outputCount = network.outputCount
    classCount = self.network.classCount
  }

  /// The logits of each sample: [samples, outputs].
  ///
  /// - Throws: `shapeMismatch`; `nonFiniteValue` naming row and column of a feature that is NaN or
  ///   infinite, or row and class of a logit that overflowed.
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

  private func run(
    _ features: Features, _ output: PredictionPass.Output, into result: inout Matrix
  ) throws(SoftmaxError) {
    try validate(featureCount: features.columnCount)
    var features = try features.scaled(by: byteScale)
    if let standardization {
      // Said of the numbers that were handed in.
      try features.validateFinite()
      features = try standardization.standardized(features)
    }
    let isFinite = result.withView { view in
      guard let view else { return true }
      let isShared = Crew.isWorthSharing(rowCount: features.rowCount, in: network)
      let wanted = isShared ? execution.threadCount : 1
      return crew.withLock { crew in
        let old = crew.flatMap { $0.wantedThreadCount >= wanted ? $0 : nil }
        let ready = old ?? Crew(for: self, threads: wanted)
        crew = ready
        return ready.run(features, output, isShared: isShared, into: view)
      }
    }
    guard !isFinite else { return }
    try features.validateFinite()
    if output == .probabilities {
      _ = try logits(for: features)
    } else {
      try validateFinite(result)
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

extension Features {
  /// The features with the scale that a network was trained with, in the place of their bytes' own.
  func scaled(by scale: Float?) throws(SoftmaxError) -> Features {
    guard let matrix = bytes, let scale, scale != matrix.scale else { return self }
    return .bytes(
      try ByteMatrix(
        rowCount: matrix.rowCount, columnCount: matrix.columnCount, storage: matrix.storage,
        scale: scale))
  }
}
