// SPDX-License-Identifier: Apache-2.0

package import SoftmaxCore

/// The squared loss, applied to each output separately.
package struct SquaredLoss: ListedLossKind {
  package static let name = "squared"
  package static let spelling = name
  package static let settings: [Setting] = []

  package init(_ values: SettingValues) {}

  package var outputs: LossOutputs { .values(.normalized) }
  package var takesIndependentOutputs: Bool { false }
  package var smoothing: LabelSmoothing? { nil }
  package var weighsTerms: Bool { false }
  package var isMeanOverOutputs: Bool { true }

  package func validate(_ targets: Targets) {}

  package func differentiate(_ rows: LossPart, with kernels: Kernels) {
    kernels.differentiate(rows, ofEachOutput: .squared)
  }
}

extension Loss {
  /// The squared loss (z - t)^2 / 2 of output z and target t.
  ///
  /// Targets are one-hot or soft. The loss of a batch is the mean over outputs and samples. The factor 1/2,
  /// as in "Dive into Deep Learning", makes the derivative z - t; the mean squared error of Keras and PyTorch
  /// is twice as large.
  public static let squared = Loss(SquaredLoss.self)

  /// Returns the squared loss with class weights or an ignored class.
  public static func squared(classWeights: [Double] = [], ignoredClass: Int? = nil) -> Loss {
    Loss(SquaredLoss.self, classWeights: classWeights, ignoredClass: ignoredClass)
  }
}
