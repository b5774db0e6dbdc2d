// SPDX-License-Identifier: Apache-2.0

public import SoftmaxCore

extension Sequential {
  /// The logits of each sample: [samples, classes].
  ///
  /// A sample's logits have the same bits alone and in any company.
  ///
  /// - Parameters:
  ///   - features: a row for each sample.
  ///   - threads: the number of threads; without it the machine's processors.
  /// - Throws: `shapeMismatch`; `nonFiniteValue` naming row and column of a feature that is NaN or
  ///   infinite, or row and class of a logit that overflowed.
  public func logits(for features: Features, threads: Int? = nil) throws(SoftmaxError) -> Matrix {
    guard features.columnCount == inputCount else {
      throw SoftmaxError(
        .shapeMismatch,
        "the network takes samples of \(inputShape), that is \(inputCount) features; "
          + "got \(features.columnCount)")
    }
    try WorkerTeam.validate(threadCount: threads)
    try features.validateFinite()
    let result = InferencePass(self, rowCount: features.rowCount, threads: threads)
      .logits(for: features)
    if let index = result.elements.firstIndex(where: { !$0.isFinite }) {
      let value = result.elements[index]
      let (row, column) = index.quotientAndRemainder(dividingBy: max(result.columnCount, 1))
      throw SoftmaxError(
        .nonFiniteValue, "the logit of class \(column) is \(value.isNaN ? "NaN" : "\(value)")",
        remedy: "the features or the weights are too large for Float", at: .row(row, column: column)
      )
    }
    return result
  }

  /// The probability of each class for each sample: [samples, classes].
  ///
  /// - Throws: as ``logits(for:threads:)``.
  public func probabilities(
    for features: Features, threads: Int? = nil
  ) throws(SoftmaxError) -> Matrix {
    try logits(for: features, threads: threads).softmax()
  }
}

/// Many samples through a network: blocks of rows, shared by the workers.
private struct InferencePass {
  // Rows that a worker takes at a time: enough for the tiles, and the values stay in its cache.
  private static let block = 128

  private let arena = Arena()
  private let passes: [ForwardPass]
  private let team: WorkerTeam
  private let rowCount: Int

  init(_ network: Sequential, rowCount: Int, threads: Int?) {
    let blocks = (rowCount + InferencePass.block - 1) / InferencePass.block
    team = WorkerTeam(
      threadCount: max(1, min(threads ?? WorkerTeam.processorCount, blocks)))
    let lowered = LoweredNetwork(network, in: arena)
    passes = (0..<team.threadCount).map { [arena] _ in
      ForwardPass(
        lowered, rowCapacity: min(InferencePass.block, rowCount), kernels: .active, in: arena)
    }
    self.rowCount = rowCount
  }

  func logits(for features: Features) -> Matrix {
    let count = passes.first?.network.outputCount ?? 0
    let result = arena.matrix(rowCount: rowCount, columnCount: count)
    features.withSource { source in
      team.run { [passes, rowCount] worker in
        let pass = passes[worker.index]
        let rows = worker.share(of: rowCount, alignedTo: InferencePass.block)
        for begin in stride(from: rows.lowerBound, to: rows.upperBound, by: InferencePass.block) {
          let size = min(InferencePass.block, rows.upperBound - begin)
          Kernels.active.convert(source, from: begin, into: pass.input.rows(0..<size))
          pass.run(rows: 0..<size)
          result.rows(begin..<begin + size).assign(pass.logits.rows(0..<size))
        }
      }
    }
    return result.matrix()
  }
}
