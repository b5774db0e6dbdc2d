// SPDX-License-Identifier: Apache-2.0

package import SoftmaxCore

/// The function that turns the outputs of a network into probabilities.
public enum OutputFunction: String, Hashable, Sendable, BitwiseCopyable, CaseIterable {
  /// exp(z_j) / sum over k of exp(z_k): the classes exclude each other, so the probabilities sum to 1.
  case softmax
  /// 1 / (1 + exp(-z_j)): each class is independent, so the probabilities need not sum to 1.
  ///
  /// A single output represents two classes with the probabilities 1 - p and p.
  case sigmoid
  /// max(z_j, 2^-23) / sum over k of max(z_k, 2^-23).
  ///
  /// It is for outputs trained to be 1 for the true class and 0 for the others. They estimate the
  /// probabilities but can be negative, so a lower bound is applied.
  case normalized
  /// sigmoid(z_j) / sum over k of sigmoid(z_k).
  ///
  /// It is for outputs each of which was trained to tell its class from the rest. If all sigmoids round to 0, every
  /// class has the same probability, as in scikit-learn's `OneVsRestClassifier`.
  case oneVsRest = "one-vs-rest"
}

extension Sequential {
  /// The function that turns the outputs into probabilities: the softmax or sigmoid at the end of the
  /// network.
  ///
  /// A network without either has outputs that are logits: of a softmax, or of a sigmoid if there is one
  /// output.
  public var outputFunction: OutputFunction {
    writtenOutputFunction ?? (outputCount == 1 ? .sigmoid : .softmax)
  }

  /// The softmax or sigmoid at the end of the network; nil if there is none.
  ///
  /// Losses and predictions start from the logits before it, so it is not executed as an operation.
  var writtenOutputFunction: OutputFunction? {
    // Layers without operations, such as Flatten, are skipped.
    let last = layers.last {
      $0.configuration.kind.outputActivation != nil || !$0.configuration.kind.operations.isEmpty
    }
    return last?.configuration.kind.outputActivation.flatMap { OutputFunction(rawValue: $0.name) }
  }

  /// The number of classes, which is the number of outputs, or two for a single sigmoid output.
  public var classCount: Int { outputFunction.classCount(ofOutputs: outputCount) }
}

extension OutputFunction {
  /// Returns the number of classes for a number of outputs.
  func classCount(ofOutputs outputCount: Int) -> Int {
    self == .sigmoid && outputCount == 1 ? 2 : outputCount
  }

  /// Returns the probabilities [samples, classes] of logits [samples, outputs].
  package func probabilities(of logits: Matrix) -> Matrix {
    switch self {
    case .softmax: return logits.softmax()
    case .sigmoid where logits.columnCount == 1:
      // 1 - p is computed as sigmoid(-z), which does not round to 0 if p is near 1.
      var pairs = Matrix(rowCount: logits.rowCount, columnCount: 2)
      for row in 0..<logits.rowCount {
        pairs[row, 0] = -logits[row, 0]
        pairs[row, 1] = logits[row, 0]
      }
      return pairs.sigmoid()
    case .sigmoid: return logits.sigmoid()
    case .oneVsRest:
      var shares = logits.sigmoid()
      shares.elements.withMatrixView(rowCount: logits.rowCount) { OutputFunction.divideBySum($0) }
      return shares
    case .normalized:
      var shares = logits
      shares.elements.withMatrixView(rowCount: logits.rowCount) {
        OutputFunction.normalize($0, into: $0)
      }
      return shares
    }
  }

  /// Returns the most probable class of each row of logits; of equal logits the lowest index.
  ///
  /// The logits determine the class, because two probabilities can round to the same number.
  package func classes(of logits: Matrix) -> [Int] {
    guard self == .sigmoid, logits.columnCount == 1 else { return logits.mostLikelyClasses() }
    return logits.elements.map { $0 > 0 ? 1 : 0 }
  }

  // The lower bound is the float spacing at 1, as in scikit-learn's log loss. It keeps the log loss finite if
  // an output is slightly negative.
  static func share(_ output: Float) -> Double { Double(max(output, Float.ulpOfOne)) }

  /// Divides the outputs of each row by their sum, which is computed in double; `result` may be `outputs`.
  static func normalize(_ outputs: MatrixView, into result: MatrixView) {
    for row in 0..<outputs.rowCount {
      var sum = 0.0
      for column in 0..<outputs.columnCount { sum += share(outputs[row, column]) }
      for column in 0..<outputs.columnCount {
        result[row, column] = Float(share(outputs[row, column]) / sum)
      }
    }
  }

  /// Divides each row by its sum, which is computed in double; a row of zeros becomes uniform.
  static func divideBySum(_ values: MatrixView) {
    for row in 0..<values.rowCount {
      var sum = 0.0
      for column in 0..<values.columnCount { sum += Double(values[row, column]) }
      for column in 0..<values.columnCount {
        values[row, column] =
          sum > 0 ? Float(Double(values[row, column]) / sum) : 1 / Float(values.columnCount)
      }
    }
  }
}
