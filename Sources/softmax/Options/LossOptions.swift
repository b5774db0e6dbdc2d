// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import SoftmaxKit

/// What training makes small.
struct LossOptions: ParsableArguments {
  @Option(
    help: """
      What training makes small. squared, absolute and huber compare the outputs with 1 for the right \
      class and 0 for the others; hinge is that of support vector machines.
      """)
  var loss = LossKind.crossEntropy

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "How much of each target is spread evenly, for the cross-entropies (default: 0).",
      valueName: "x"))
  var labelSmoothing: Double?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "How much each class counts: balanced, or some by name, such as cat=2,dog=0.5.",
      valueName: "weights"))
  var classWeights: ClassWeights?

  func validate() throws {
    if case .named(let named)? = classWeights {
      for (name, weight) in named where !(weight.isFinite && weight >= 0) {
        throw ValidationError(
          "--class-weights: a weight must be finite and at least 0, got \(weight) for "
            + name.debugDescription)
      }
    }
    if let labelSmoothing {
      guard loss.takesLabelSmoothing else {
        throw ValidationError(
          "--label-smoothing is for --loss cross-entropy and binary-cross-entropy")
      }
      guard labelSmoothing >= 0, Float(labelSmoothing) < 1 else {
        throw ValidationError("--label-smoothing must be in 0..<1, got \(labelSmoothing)")
      }
    }
  }

  /// The loss with its settings for a data set.
  func loss(for dataset: LabeledDataset) throws(SoftmaxError) -> Loss {
    loss.loss(
      labelSmoothing: labelSmoothing ?? 0,
      classWeights: try classWeights?.weights(for: dataset) ?? [])
  }
}
