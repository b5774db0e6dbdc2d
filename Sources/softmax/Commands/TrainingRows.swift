// SPDX-License-Identifier: Apache-2.0

import SoftmaxKit

/// The rows of a training, and what is done to their features first.
struct TrainingRows {
  /// The rows to learn from, as the network sees them.
  let training: LabeledDataset
  /// The rows that `--validation` holds back, as the network sees them.
  let validation: LabeledDataset?
  /// The same as they were read.
  let unpreparedValidation: LabeledDataset?
  /// What `--standardize` does to the features, learnt from the rows to learn from alone.
  let standardization: Standardization?
  /// What a byte feature is multiplied with; nil for numbers as they are.
  let byteScale: Float?

  init(_ whole: LabeledDataset, for command: TrainCommand) throws(SoftmaxError) {
    let read = try Self.split(whole, for: command)
    unpreparedValidation = read.validation
    byteScale = whole.features.byteScale
    guard command.standardize else {
      (training, validation) = read
      standardization = nil
      return
    }
    let standardization = try Standardizer().fitted(to: read.training.features)
    // Split again, and the same way: so errors name the rows of the table.
    (training, validation) = try Self.split(standardization.standardized(whole), for: command)
    self.standardization = standardization
  }

  private static func split(
    _ whole: LabeledDataset, for command: TrainCommand
  ) throws(SoftmaxError) -> (training: LabeledDataset, validation: LabeledDataset?) {
    guard let fraction = command.watching.validation else { return (whole, nil) }
    let (training, validation) = try whole.split(
      validationFraction: fraction, seed: command.training.seed)
    return (training, validation)
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

  /// A classifier of the rows as they were read.
  func classifier(
    _ network: Sequential, record: TrainingRecord? = nil
  ) throws(SoftmaxError) -> Classifier {
    let classifier = try Classifier(network: network, trainedOn: training, record: record)
    guard let standardization else { return classifier }
    return try classifier.standardizing(by: standardization, byteScale: byteScale)
  }
}
