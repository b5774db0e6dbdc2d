// SPDX-License-Identifier: Apache-2.0
import SoftmaxCore

/// The choice of the NumPy arrays that hold features and labels; arrays that are nil are found by name.
///
/// A value is the name of an array in the NPZ file, or the path of another NPY file. The known names of
/// features are `x`, `features`, `embeddings`, `images`, `inputs` and `data`; those of labels are `y`,
/// `label`, `labels`, `target` and `targets`. For the parts of a data set they have the suffix `_train`
/// or `_test`, or the prefix `train_` or `test_`. Names are matched without regard to case. An array of
/// texts named `classes`, `class_names`, `label_names` or `target_names` holds the names of the classes
/// 0, 1, 2, .... ``DatasetSplit/note`` describes which arrays were found.
///
/// ```swift
/// let split = try DatasetReference("mails.npz")
///   .load(arrays: ArrayChoice(features: "sentence_vectors", labels: "folder"))
/// ```
public struct ArrayChoice: Hashable, Sendable {
  /// The array of the features, with one row per sample; nil to find it by name.
  public var features: String?
  /// The array of the labels, with one integer or text per sample; nil to find it by name.
  public var labels: String?
  /// Whether a value can be the path of a file.
  ///
  /// The rows of a file belong to the rows of one data set, so it is false for a second data set.
  package var acceptsFiles = true

  /// Creates a choice of arrays.
  public init(features: String? = nil, labels: String? = nil) {
    self.features = features
    self.labels = labels
  }

  /// Throws `invalidArgument` if arrays are chosen; called for data that have no arrays.
  func validateIsEmpty(of path: String) throws(SoftmaxError) {
    guard features != nil || labels != nil else { return }
    throw SoftmaxError(
      .invalidArgument, "has no arrays to choose from",
      remedy: "leave out --features and --labels (ArrayChoice), which are for NPZ and NPY files",
      at: .file(path: path, offset: nil))
  }
}
