// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// A custom loss, of which a saved model stores only the name.
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
  /// Returns a custom loss, averaged over the samples of a batch.
  ///
  /// - Parameters:
  ///   - function: the loss of a row; two custom losses are equal only if their functions have the same name.
  ///   - classWeights: the weight of the samples of each class, by index; not for multi-label targets.
  ///   - ignoredClass: the class whose samples have the weight 0; not for multi-label targets.
  public static func custom(
    _ function: any LossFunction, classWeights: [Double] = [], ignoredClass: Int? = nil
  ) -> Loss {
    Loss(CustomLoss(function), classWeights: classWeights, ignoredClass: ignoredClass)
  }
}
