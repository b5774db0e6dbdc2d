// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import SoftmaxKit

/// The options for the loss that training minimizes.
struct LossOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      What training makes small: \(KindOption.names(LossKinds.all)) (default: cross-entropy). \
      squared, absolute and huber compare the outputs with 1 for the right class and 0 for the \
      others; hinge is that of support vector machines; one-vs-rest tells each class from the rest by itself, \
      in a linear model each as a logistic regression of its own.
      """, valueName: "loss"),
    transform: { try KindOption($0, of: LossKinds.all, noun: "loss") })
  var loss: KindOption?

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
      """
      How much each class counts: balanced, or some by name, such as cat=2,dog=0.5; a name with a \
      comma in double quotes.
      """, valueName: "weights"), transform: ClassWeights.init)
  var classWeights: ClassWeights?

  private var kind: any ListedLossKind.Type {
    LossKinds.all.first { $0 == loss?.kind } ?? CrossEntropyLoss.self
  }

  /// Whether the loss is cross-entropy between classes that exclude each other.
  var isCrossEntropy: Bool { kind == CrossEntropyLoss.self }

  /// Whether no option changes the loss.
  var isPlain: Bool { isCrossEntropy && labelSmoothing == nil && classWeights == nil }

  /// Whether solvers minimize the loss of a linear model.
  var isSolved: Bool { isCrossEntropy || kind == OneVsRestLoss.self }

  private var values: SettingValues {
    var values = loss?.values ?? [:]
    if let huberDelta { values[HuberLoss.delta] = .number(huberDelta) }
    if let hingeMargin { values[MultiClassHingeLoss.margin] = .number(hingeMargin) }
    return values
  }

  func validate() throws {
    if case .named(let named)? = classWeights {
      for (name, weight) in named where !(weight.isFinite && weight >= 0) {
        throw ValidationError(
          "--class-weights: a weight must be finite and at least 0, got \(weight) for "
            + name.debugDescription)
      }
    }
    if let labelSmoothing {
      let takers = LossKinds.all.filter { Loss($0).kind.smoothing != nil }
      guard takers.contains(where: { $0 == kind }) else {
        throw ValidationError("--label-smoothing is for --loss \(KindOption.names(takers, "and"))")
      }
      guard labelSmoothing >= 0, Float(labelSmoothing) < 1 else {
        throw ValidationError("--label-smoothing must be in 0..<1, got \(labelSmoothing)")
      }
    }
    try validate("--huber-delta", huberDelta, HuberLoss.delta, of: HuberLoss.self)
    try validate(
      "--hinge-margin", hingeMargin, MultiClassHingeLoss.margin, of: MultiClassHingeLoss.self)
    do {
      try Loss(kind, values).validateKind()
    } catch {
      throw ValidationError("--loss \(loss?.text ?? ""): \(error)")
    }
  }

  private func validate(
    _ name: String, _ value: Double?, _ setting: Setting, of wanted: any ListedLossKind.Type
  ) throws {
    guard let value else { return }
    guard kind == wanted else {
      throw ValidationError("\(name) is for --loss \(wanted.spelling)")
    }
    guard loss?.values.has(setting) != true else {
      throw ValidationError("\(name) says again what --loss \(loss?.text ?? "") says")
    }
    do {
      try setting.validate(.number(value))
    } catch {
      throw ValidationError("\(name): \(error)")
    }
  }

  /// Returns the loss with its settings; balanced class weights are computed from the data set.
  func loss(for dataset: LabeledDataset) throws(SoftmaxError) -> Loss {
    Loss(
      kind, values, labelSmoothing: labelSmoothing ?? 0,
      classWeights: try classWeights?.weights(for: dataset) ?? [])
  }
}
