// SPDX-License-Identifier: Apache-2.0
import SoftmaxCore

/// Which arrays of NumPy's hold the features and the labels; what is left out is found by its name.
///
/// Each is the name of an array in the NPZ file that is read, or the path of an NPY file. Known names are
/// `x`, `features`, `embeddings`, `images`, `inputs` and `data`, for labels `y`, `label`, `labels`,
/// `target` and `targets`, with `_train` and `_test` after or `train_` and `test_` before for the parts of
/// a data set; capital or small. ``DatasetSplit/note`` says what was found.
///
/// ```swift
/// let split = try DatasetReference("mails.npz")
///   .load(arrays: ArrayChoice(features: "sentence_vectors", labels: "folder"))
/// ```
public struct ArrayChoice: Hashable, Sendable {
  /// The array of the features, a row for each sample.
  public var features: String?
  /// The array of the labels, an integer or a text for each sample.
  public var labels: String?

  /// Chooses arrays.
  public init(features: String? = nil, labels: String? = nil) {
    self.features = features
    self.labels = labels
  }

  /// Throws `invalidArgument` where arrays are chosen, of data that have none.
  func validateIsEmpty(of path: String) throws(SoftmaxError) {
    guard features != nil || labels != nil else { return }
    throw SoftmaxError(
      .invalidArgument, "has no arrays to choose from",
      remedy: "leave out --features and --labels (ArrayChoice), which are for NPZ and NPY files",
      at: .file(path: path, offset: nil))
  }
}
