// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore
import Synchronization

/// A network of a predictor, packed once, and the threads that run it.
final class PredictorMember: Sendable {
  /// All steps before the network.
  let pipeline: Pipeline
  /// The share of the probabilities.
  let weight: Double
  let network: PackedNetwork
  let inputShape: [Int]
  private let arena: Arena
  private let execution: Execution
  private let team = Mutex<PredictionTeam?>(nil)

  init(
    _ member: ClassifierMember, after shared: Pipeline, outputFunction: OutputFunction,
    execution: Execution
  ) throws(SoftmaxError) {
    pipeline = try member.pipeline(after: shared)
    try pipeline.validate(for: member.network)
    weight = member.weight
    arena = Arena()
    network = PackedNetwork(member.network, outputFunction: outputFunction, in: arena)
    inputShape = member.network.inputShape
    self.execution = execution
  }

  /// Predicts preprocessed features.
  ///
  /// - Parameters:
  ///   - result: the matrix whose rows from `firstRow` on receive the outputs.
  ///   - firstRow: the number of the first row, also in errors.
  /// - Throws: `nonFiniteValue` with the row and column of a feature, or the row and class of a logit.
  func run(
    _ features: Features, _ output: PredictionPass.Output, into result: inout Matrix, firstRow: Int
  ) throws(SoftmaxError) {
    let rows = firstRow..<firstRow + features.rowCount
    let isFinite = result.withView { view in
      guard let view else { return true }
      let isShared = PredictionTeam.isWorthSharing(rowCount: features.rowCount, in: network)
      let wanted = isShared ? execution.threadCount : 1
      return team.withLock { team in
        let old = team.flatMap { $0.wantedThreadCount >= wanted ? $0 : nil }
        let ready =
          old ?? PredictionTeam(for: network, threads: wanted, kernels: execution.kernels)
        team = ready
        return ready.run(features, output, isShared: isShared, into: view.rows(rows))
      }
    }
    guard !isFinite else { return }
    do throws(SoftmaxError) {
      try features.validateFinite()
      if output == .logits {
        try validateFinite(result.selecting(rows: rows))
      } else {
        // `features` have passed through the pipeline already, so the logits are computed from them directly.
        var logits = Matrix(rowCount: features.rowCount, columnCount: network.outputCount)
        try run(features, .logits, into: &logits, firstRow: 0)
      }
    } catch {
      throw error.offset(byRows: firstRow)
    }
  }

  func validateFinite(_ logits: Matrix) throws(SoftmaxError) {
    guard let index = logits.elements.firstIndex(where: { !$0.isFinite }) else { return }
    let value = logits.elements[index]
    let (row, column) = index.quotientAndRemainder(dividingBy: network.outputCount)
    throw SoftmaxError(
      .nonFiniteValue, "the logit of class \(column) is \(value.isNaN ? "NaN" : "\(value)")",
      remedy: "the features or the weights are too large for Float", at: .row(row, column: column))
  }
}

extension SoftmaxError {
  /// Returns the error with a row that is counted from another one.
  func offset(byRows count: Int) -> SoftmaxError {
    guard case .row(let row, let column)? = location else { return self }
    return SoftmaxError(
      code, message, remedy: remedy, at: .row(count + row, column: column), cause: cause)
  }
}
