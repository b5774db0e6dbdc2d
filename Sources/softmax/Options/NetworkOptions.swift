// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import SoftmaxKit

/// The options for the network's layers.
struct NetworkOptions: ParsableArguments {
  @Option(
    help: """
      linear: one layer, solved to its optimum unless an option is given that only batches have, such as \
      --epochs. mlp: hidden layers before it. auto: for a table, unless an option says how to train, linear \
      models and networks are compared on the same folds and the best are averaged; else mlp.
      """)
  var model = ModelKind.auto

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "The units of the hidden layers, such as 128,64 (default: 128).", valueName: "units"))
  var hidden: HiddenSizes?

  @Option(help: "What hidden layers apply to their outputs (default: relu).")
  var activation: ActivationKind?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Drops this share of each hidden layer's outputs in training.", valueName: "rate"))
  var dropout: Double?

  @Flag(help: "Normalizes each hidden layer over the batch, before its activation.")
  var batchNorm = false

  @Option(
    name: .customLong("init"),
    help:
      "How the weights begin: after Glorot or He, normal, as PyTorch, or all 0 (default: glorot).")
  var initializer: InitializerKind?

  private static let greatestUnitCount = 65_536
  private static let greatestLayerCount = 64

  /// Whether no option says what the network is.
  var isOpen: Bool {
    model == .auto && hidden == nil && activation == nil && dropout == nil && !batchNorm
      && initializer == nil
  }

  /// Returns the numbers of units of the hidden layers; empty for a linear model.
  func hiddenUnits(default units: [Int]) -> [Int] {
    model == .linear ? [] : hidden?.units ?? units
  }

  func validate() throws {
    if model == .linear {
      guard hidden == nil, activation == nil, dropout == nil, !batchNorm else {
        throw ValidationError(
          "--hidden, --activation, --dropout and --batch-norm are for --model mlp; a linear model "
            + "has no hidden layers")
      }
    }
    if let dropout, !(dropout >= 0 && dropout < 1) {
      throw ValidationError("--dropout must be in 0..<1, got \(dropout)")
    }
    let range = 1...Self.greatestUnitCount
    if let wrong = hidden?.units.first(where: { !range.contains($0) }) {
      throw ValidationError("a hidden layer has 1 to \(range.upperBound) units, got \(wrong)")
    }
    if let count = hidden?.units.count, count > Self.greatestLayerCount {
      throw ValidationError(
        "--hidden names at most \(Self.greatestLayerCount) layers, got \(count)")
    }
  }
}
