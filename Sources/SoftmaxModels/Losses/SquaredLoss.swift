// SPDX-License-Identifier: Apache-2.0

package import SoftmaxCore

/// The squared loss of each output by itself.
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
  /// The squared loss (z - t)^2 / 2 of the outputs and one-hot or soft targets, the mean over the
  /// outputs and over the samples of a batch.
  ///
  /// With the half of "Dive into Deep Learning", so that the slope is z - t; Keras' and PyTorch's
  /// mean squared error is twice as large.
  public static let squared = Loss(SquaredLoss.self)

  /// The squared loss with weights of the classes or an ignored one.
  public static func squared(classWeights: [Double] = [], ignoredClass: Int? = nil) -> Loss {
    Loss(SquaredLoss.self, classWeights: classWeights, ignoredClass: ignoredClass)
  }
}
