// SPDX-License-Identifier: Apache-2.0

package import SoftmaxCore

/// The sum over the classes of the binary cross-entropy of the class against the rest.
package struct OneVsRestLoss: ListedLossKind {
  package static let name = "one-vs-rest"
  package static let spelling = name
  package static let settings: [Setting] = []

  package init(_ values: SettingValues) {}

  package var outputs: LossOutputs { .logits(.oneVsRest) }
  package var takesIndependentOutputs: Bool { false }
  package var smoothing: LabelSmoothing? { nil }
  package var weighsTerms: Bool { false }
  package var isMeanOverOutputs: Bool { false }

  package func validate(_ targets: Targets) {}

  package func differentiate(_ rows: LossPart, with kernels: Kernels) {
    kernels.differentiate(rows, ofEachOutput: .binaryCrossEntropy)
  }
}

extension Loss {
  /// Returns the loss of one class against the rest: binary cross-entropy from logits, summed over the classes.
  ///
  /// A sample with logits z and targets t has the loss sum over j of ln(1 + exp z_j) - t_j z_j, where t is one-hot
  /// for a label; the derivative is sigmoid(z_j) - t_j. So an output learns by itself to tell its class from the
  /// others, and the parameters of a linear layer fall into one logistic regression for each class. The
  /// probability of a class is the share of its sigmoid in the sum of all (``OutputFunction/oneVsRest``).
  ///
  /// ```swift
  /// let model = try SoftmaxRegression(loss: .oneVsRest()).fitted(to: digits.training)
  /// ```
  ///
  /// - Parameters:
  ///   - classWeights: the weight of the samples of each class, by index, in all of the binary problems.
  ///   - ignoredClass: the class whose samples have the weight 0.
  public static func oneVsRest(classWeights: [Double] = [], ignoredClass: Int? = nil) -> Loss {
    Loss(OneVsRestLoss.self, classWeights: classWeights, ignoredClass: ignoredClass)
  }

  /// Whether each class is told from the rest by itself.
  package var isOneVsRest: Bool { kind is OneVsRestLoss }
}
