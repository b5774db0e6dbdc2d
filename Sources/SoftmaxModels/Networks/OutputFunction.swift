// SPDX-License-Identifier: Apache-2.0

package import SoftmaxCore

/// How a network's outputs become probabilities.
public enum OutputFunction: String, Hashable, Sendable, BitwiseCopyable, CaseIterable {
  /// exp(z_j) / sum over k of exp(z_k): one of the classes, so that the probabilities sum to 1.
  case softmax
  /// 1 / (1 + exp(-z_j)): each class by itself, so that they need not; or one output for two classes,
  /// with the probabilities 1 - p and p.
  case sigmoid
  /// max(z_j, 2^-23) / sum over k of max(z_k, 2^-23): outputs that were trained to be 1 for the right
  /// class and 0 for the others are estimates of the probabilities, but for those below 0.
  case normalized
}

extension Sequential {
  /// How the outputs become probabilities: the softmax or the sigmoid that the network ends in.
  ///
  /// A network written without either, from logits, has a softmax, or with one output a sigmoid.
  public var outputFunction: OutputFunction {
    writtenOutputFunction ?? (outputCount == 1 ? .sigmoid : .softmax)
  }

  /// The softmax or the sigmoid that the network ends in, if any: losses and predictions start from
  /// the logits before it, so it is no operation of a pass.
  var writtenOutputFunction: OutputFunction? {
    // What leaves its inputs as they are, as Flatten does, is passed over.
    let last = layers.last {
      $0.configuration.kind.outputActivation != nil || !$0.configuration.kind.operations.isEmpty
    }
    return last?.configuration.kind.outputActivation.flatMap { OutputFunction(rawValue: $0.name) }
  }

  /// The number of classes that the outputs tell apart: two for a single sigmoid.
  public var classCount: Int { outputFunction.classCount(ofOutputs: outputCount) }
}

extension OutputFunction {
  /// The number of classes of so many outputs.
  func classCount(ofOutputs outputCount: Int) -> Int {
    self == .sigmoid && outputCount == 1 ? 2 : outputCount
  }

  /// The probabilities of logits, [samples, outputs]: [samples, classes].
  package func probabilities(of logits: Matrix) -> Matrix {
    switch self {
    case .softmax: return logits.softmax()
    case .sigmoid where logits.columnCount == 1:
      // 1 - p is the sigmoid of the other sign, which does not round to 0 where p is near 1.
      var pairs = Matrix(rowCount: logits.rowCount, columnCount: 2)
      for row in 0..<logits.rowCount {
        pairs[row, 0] = -logits[row, 0]
        pairs[row, 1] = logits[row, 0]
      }
      return pairs.sigmoid()
    case .sigmoid: return logits.sigmoid()
    case .normalized:
      var shares = logits
      shares.elements.withMatrixView(rowCount: logits.rowCount) {
        OutputFunction.normalize($0, into: $0)
      }
      return shares
    }
  }

  /// The most probable class of each row of logits, the first of equals.
  ///
  /// Of the logits, since two probabilities can round to the same number.
  package func classes(of logits: Matrix) -> [Int] {
    guard self == .sigmoid, logits.columnCount == 1 else { return logits.mostLikelyClasses() }
    return logits.elements.map { $0 > 0 ? 1 : 0 }
  }

  /// What each row of logits costs for its label, in nats: with a softmax, or one output, -ln p of the
  /// right class; of several sigmoids the mean over them of the binary cross-entropy.
  ///
  /// Exact and never clipped, but for `normalized`, whose probabilities have a least one.
  package func logLosses(of logits: Matrix, labels: [Int]) -> [Double] {
    switch self {
    case .softmax: return logits.crossEntropies(of: labels).map { Double($0) }
    case .sigmoid: return binaryCrossEntropies(of: logits, labels: labels)
    case .normalized:
      return labels.enumerated().map { row, label in
        let shares = logits.row(row).map(OutputFunction.share)
        return ElementaryFunctions.logarithm(shares.reduce(0, +))
          - ElementaryFunctions.logarithm(shares[label])
      }
    }
  }

  // What counts of an output: the least share is the distance of floats near 1, as in scikit-learn's
  // log loss, so that one output a little below 0 does not make a log loss infinite.
  private static func share(_ output: Float) -> Double { Double(max(output, Float.ulpOfOne)) }

  /// The outputs of each row as shares of their sum, which is taken in double; in place too.
  static func normalize(_ outputs: MatrixView, into result: MatrixView) {
    for row in 0..<outputs.rowCount {
      var sum = 0.0
      for column in 0..<outputs.columnCount { sum += share(outputs[row, column]) }
      for column in 0..<outputs.columnCount {
        result[row, column] = Float(share(outputs[row, column]) / sum)
      }
    }
  }

  private func binaryCrossEntropies(of logits: Matrix, labels: [Int]) -> [Double] {
    let outputs = logits.columnCount
    // -ln p is ln(1 + e^-z), -ln(1 - p) is ln(1 + e^z).
    var costs = logits.elements
    for (row, label) in labels.enumerated() where label < outputs || outputs == 1 {
      if outputs == 1, label == 0 { continue }
      let place = row * outputs + (outputs == 1 ? 0 : label)
      costs[place] = -costs[place]
    }
    costs = costs.softplus()
    return labels.indices.map { row in
      costs[row * outputs..<(row + 1) * outputs].reduce(0) { $0 + Double($1) } / Double(outputs)
    }
  }
}
