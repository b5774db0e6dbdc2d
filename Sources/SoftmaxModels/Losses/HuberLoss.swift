// SPDX-License-Identifier: Apache-2.0

package import SoftmaxCore

/// Huber's robust loss, applied to each output separately.
package struct HuberLoss: ListedLossKind {
  package static let name = "huber"
  package static let spelling = name
  package static let delta = Setting.number("delta", "Huber's delta", usual: 1, .positive)
  package static let settings = [delta]

  private let delta: Float

  package init(_ values: SettingValues) { delta = Float(values.number(Self.delta)) }

  package var outputs: LossOutputs { .values(.normalized) }
  package var takesIndependentOutputs: Bool { false }
  package var smoothing: LabelSmoothing? { nil }
  package var weighsTerms: Bool { false }
  package var isMeanOverOutputs: Bool { true }

  package func validate(_ targets: Targets) {}

  package func differentiate(_ rows: LossPart, with kernels: Kernels) {
    kernels.differentiate(rows, ofEachOutput: .huber(delta: delta))
  }
}

extension Loss {
  /// Returns Huber's robust loss of the outputs and one-hot or soft targets.
  ///
  /// With e = z - t, the loss of an output is e^2 / 2 if |e| <= delta, else delta (|e| - delta / 2). The loss
  /// of a batch is the mean over outputs and samples. Source: Huber, "Robust estimation of a location
  /// parameter", 1964.
  public static func huber(
    delta: Double = 1, classWeights: [Double] = [], ignoredClass: Int? = nil
  ) -> Loss {
    Loss(
      HuberLoss.self, [HuberLoss.delta: .number(delta)], classWeights: classWeights,
      ignoredClass: ignoredClass)
  }
}
