// SPDX-License-Identifier: Apache-2.0

import CSoftmaxKernels

// Threads share the rows as in `softmax(along:on:)`. Rows are independent, so any number of threads gives
// the same bits.
extension Matrix {
  /// Returns the cross-entropy of each row of logits and its target, in nats.
  ///
  /// The loss of a label is ln(sum over k of exp z_k) - z_label. The loss of a distribution t is the sum
  /// over j of t_j (ln(sum over k of exp z_k) - z_j), where terms with t_j = 0 are omitted. Both are
  /// computed from the logits, so nothing overflows and no logarithm of a probability is needed. The loss
  /// of a row that contains NaN or +infinity, or only -infinity, is NaN.
  ///
  /// The matrix must hold logits, not probabilities. ``looksLikeProbabilities`` tells them apart.
  ///
  /// ```swift
  /// let logits = try Matrix([[3, 1, -3], [0, 2, 0]])
  /// let losses = try logits.crossEntropy(of: .labels([0, 1]))  // 0.13, 0.24
  /// ```
  ///
  /// - Parameters:
  ///   - targets: labels, each the index of a column, or a row of probabilities for each row, whose sum
  ///     of 1 is not checked.
  ///   - team: the threads that share a large matrix, as in ``softmax(along:on:)``.
  /// - Throws: `shapeMismatch` unless there is a target for each row and, in distributions, for each
  ///   column; `labelOutOfRange` with the first row whose label is not the index of a column;
  ///   `invalidArgument` for `Targets.indicators`.
  public func crossEntropy(
    of targets: Targets, on team: WorkerTeam? = nil
  ) throws(SoftmaxError) -> [Float] {
    try validate(targets)
    return withRows {
      unsafe $0.crossEntropy(of: targets, scale: 1, gradient: OutputVector(base: nil), on: team)
    }
  }

  /// Returns the cross-entropy of each row of logits, and the gradient with respect to the logits.
  ///
  /// The gradient is (softmax(z)_j - t_j) scale, where t is one-hot for a label. Use the scale
  /// 1 / rows for the gradient of the mean over the rows.
  ///
  /// ```swift
  /// let logits = try Matrix([[3, 1, -3], [0, 2, 0]])
  /// let (losses, gradient) = try logits.crossEntropyWithGradient(of: .labels([0, 1]), scale: 0.5)
  /// ```
  ///
  /// - Parameters:
  ///   - targets: as for ``crossEntropy(of:on:)``.
  ///   - scale: the factor of the gradient.
  ///   - team: the threads that share a large matrix, as in ``softmax(along:on:)``.
  /// - Returns: The loss of each row, in nats, and the gradient in the shape of the logits.
  /// - Throws: The errors of ``crossEntropy(of:on:)``.
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

  /// Replaces the logits by the gradient of their cross-entropy and returns the loss of each row.
  ///
  /// The results are those of ``crossEntropyWithGradient(of:scale:on:)``, without memory for a second
  /// matrix.
  ///
  /// - Throws: The errors of ``crossEntropy(of:on:)``. The logits are then unchanged.
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
      // The sign bit of `signs` is set if any label is negative or greater than `last`. The loop has no
      // branch that could be mispredicted.
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
  /// Returns the cross-entropy of each row of logits and its label.
  ///
  /// - Precondition: There is one label for each row, and each is the index of a column.
  package func crossEntropies(of labels: [Int], on team: WorkerTeam? = nil) -> [Float] {
    precondition(labels.count == rowCount && labels.allSatisfy { 0..<columnCount ~= $0 })
    return withRows {
      unsafe $0.crossEntropy(
        of: .labels(labels), scale: 1, gradient: OutputVector(base: nil), on: team)
    }
  }
}

extension InputRows {
  // The number of labels that are converted to Int32 at a time, on the stack.
  private static let block = 512

  // Returns the loss of each row. Stores the gradient unless its base is nil. The caller has validated
  // the targets.
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

/// The memory of labels that several threads read, valid only during the call that provides it.
@safe
private struct InputLabels: @unchecked Sendable {
  let base: UnsafePointer<Int>?

  /// Converts some of the labels to Int32, as the kernels need them; the labels have been validated.
  @unsafe func narrow(from first: Int, count: Int, into narrow: UnsafeMutableBufferPointer<Int32>) {
    guard let base = unsafe base else { return }
    for index in 0..<count {
      unsafe narrow[index] = Int32(truncatingIfNeeded: base[first + index])
    }
  }
}
