// SPDX-License-Identifier: Apache-2.0

package import SoftmaxCore

/// The absolute (L1) loss, applied to each output separately.
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
  /// The absolute (L1) loss |z - t| of output z and target t.
  ///
  /// Targets are one-hot or soft. The loss of a batch is the mean over outputs and samples. The derivative
  /// with respect to z is the sign of z - t, and 0 for z = t.
  public static let absolute = Loss(AbsoluteLoss.self)

  /// Returns the absolute loss with class weights or an ignored class.
  public static func absolute(classWeights: [Double] = [], ignoredClass: Int? = nil) -> Loss {
    Loss(AbsoluteLoss.self, classWeights: classWeights, ignoredClass: ignoredClass)
  }
}
