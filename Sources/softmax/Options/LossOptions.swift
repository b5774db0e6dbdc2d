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
      "From which error on huber grows as absolute does (default: 1).", valueName: "x"))
  var huberDelta: Double?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "By how much hinge wants the right class to be ahead (default: 1).", valueName: "x"))
  var hingeMargin: Double?

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
    try validate("--huber-delta", huberDelta, of: .huber)
    try validate("--hinge-margin", hingeMargin, of: .hinge)
  }

  private func validate(_ name: String, _ value: Double?, of kind: LossKind) throws {
    guard let value else { return }
    guard loss == kind else { throw ValidationError("\(name) is for --loss \(kind.rawValue)") }
    guard value > 0, Float(value) > 0, Float(value).isFinite else {
      throw ValidationError("\(name) must be a float greater than 0, got \(value)")
    }
  }

  /// The loss with its settings for a data set.
  func loss(for dataset: LabeledDataset) throws(SoftmaxError) -> Loss {
    loss.loss(
      labelSmoothing: labelSmoothing ?? 0, delta: huberDelta ?? 1, margin: hingeMargin ?? 1,
      classWeights: try classWeights?.weights(for: dataset) ?? [])
  }
}
