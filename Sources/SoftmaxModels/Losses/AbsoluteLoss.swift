// SPDX-License-Identifier: Apache-2.0

package import SoftmaxCore

/// The absolute (L1) loss of each output by itself.
package struct AbsoluteLoss: ListedLossKind {
  package static let name = "absolute"
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
    kernels.differentiate(rows, ofEachOutput: .absolute)
  }
}

extension Loss {
  /// The absolute (L1) loss |z - t| of the outputs and one-hot or soft targets, the mean over the
  /// outputs and over the samples of a batch.
  ///
  /// Its slope is the sign of z - t, 0 at 0.
  public static let absolute = Loss(AbsoluteLoss.self)

  /// The absolute loss with weights of the classes or an ignored one.
  public static func absolute(classWeights: [Double] = [], ignoredClass: Int? = nil) -> Loss {
    Loss(AbsoluteLoss.self, classWeights: classWeights, ignoredClass: ignoredClass)
  }
}
