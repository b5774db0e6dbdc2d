// SPDX-License-Identifier: Apache-2.0

import SoftmaxKit

/// The rows of a training, and what is done to their features first.
struct TrainingRows {
  /// The rows to learn from.
  let training: LabeledDataset
  /// The rows that `--validation` holds back.
  let validation: LabeledDataset?
  /// What `--standardize` does to the features, learnt from the rows to learn from alone.
  let standardization: Standardization?

  init(_ whole: LabeledDataset, for command: TrainCommand) throws(SoftmaxError) {
    if let fraction = command.watching.validation {
      (training, validation) = try whole.split(
        validationFraction: fraction, seed: command.training.seed)
    } else {
      (training, validation) = (whole, nil)
    }
    standardization =
      command.standardize ? try Standardizer().fitted(to: training.features) : nil
  }

  /// Throws where a checkpoint saw standardized features and this training does not, or the reverse.
  func validate(_ checkpoint: Checkpoint?) throws(SoftmaxError) {
    guard let checkpoint,
      (checkpoint.standardization == nil) != (standardization == nil)
    else { return }
    let word = standardization == nil ? "with" : "without"
    throw SoftmaxError(
      .invalidArgument,
      "the checkpoint is one of a training \(word) --standardize",
      remedy: "go on \(word) --standardize, or begin anew without the checkpoint")
  }

  /// What a byte feature is multiplied with; nil for numbers as they are.
  var byteScale: Float? { training.features.byteScale }

  /// Both as the network sees them.
  func prepared() throws(SoftmaxError) -> (training: LabeledDataset, validation: LabeledDataset?) {
    guard let standardization else { return (training, validation) }
    return (
      try standardization.standardized(training),
      try validation.map { rows throws(SoftmaxError) in try standardization.standardized(rows) }
    )
  }

  /// A classifier of the rows as they were read.
  func classifier(
    _ network: Sequential, record: TrainingRecord? = nil
  ) throws(SoftmaxError) -> Classifier {
    let classifier = try Classifier(network: network, trainedOn: training, record: record)
    guard let standardization else { return classifier }
    return try classifier.standardizing(by: standardization, byteScale: byteScale)
  }
}
