// SPDX-License-Identifier: Apache-2.0

package import SoftmaxCore
package import SoftmaxModels

/// The true class and the weight of each row, by which predictions are judged.
package struct TrueClasses: Sendable {
  /// The index of each row's class.
  package let labels: [Int]
  /// The names of the classes.
  package let classNames: [String]
  /// The weight of each row; nil if all rows have the weight 1.
  package let sampleWeights: [Float]?
  /// A message about how a table was read, such as which column was taken for the classes; nil if nothing was guessed.
  package private(set) var note: String?

  /// Takes the classes of an evaluation.
  package init(of evaluation: Evaluation) {
    (labels, classNames) = (evaluation.labels, evaluation.classNames)
    sampleWeights = evaluation.sampleWeights
  }

  /// Takes the classes of a data set.
  package init(of dataset: LabeledDataset) {
    (labels, classNames) = (dataset.labels, dataset.classNames)
    sampleWeights = dataset.sampleWeights
  }

  /// Takes the classes of a column, in the order in which training has them.
  ///
  /// - Throws: `invalidData` if a class is missing, or a weight is missing or none.
  init(of column: Table.Column, weights: Table.Column?) throws(SoftmaxError) {
    (labels, classNames) = try column.labels(knownClassNames: nil)
    sampleWeights = try weights?.weights()
  }

  /// Reads the classes of a table, which needs no other column.
  ///
  /// - Parameter format: the column of the classes, by default the last, and that of the weights, if any.
  /// - Throws: the errors of ``CSVTable/read(_:as:maximumByteCount:)-(String,_,_)``; `invalidData` if a class is missing.
  package init(in file: DataFile, as format: CSVFormat) throws(SoftmaxError) {
    let columns = try PredictionFile.columns(of: file, as: format)
    var format = format
    // A column alone cannot be the target, since features are expected beside it.
    if columns.count == 1, format.target == nil || format.target == .last {
      format.target = CSVFormat.Target.none
      format.columnTypes = ["1": .category]
    }
    let table = try CSVTable.read(file, as: format)
    let weights = table.schema.columns.firstIndex { $0.role == .weights }
    do throws(SoftmaxError) {
      try self.init(
        of: table.table.columns[table.target ?? 0], weights: weights.map { table.table.columns[$0] }
      )
      if table.target != nil { note = table.note }
    } catch {
      throw error.located(at: .file(path: file.path, offset: nil))
    }
  }
}
