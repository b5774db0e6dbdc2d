// SPDX-License-Identifier: Apache-2.0

package import SoftmaxCore

/// A type that observes the choice of a penalty, on the caller's thread.
///
/// An error that it throws ends the choice.
package protocol PenaltyObserver {
  /// Called before the first fold is solved, with the untrained classifier and the rows to learn from.
  func searchBegins(_ classifier: Classifier, trainedOn dataset: LabeledDataset) throws

  /// Called with the path so far, when a penalty has been solved for all folds.
  func pathAdvances(_ path: PenaltyPath) throws

  /// Called with the whole path, which may come from a checkpoint.
  func penaltyIsChosen(from path: PenaltyPath) throws
}
