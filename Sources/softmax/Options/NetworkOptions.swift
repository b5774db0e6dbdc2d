// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import SoftmaxKit

/// What the network looks like.
struct NetworkOptions: ParsableArguments {
  @Option(help: "linear: one layer. mlp: hidden layers before it.")
  var model = ModelKind.mlp

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "The units of the hidden layers, such as 128,64 (default: 128).", valueName: "units"))
  var hidden: HiddenSizes?

  @Option(help: "What hidden layers apply to their outputs (default: relu).")
  var activation: ActivationKind?

  @Option(
    name: .customLong("init"),
    help: "How the weights begin: uniform after Glorot or He, or all 0.")
  var initializer = InitializerKind(.glorotUniform)

  private static let greatestUnitCount = 65_536
  private static let greatestLayerCount = 64

  /// The units of the hidden layers, none in a linear model.
  var hiddenUnits: [Int] { model == .linear ? [] : hidden?.units ?? [128] }

  func validate() throws {
    if model == .linear {
      guard hidden == nil, activation == nil else {
        throw ValidationError(
          "--hidden and --activation are for --model mlp; a linear model has no hidden layers")
      }
    }
    let range = 1...Self.greatestUnitCount
    if let wrong = hiddenUnits.first(where: { !range.contains($0) }) {
      throw ValidationError("a hidden layer has 1 to \(range.upperBound) units, got \(wrong)")
    }
    guard hiddenUnits.count <= Self.greatestLayerCount else {
      throw ValidationError(
        "--hidden names at most \(Self.greatestLayerCount) layers, got \(hiddenUnits.count)")
    }
  }

  /// A network with initial weights for a data set.
  func network(
    for dataset: LabeledDataset, trainedBy loss: LossKind, seed: UInt64
  ) throws(SoftmaxError) -> Sequential {
    let function = activation?.activation ?? .relu
    var layers: [any Layer] = [Flatten()]
    for units in hiddenUnits {
      layers.append(Dense(units, activation: function, initializer: initializer.initializer))
    }
    layers.append(
      Dense(
        loss.outputCount(classCount: dataset.classCount), activation: loss.outputActivation,
        initializer: initializer.initializer))
    return try Sequential(input: dataset.featureShape, seed: seed) { layers }
  }
}
