// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

// A fitted model as the start of a further training.
extension Classifier {
  /// Returns the steps of the pipeline, which a further training applies unchanged.
  ///
  /// - Throws: `invalidArgument` unless they include all of `wanted`.
  fileprivate func steps(
    including wanted: [PreprocessingStep]
  ) throws(SoftmaxError) -> [PreprocessingStep] {
    let known = pipeline.steps
    if let missing = wanted.first(where: { step in !known.contains { $0.name == step.name } }) {
      throw SoftmaxError(
        .invalidArgument,
        "the start was trained without the step \(missing.name), which is asked for here",
        remedy: "leave the step out, or begin anew")
    }
    return known
  }
}

extension TrainingData {
  /// Creates the rows of a training that may go on from a model, whose classes are matched by name and whose
  /// pipeline is applied unchanged.
  init(
    _ dataset: LabeledDataset, startingFrom model: Classifier?, validation: Validation,
    preprocessing: [PreprocessingStep], seed: UInt64
  ) throws(SoftmaxError) {
    try model?.validateSingleMember("to train it further")
    guard let model else {
      try self.init(dataset, validation: validation, preprocessing: preprocessing, seed: seed)
      return
    }
    try self.init(
      dataset.matching(classNames: model.classNames), validation: validation,
      preprocessing: model.steps(including: preprocessing), seed: seed)
  }
}

extension Sequential {
  /// Copies the parameters of a fitted model, and which of its layers are frozen.
  mutating func takeParameters(of model: Classifier) throws(SoftmaxError) {
    let old = model.network
    let isSame = layers.map(\.configuration) == old.layers.map(\.configuration)
    guard isSame, inputCount == old.inputCount else {
      throw SoftmaxError(
        .invalidArgument, "the start has other layers than this estimator makes",
        remedy: "use the estimator that made it, or begin anew")
    }
    for (index, layer) in old.layers.enumerated() {
      for tensor in layer.tensors {
        try setValues(tensor.values, of: tensor.name, inLayer: index)
      }
      layers[index].isFrozen = layer.isFrozen
    }
  }
}
