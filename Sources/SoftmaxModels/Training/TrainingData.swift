// SPDX-License-Identifier: Apache-2.0

package import SoftmaxCore

/// The training and validation data as the network sees them: split first, then preprocessed with a
/// pipeline fitted to the training rows alone.
package struct TrainingData {
  /// The training rows.
  package let training: LabeledDataset
  /// The validation rows; nil if there are none.
  package let validation: LabeledDataset?
  /// The fitted pipeline that was applied to both.
  package let pipeline: Pipeline

  /// Creates the data from rows that are split and preprocessed already.
  init(training: LabeledDataset, validation: LabeledDataset?) {
    self.training = training
    self.validation = validation
    pipeline = Pipeline()
  }

  /// Splits and preprocesses a data set.
  ///
  /// - Parameters:
  ///   - dataset: the rows before preprocessing.
  ///   - validation: the validation data before preprocessing.
  ///   - steps: the preprocessing steps, fitted or not.
  ///   - seed: the seed of the split.
  /// - Throws: the errors of `LabeledDataset.split(validationFraction:seed:)` and
  ///   ``Pipeline/init(_:fittedTo:)``; an error in a row reports its index in `dataset`.
  package init(
    _ dataset: LabeledDataset, validation: Validation, preprocessing steps: [PreprocessingStep],
    seed: UInt64
  ) throws(SoftmaxError) {
    var (rows, heldBack): (LabeledDataset, LabeledDataset?) = (dataset, nil)
    switch validation {
    case .none: break
    case .data(let samples):
      heldBack = try samples.matching(classNames: dataset.classNames)
    case .fraction(let fraction):
      (rows, heldBack) = try dataset.split(validationFraction: fraction, seed: seed)
    }
    // After a split the rows have other indices. In case of an error the step is repeated on the whole
    // data set, so the error reports the original index.
    let isSplit = if case .fraction = validation { true } else { false }
    do throws(SoftmaxError) {
      pipeline = try Pipeline(steps, fittedTo: rows)
    } catch {
      if isSplit { _ = try Pipeline(steps, fittedTo: dataset) }
      throw error
    }
    do throws(SoftmaxError) {
      training = try pipeline.apply(to: rows)
      self.validation = if let heldBack { try pipeline.apply(to: heldBack) } else { nil }
    } catch {
      if isSplit { _ = try pipeline.apply(to: dataset.features) }
      throw error
    }
  }
}
