// SPDX-License-Identifier: Apache-2.0

package import SoftmaxCore

/// Binary cross-entropy from logits, applied to each output separately.
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
  /// Returns binary cross-entropy from logits, averaged over the outputs and over the samples of a batch.
  ///
  /// For an output with logit z and target t, the loss is ln(1 + exp z) - t z and its derivative sigmoid(z) -
  /// t. The loss is computed as max(z, 0) - t z + ln(1 + exp(-|z|)). It equals Keras'
  /// `BinaryCrossentropy(from_logits=True)` and PyTorch's `BCEWithLogitsLoss`. A network has one of two
  /// forms:
  ///
  /// - A single output for two classes: t is 1 for class 1 and 0 for class 0.
  /// - One output per class: t is one-hot for a label, or the row of soft or multi-label targets.
  ///
  /// - Parameters:
  ///   - labelSmoothing: t becomes (1 - smoothing) t + smoothing / 2, as in Keras.
  ///   - classWeights: the weight of the samples of each class, by index; not for multi-label targets.
  ///   - ignoredClass: the class whose samples have the weight 0; not for multi-label targets.
  public static func binaryCrossEntropy(
    labelSmoothing: Double = 0, classWeights: [Double] = [], ignoredClass: Int? = nil
  ) -> Loss {
    Loss(
      BinaryCrossEntropyLoss.self, labelSmoothing: labelSmoothing, classWeights: classWeights,
      ignoredClass: ignoredClass)
  }
}
