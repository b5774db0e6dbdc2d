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
      logits: rows.outputs, weightedTargets: rows.targets, targetSums: rows.targetSums,
      scales: rows.scales, losses: rows.losses, gradient: rows.gradient)
  }
}

extension Loss {
  /// Softmax cross-entropy from logits, averaged over the samples of a batch.
  ///
  /// The loss of a sample with logits z is ln(sum over k of exp z_k) - z_y for the label y, or the sum over j
  /// of t_j (ln(sum over k of exp z_k) - z_j) for a target distribution t. The gradient with respect to the
  /// logits is softmax(z) - t. The loss is never computed as the logarithm of a rounded probability.
  public static let crossEntropy = Loss(CrossEntropyLoss.self)

  /// Returns softmax cross-entropy from logits with label smoothing, class weights or an ignored class.
  ///
  /// The loss of a sample is the sum over j of w_j t'_j (ln(sum over k of exp z_k) - z_j), with t' = (1 -
  /// smoothing) t + smoothing / classes. The weight of the sample in the mean is the sum over j of w_j t_j,
  /// which is w_y for a label y. For labels the values are PyTorch's, for every combination of options. For
  /// soft targets PyTorch divides by the number of samples, so in PyTorch one-hot rows and labels give
  /// different values.
  ///
  /// - Parameters:
  ///   - labelSmoothing: the fraction of each target that is spread evenly over the classes, in 0..<1.
  ///     Source: Szegedy et al., "Rethinking the Inception architecture for computer vision", 2016.
  ///   - classWeights: the weight of each class, by index; if empty, all classes have the weight 1.
  ///   - ignoredClass: the class whose samples have the weight 0 (Keras: `ignore_class`, PyTorch:
  ///     `ignore_index`). A soft target is ignored only if its whole mass is on the class.
  public static func crossEntropy(
    labelSmoothing: Double = 0, classWeights: [Double] = [], ignoredClass: Int? = nil
  ) -> Loss {
    Loss(
      CrossEntropyLoss.self, labelSmoothing: labelSmoothing, classWeights: classWeights,
      ignoredClass: ignoredClass)
  }
}
