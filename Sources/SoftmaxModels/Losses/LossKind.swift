// SPDX-License-Identifier: Apache-2.0

package import SoftmaxCore

/// What a loss says of itself: what it takes the outputs for, its targets, its arithmetic.
///
/// All of a loss stands in its own file; nobody else knows which losses there are, but for
/// `LossKinds`, the list of those that have a name of the library's. Nothing here has a default, so
/// whatever a new loss forgets to say does not compile.
package protocol LossKind: Sendable {
  /// The name, as a saved model has it.
  var name: String { get }

  /// What it takes a network's outputs for.
  var outputs: LossOutputs { get }

  /// Whether an output can be a yes or no by itself: one output for two classes, or several of which
  /// any number apply.
  var takesIndependentOutputs: Bool { get }

  /// How smoothing spreads a target; nil where targets cannot be smoothed.
  var smoothing: LabelSmoothing? { get }

  /// Whether the weight of a class is that of the class's own term, in the targets, rather than that of
  /// the rows that are of the class.
  var weighsTerms: Bool { get }

  /// Whether a row's loss is the mean over the outputs of what `differentiate` sums up.
  var isMeanOverOutputs: Bool { get }

  /// Throws `invalidArgument` for targets that it cannot be taken of, though they fit the outputs.
  func validate(_ targets: Targets) throws(SoftmaxError)

  /// Sets the loss of each row, and the gradient of each row times its scale.
  ///
  /// Rows of scale 0 count nothing: their loss and gradient become 0, whatever their outputs are.
  func differentiate(_ rows: LossPart, with kernels: Kernels)
}

/// A loss that is made of settings.
package typealias ListedLossKind = LossKind & Configurable

/// The losses that have a name of the library's.
package enum LossKinds {
  /// All of them.
  package static let all: [any ListedLossKind.Type] = [
    CrossEntropyLoss.self, BinaryCrossEntropyLoss.self, SquaredLoss.self, AbsoluteLoss.self,
    HuberLoss.self, MultiClassHingeLoss.self,
  ]
}

extension LossKind where Self: Configurable {
  package var name: String { Self.name }
}

/// What a loss takes a network's outputs for.
package enum LossOutputs: Hashable, Sendable {
  /// What a function turns into probabilities; a network may end in the function.
  case logits(OutputFunction)
  /// Numbers as they are, which a function turns into probabilities once the network is trained; a
  /// network ends in none.
  case values(OutputFunction)
  /// What a function of the user's own takes them for.
  case anything
}

/// Over what smoothing spreads a part of a target.
package enum LabelSmoothing: Hashable, Sendable {
  /// Over all classes: t becomes (1 - a) t + a / classes.
  case overClasses
  /// Over yes and no, each output by itself: t becomes (1 - a) t + a / 2.
  case overYesAndNo
}

/// Some rows of a batch on their way from outputs to losses and gradients.
package struct LossPart {
  /// [rows, outputs], before a softmax or a sigmoid.
  let outputs: MatrixView
  /// [rows, outputs], smoothed, with the weights of their terms.
  let targets: MatrixView
  /// The sum of each row's targets.
  let masses: VectorView<Float>
  /// The class of each row.
  let labels: VectorView<Int32>
  /// What each row's gradient is multiplied by.
  let scales: VectorView<Float>
  /// Takes each row's loss.
  let losses: VectorView<Float>
  /// Takes each row's gradient: [rows, outputs].
  let gradient: MatrixView
}

extension Kernels {
  /// Each row's sum of a loss over its outputs, and its gradient.
  func differentiate(_ rows: LossPart, ofEachOutput loss: OutputLoss) {
    differentiate(
      loss, outputs: rows.outputs, targets: rows.targets, scales: rows.scales,
      losses: rows.losses, gradient: rows.gradient)
  }
}
