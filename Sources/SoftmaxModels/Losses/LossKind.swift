// SPDX-License-Identifier: Apache-2.0

package import SoftmaxCore

/// The definition of a loss: its interpretation of the outputs, its targets and its arithmetic.
///
/// Everything about a loss is in one file. Other code does not refer to particular losses, except for the
/// list `LossKinds`, which has all losses of the library, and the fast path for plain cross-entropy. No
/// requirement has a default implementation, so the compiler reports whatever a new loss leaves out.
package protocol LossKind: Sendable {
  /// The name as stored in a saved model.
  var name: String { get }

  /// The interpretation of the outputs of a network.
  var outputs: LossOutputs { get }

  /// Whether each output can be a separate yes-or-no decision: a single output for two classes, or
  /// multi-label targets.
  var takesIndependentOutputs: Bool { get }

  /// The way in which smoothing changes a target; nil if targets cannot be smoothed.
  var smoothing: LabelSmoothing? { get }

  /// Whether class weights multiply each term of the loss, through the targets, instead of the whole loss of
  /// a row.
  ///
  /// For a soft target the two differ: each class's term then has the weight of that class.
  var weighsTerms: Bool { get }

  /// Whether the loss of a row is the mean over the outputs. `differentiate` writes the sum over the outputs;
  /// the caller divides.
  var isMeanOverOutputs: Bool { get }

  /// Throws `invalidArgument` for targets that fit the outputs but that the loss is not defined for.
  func validate(_ targets: Targets) throws(SoftmaxError)

  /// Writes the loss of each row, and the gradient of each row times the scale of the row.
  ///
  /// A row of scale 0 has the loss 0 and the gradient 0, even if its outputs are not finite.
  func differentiate(_ rows: LossPart, with kernels: Kernels)
}

/// A loss of the library, which is created from its settings.
package typealias ListedLossKind = LossKind & Configurable

/// The losses of the library.
package enum LossKinds {
  /// All losses that can be found by name.
  package static let all: [any ListedLossKind.Type] = [
    CrossEntropyLoss.self, BinaryCrossEntropyLoss.self, SquaredLoss.self, AbsoluteLoss.self,
    HuberLoss.self, MultiClassHingeLoss.self, OneVsRestLoss.self,
  ]
}

extension LossKind where Self: Configurable {
  package var name: String { Self.name }
}

/// The interpretation of a network's outputs by a loss.
package enum LossOutputs: Hashable, Sendable {
  /// Logits, which the function turns into probabilities. The network may end in the function.
  case logits(OutputFunction)
  /// Values that the loss uses without a softmax or sigmoid. The network must not end in either; the function
  /// turns the values into probabilities in prediction.
  case values(OutputFunction)
  /// Outputs that a custom loss interprets. The network may end in any function.
  case anything
}

/// The targets over which smoothing spreads a fraction `a` of each target.
package enum LabelSmoothing: Hashable, Sendable {
  /// Over all classes: t becomes (1 - a) t + a / classes.
  case overClasses
  /// Over yes and no, for each output separately: t becomes (1 - a) t + a / 2.
  case overYesAndNo
}

/// The views of some rows of a batch from which a loss reads outputs and targets, and to which it writes
/// losses and gradients.
package struct LossPart {
  /// [rows, outputs], before a softmax or sigmoid.
  let outputs: MatrixView
  /// [rows, outputs], after smoothing and multiplication by the class weights of the terms.
  let targets: MatrixView
  /// The sum of each row's targets.
  let targetSums: VectorView<Float>
  /// The class of each row.
  let labels: VectorView<Int32>
  /// The factor of each row's gradient, which contains its weight and the divisor of the mean.
  let scales: VectorView<Float>
  /// Receives the loss of each row.
  let losses: VectorView<Float>
  /// Receives the gradient of each row: [rows, outputs].
  let gradient: MatrixView
}

extension Kernels {
  /// Writes the sum of a loss over the outputs of each row, and its gradient.
  func differentiate(_ rows: LossPart, ofEachOutput loss: OutputLoss) {
    differentiate(
      loss, outputs: rows.outputs, targets: rows.targets, scales: rows.scales,
      losses: rows.losses, gradient: rows.gradient)
  }
}
