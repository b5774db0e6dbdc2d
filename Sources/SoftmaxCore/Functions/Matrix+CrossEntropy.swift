// SPDX-License-Identifier: Apache-2.0

import CSoftmaxKernels

// Threads as in `softmax(along:on:)`: rows are independent, so any number gives the same bits.
extension Matrix {
  /// The cross-entropy of each row of logits and its target.
  ///
  /// Of a label ln(sum over k of exp z_k) - z_label; of a distribution t the sum over j of
  /// t_j (ln(sum over k of exp z_k) - z_j), where terms with t_j = 0 are left out. Taken from the
  /// logits, so that nothing overflows and no logarithm of a probability is needed. A row with NaN,
  /// with +infinity or of nothing but -infinity costs NaN. Probabilities are no logits; where a matrix
  /// may be either, ``looksLikeProbabilities`` tells.
  ///
  /// ```swift
  /// let logits = try Matrix([[3, 1, -3], [0, 2, 0]])
  /// let losses = try logits.crossEntropy(of: .labels([0, 1]))  // 0.13, 0.24
  /// ```
  ///
  /// - Parameters:
  ///   - targets: for each row the column of its class, or a row of probabilities; that these sum
  ///     to 1 is not checked.
  ///   - team: what shares a large matrix, as in ``softmax(along:on:)``.
  /// - Throws: `shapeMismatch` unless there is a target for each row; `labelOutOfRange` naming the
  ///   first row whose label is no column; `invalidArgument` for several classes at once.
  public func crossEntropy(
    of targets: Targets, on team: WorkerTeam? = nil
  ) throws(SoftmaxError) -> [Float] {
    try validate(targets)
    return withRows {
      unsafe $0.crossEntropy(of: targets, scale: 1, gradient: OutputVector(base: nil), on: team)
    }
  }

  /// The cross-entropy of each row of logits and its target, and the gradient to the logits.
  ///
  /// The gradient is (softmax(z)_j - t_j) scale, with t one-hot for a label. For the gradient of the
  /// mean over the rows the scale is 1 / rows.
  ///
  /// ```swift
  /// let logits = try Matrix([[3, 1, -3], [0, 2, 0]])
  /// let (losses, gradient) = try logits.crossEntropyWithGradient(of: .labels([0, 1]), scale: 0.5)
  /// ```
  ///
  /// - Parameters:
  ///   - targets: as for ``crossEntropy(of:on:)``.
  ///   - scale: what the gradient is multiplied with.
  ///   - team: what shares a large matrix, as in ``softmax(along:on:)``.
  /// - Returns: the loss of each row, in nats, and the gradient in the shape of the logits.
  /// - Throws: as ``crossEntropy(of:on:)``.
  public func crossEntropyWithGradient(
    of targets: Targets, scale: Float = 1, on team: WorkerTeam? = nil
  ) throws(SoftmaxError) -> (losses: [Float], gradient: Matrix) {
    try validate(targets)
    var losses: [Float] = []
    let gradient = unsafe [Float](unsafeUninitializedCapacity: elements.count) { d, count in
      losses = withRows {
        unsafe $0.crossEntropy(
          of: targets, scale: scale, gradient: OutputVector(base: d.baseAddress), on: team)
      }
      count = elements.count
    }
    return (losses, Matrix(rowCount: rowCount, columnCount: columnCount, unchecked: gradient))
  }

  /// Replaces logits by the gradient of their cross-entropy; returns the loss of each row.
  ///
  /// As ``crossEntropyWithGradient(of:scale:on:)``, without memory for a second matrix.
  ///
  /// - Throws: as ``crossEntropy(of:on:)``, leaving the logits as they were.
  public mutating func formCrossEntropyGradient(
    of targets: Targets, scale: Float = 1, on team: WorkerTeam? = nil
  ) throws(SoftmaxError) -> [Float] {
    try validate(targets)
    return withRowsInPlace { z, gradient in
      unsafe z.crossEntropy(of: targets, scale: scale, gradient: gradient, on: team)
    }
  }

