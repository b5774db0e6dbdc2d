// SPDX-License-Identifier: Apache-2.0

package import SoftmaxCore

/// Binary cross-entropy from logits, each output by itself.
package struct BinaryCrossEntropyLoss: ListedLossKind {
  package static let name = "binary-cross-entropy"
  package static let spelling = name
  package static let settings: [Setting] = []

  package init(_ values: SettingValues) {}

  package var outputs: LossOutputs { .logits(.sigmoid) }
  package var takesIndependentOutputs: Bool { true }
  package var smoothing: LabelSmoothing? { .overYesAndNo }
  package var weighsTerms: Bool { false }
  package var isMeanOverOutputs: Bool { true }

  package func validate(_ targets: Targets) {}

  package func differentiate(_ rows: LossPart, with kernels: Kernels) {
    kernels.differentiate(rows, ofEachOutput: .binaryCrossEntropy)
  }
}

extension Loss {
  /// Binary cross-entropy from logits, the mean over the outputs and over the samples of a batch.
  ///
  /// Of one output with the logit z and the target t: ln(1 + exp z) - t z, of slope sigmoid(z) - t,
  /// computed as max(z, 0) - t z + ln(1 + exp(-|z|)). Keras' `BinaryCrossentropy(from_logits=True)`,
  /// PyTorch's `BCEWithLogitsLoss`.
  ///
  /// - One output for two classes: t is 1 for class 1 and 0 for class 0.
  /// - An output for each class: t is one-hot for a label, or the row of soft or multi-label targets.
  ///
  /// - Parameters:
  ///   - labelSmoothing: t becomes (1 - smoothing) t + smoothing / 2, as in Keras.
  ///   - classWeights: how much the samples of each class count, by index; not for multi-label targets.
  ///   - ignoredClass: the class whose samples count nothing; not for multi-label targets.
  public static func binaryCrossEntropy(
    labelSmoothing: Double = 0, classWeights: [Double] = [], ignoredClass: Int? = nil
  ) -> Loss {
    Loss(
      BinaryCrossEntropyLoss.self, labelSmoothing: labelSmoothing, classWeights: classWeights,
      ignoredClass: ignoredClass)
  }
}
