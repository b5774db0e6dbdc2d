// SPDX-License-Identifier: Apache-2.0

import SoftmaxKit

/// What is known of the data before they are read, from a model or from the data that it learns from.
struct KnownInputs {
  /// The classes of a table, if they include all of its labels.
  var classNames: [String]?
  /// The table that the model was trained on.
  var schema: TableSchema?
  /// The columns of sparse rows.
  var columns: SVMLightFormat?
  /// The shape of a row, such as that of a picture.
  var shape: [Int]?

  /// Nothing is known.
  init() {}

  init(of classifier: Classifier) {
    classNames = classifier.classNames
    schema = classifier.table
    columns = SVMLightFormat(
      columnCount: classifier.network.inputCount,
      firstIndex: classifier.pipeline.firstColumnNumber)
    shape = classifier.network.inputShape
  }

  init(of checkpoint: Checkpoint) {
    classNames = checkpoint.classNames
    schema = checkpoint.pipeline.table
    let network = checkpoint.state.network
    columns = SVMLightFormat(
      columnCount: network.inputCount, firstIndex: checkpoint.pipeline.firstColumnNumber)
    shape = network.inputShape
  }

  init(like dataset: LabeledDataset) {
    classNames = dataset.classNames
    schema = dataset.schema
    columns = SVMLightFormat(like: dataset.features)
    shape = dataset.featureShape
  }
}
