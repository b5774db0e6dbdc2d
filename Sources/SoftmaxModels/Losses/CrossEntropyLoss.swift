// SPDX-License-Identifier: Apache-2.0

package import SoftmaxCore

/// Softmax cross-entropy from logits.
package struct CrossEntropyLoss: ListedLossKind {
  package static let name = "cross-entropy"
  package static let spelling = name
  package static let settings: [Setting] = []

  package init(_ values: SettingValues) {}

  package var outputs: LossOutputs { .logits(.softmax) }
  package var takesIndependentOutputs: Bool { false }
  package var smoothing: LabelSmoothing? { .overClasses }
  package var weighsTerms: Bool { true }
  package var isMeanOverOutputs: Bool { false }

  package func validate(_ targets: Targets) {}

  package func differentiate(_ rows: LossPart, with kernels: Kernels) {
    kernels.crossEntropy(
      logits: rows.outputs, weightedTargets: rows.targets, masses: rows.masses,
      scales: rows.scales, losses: rows.losses, gradient: rows.gradient)
  }
}

extension Loss {
  /// Softmax cross-entropy from logits, the mean over the samples of a batch.
  ///
  /// Of one sample with logits z: ln(sum over k of exp z_k) - z_y for the label y, or the sum over j
  /// of t_j (ln(sum over k of exp z_k) - z_j) for a target distribution t. The gradient to the logits
  /// is softmax(z) - t. Never computed through the logarithm of a probability.
  public static let crossEntropy = Loss(CrossEntropyLoss.self)

  /// Softmax cross-entropy from logits with smoothed targets, weights of the classes or an ignored one.
  ///
  /// Of one sample the sum over j of w_j t'_j (ln(sum over k of exp z_k) - z_j), with
  /// t' = (1 - smoothing) t + smoothing / classes; in the mean it weighs the sum over j of w_j t_j,
  /// which for a label y is w_y. PyTorch's values for labels, with every pair of options; for soft
  /// targets PyTorch divides by the number of samples, so that one-hot rows and labels differ there.
  ///
  /// - Parameters:
  ///   - labelSmoothing: how much of each target is spread evenly over the classes, within 0..<1.
  ///     Source: Szegedy et al., "Rethinking the Inception architecture for computer vision", 2016.
  ///   - classWeights: how much each class counts, by index; none for all the same.
  ///   - ignoredClass: the class whose samples count nothing (Keras: `ignore_class`, PyTorch:
  ///     `ignore_index`). Of soft targets only those that are that class alone.
  public static func crossEntropy(
    labelSmoothing: Double = 0, classWeights: [Double] = [], ignoredClass: Int? = nil
  ) -> Loss {
    Loss(
      CrossEntropyLoss.self, labelSmoothing: labelSmoothing, classWeights: classWeights,
      ignoredClass: ignoredClass)
  }
}