  private func validate(_ targets: Targets) throws(SoftmaxError) {
    switch targets {
    case .labels(let labels):
      guard labels.count == rowCount else {
        throw SoftmaxError(
          .shapeMismatch, "expected a label for each of \(rowCount) rows, got \(labels.count)")
      }
      // The sign is set where a label is negative or beyond the last column; no branch to predict.
      let last = columnCount - 1
      let signs = labels.reduce(0) { $0 | $1 | (last &- $1) }
      guard signs < 0, let row = labels.firstIndex(where: { !(0..<columnCount ~= $0) }) else {
        return
      }
      throw SoftmaxError(
        .labelOutOfRange,
        "label \(labels[row]) is not one of the \(columnCount) columns",
        at: .row(row, column: nil))
    case .distributions(let matrix):
      guard matrix.rowCount == rowCount, matrix.columnCount == columnCount else {
        throw SoftmaxError(
          .shapeMismatch,
          "expected \(rowCount) x \(columnCount) target probabilities as logits, got "
            + "\(matrix.rowCount) x \(matrix.columnCount)")
      }
    case .indicators:
      throw SoftmaxError(
        .invalidArgument,
        "cross-entropy wants one class or one distribution for each row, not "
          + "several classes at once",
        remedy: "use binary cross-entropy")
    }
  }
}

extension Matrix {
  /// The cross-entropy of each row of logits and its label.
  ///
  /// - Precondition: a label for each row, within the columns.
  package func crossEntropies(of labels: [Int], on team: WorkerTeam? = nil) -> [Float] {
    precondition(labels.count == rowCount && labels.allSatisfy { 0..<columnCount ~= $0 })
    return withRows {
      unsafe $0.crossEntropy(
        of: .labels(labels), scale: 1, gradient: OutputVector(base: nil), on: team)
    }
  }
}

extension InputRows {
  // Labels that are narrowed at a time, on the stack.
  private static let block = 512

  // Each row's loss, and its gradient unless that has no memory. The targets have been checked.
  @unsafe fileprivate func crossEntropy(
    of targets: Targets, scale: Float, gradient: OutputVector<Float>, on team: WorkerTeam?
  ) -> [Float] {
    unsafe [Float](unsafeUninitializedCapacity: rowCount) { losses, count in
      let losses = unsafe OutputVector(base: losses.baseAddress)
      switch targets {
      case .labels(let labels):
        unsafe labels.withUnsafeBufferPointer {
          let labels = unsafe InputLabels(base: $0.baseAddress)
          share(on: team) { rows in
            unsafe withUnsafeTemporaryAllocation(of: Int32.self, capacity: InputRows.block) {
              for begin in stride(from: rows.lowerBound, to: rows.upperBound, by: InputRows.block) {
                let size = min(InputRows.block, rows.upperBound - begin)
                unsafe labels.narrow(from: begin, count: size, into: $0)
                unsafe Kernels.best.table.pointee.cross_entropy_labels(
                  size, columnCount, self[begin], columnCount, $0.baseAddress, scale,
                  losses[begin], gradient[begin * columnCount], columnCount)
              }
            }
          }
        }
      case .distributions(let matrix), .indicators(let matrix):
        matrix.withRows { t in
          share(on: team) { rows in
            let first = rows.lowerBound
            unsafe Kernels.best.table.pointee.cross_entropy_distributions(
              rows.count, columnCount, self[first], columnCount, t[first], columnCount, scale,
              losses[first], gradient[first * columnCount], columnCount)
          }
        }
      }
      count = rowCount
    }
  }
}

/// The memory of labels that several threads read.
@safe
private struct InputLabels: @unchecked Sendable {
  let base: UnsafePointer<Int>?

  /// Some of the labels as the kernels take them; all are known to fit.
  @unsafe func narrow(from first: Int, count: Int, into narrow: UnsafeMutableBufferPointer<Int32>) {
    guard let base = unsafe base else { return }
    for index in 0..<count {
      unsafe narrow[index] = Int32(truncatingIfNeeded: base[first + index])
    }
  }
}
