// SPDX-License-Identifier: Apache-2.0

package import SoftmaxCore

/// The hinge loss of support vector machines for several classes.
package struct MultiClassHingeLoss: ListedLossKind {
  package static let name = "multi-class-hinge"
  package static let spelling = "hinge"
  package static let margin = Setting.number("margin", "the margin", usual: 1, .positive)
  package static let settings = [margin]

  private let margin: Float

  package init(_ values: SettingValues) { margin = Float(values.number(Self.margin)) }

  package var outputs: LossOutputs { .values(.softmax) }
  package var takesIndependentOutputs: Bool { false }
  package var smoothing: LabelSmoothing? { nil }
  package var weighsTerms: Bool { false }
  package var isMeanOverOutputs: Bool { true }

  package func validate(_ targets: Targets) throws(SoftmaxError) {
    guard case .distributions(let distributions) = targets else { return }
    for row in 0..<distributions.rowCount
    where distributions.row(row).count(where: { $0 == 1 }) != 1 {
      throw SoftmaxError(
        .invalidArgument, "\(name) needs one class for each sample, got a soft target",
        remedy: "use labels or one-hot rows, or another loss", at: .row(row, column: nil))
    }
  }

  package func differentiate(_ rows: LossPart, with kernels: Kernels) {
    kernels.multiClassHinge(
      outputs: rows.outputs, labels: rows.labels, margin: margin, scales: rows.scales,
      losses: rows.losses, gradient: rows.gradient)
  }
}

extension Loss {
  /// Returns the multi-class hinge loss of support vector machines, in the form of Weston and Watkins.
  ///
  /// The loss of a sample with outputs z and label y is the sum over j other than y of max(0, margin - z_y +
  /// z_j), divided by the number of classes. It is PyTorch's `MultiMarginLoss` with p = 1, except that
  /// PyTorch divides the sum over a batch by the number of samples even with class weights. Targets are
  /// labels or one-hot distributions. Source: Weston and Watkins, "Support vector machines for multi-class
  /// pattern recognition", ESANN 1999.
  public static func multiClassHinge(
    margin: Double = 1, classWeights: [Double] = [], ignoredClass: Int? = nil
  ) -> Loss {
    Loss(
      MultiClassHingeLoss.self, [MultiClassHingeLoss.margin: .number(margin)],
      classWeights: classWeights, ignoredClass: ignoredClass)
  }
}
