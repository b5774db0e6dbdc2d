// SPDX-License-Identifier: Apache-2.0

package import SoftmaxCore

/// The rows of a training as its network sees them: split first, then through a pipeline that has
/// learnt from the rows to learn from alone.
package struct TrainingData {
  /// The rows to learn from.
  package let training: LabeledDataset
  /// The rows to validate by.
  package let validation: LabeledDataset?
  /// What was done to the features of both.
  package let pipeline: Pipeline

  /// Splits and prepares a data set.
  ///
  /// - Parameters:
  ///   - dataset: the rows as they were read.
  ///   - validation: what to validate by, as it was read.
  ///   - steps: what to do to the features, fitted or to be fitted.
  ///   - seed: what rows to hold back are drawn from.
  /// - Throws: as `LabeledDataset.split(validationFraction:seed:)` and ``Pipeline/init(_:fittedTo:)``; an
  ///   error of a row names its row in `dataset`.
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
    // Rows that were split have other numbers: the whole data set says which row it is.
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
