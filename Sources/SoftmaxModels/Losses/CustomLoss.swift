// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// A loss of the user's own; a saved model knows it by its name alone.
struct CustomLoss: LossKind {
  private let function: any LossFunction

  init(_ function: any LossFunction) { self.function = function }

  var name: String { function.name }
  var outputs: LossOutputs { .anything }
  var takesIndependentOutputs: Bool { true }
  var smoothing: LabelSmoothing? { nil }
  var weighsTerms: Bool { false }
  var isMeanOverOutputs: Bool { false }

  func validate(_ targets: Targets) {}

  func differentiate(_ part: LossPart, with kernels: Kernels) {
    var rows = LossRows(
      outputs: part.outputs, targets: part.targets, labels: part.labels, losses: part.losses,
      gradient: part.gradient)
    function.differentiate(&rows)
    for row in 0..<part.outputs.rowCount {
      let scale = part.scales[row]
      if scale == 0 { part.losses[row] = 0 }
      for column in 0..<part.outputs.columnCount {
        part.gradient[row, column] = scale == 0 ? 0 : part.gradient[row, column] * scale
      }
    }
  }
}

extension Loss {
  /// A loss of one's own, the mean over the samples of a batch.
  ///
  /// - Parameters:
  ///   - function: what a row costs; losses are equal where their functions' names are.
  ///   - classWeights: how much the samples of each class count, by index; not for multi-label targets.
  ///   - ignoredClass: the class whose samples count nothing; not for multi-label targets.
  public static func custom(
    _ function: any LossFunction, classWeights: [Double] = [], ignoredClass: Int? = nil
  ) -> Loss {
    Loss(CustomLoss(function), classWeights: classWeights, ignoredClass: ignoredClass)
  }
}
