// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// How the networks of a bag are made and trained.
struct NetworkRecipe: Sendable {
  /// The name of the kind of model.
  let name: String
  /// The step that scales the features.
  let scaling: PreprocessingStep
  /// The layers behind the features, for a number of classes.
  let layers: @Sendable (_ classCount: Int) -> [any Layer]
  /// The optimizer of a training of so many epochs.
  let optimizer: @Sendable (_ epochCount: Int) -> Optimizer
  let l2Penalty: Double
  let batchSize: Int
  /// The number of epochs; fewer where many rows would take too long, but not less than the least.
  let epochCounts: ClosedRange<Int>
  /// The multiplications and additions of all networks up to which they are trained for the most epochs, by default.
  let greatestOperationCount: Double
  /// Whether the first parameters are drawn from the features of some rows.
  let startsFromFeatures: Bool
  /// Whether a network keeps its best epoch by the fold that it does not learn from.
  let keepsBestEpoch: Bool

  /// Networks of three hidden layers.
  ///
  /// Source: Holzmüller, Grinsztajn and Steinwart, "Better by default: strong pre-tuned MLPs and boosted trees on
  /// tabular data", NeurIPS 2024: the layers, the start, the rates and the schedule of RealMLP, without label smoothing
  /// and embeddings of numbers.
  static let deep = NetworkRecipe(
    name: "networks", scaling: .robustScale,
    layers: { classCount in
      var layers: [any Layer] = [Scaling()]
      for _ in 0..<3 { layers += [Dense(128), ParametricActivation(.selu), Dropout(0.15)] }
      return layers + [Dense(classCount, activation: .softmax)]
    }, optimizer: { .adamWByTensor().scheduled(.coslog4(over: .epochs($0))) }, l2Penalty: 0,
    batchSize: 256, epochCounts: 16...128, greatestOperationCount: 2e12, startsFromFeatures: true,
    keepsBestEpoch: true)

  /// Networks of one hidden layer, which few steps train: with the layer, the optimizer, the batches and the epochs of
  /// scikit-learn's `MLPClassifier`, but without its early end.
  ///
  /// On few rows of many columns they are often better than ``deep`` ones, elsewhere often worse, and other mistakes than
  /// theirs make a better average.
  static let shallow: NetworkRecipe = {
    let preset = TrainingPreset.scikitLearn
    return NetworkRecipe(
      name: "shallow networks", scaling: .standardize,
      layers: { classCount in
        preset.hiddenUnits.map {
          Dense($0, activation: .relu, initializer: preset.initializer)
        } + [Dense(classCount, activation: .softmax, initializer: preset.initializer)]
      }, optimizer: { _ in preset.adam() }, l2Penalty: preset.l2Penalty,
      batchSize: preset.batchSize, epochCounts: preset.epochs...preset.epochs,
      greatestOperationCount: 2e11, startsFromFeatures: false, keepsBestEpoch: false)
  }()
}
