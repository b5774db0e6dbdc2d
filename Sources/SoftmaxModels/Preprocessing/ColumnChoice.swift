// SPDX-License-Identifier: Apache-2.0

package import SoftmaxCore

/// A step that selects the feature columns of a table, and stores the schema of the training table.
///
/// Columns are found by name in any order, or by position if the table has no names; see ``TableSchema``.
/// Features that are not a table must have exactly the columns of the training data, in the same order.
package struct ColumnChoice: PreprocessingKind {
  package static let name = "columns"

  package let settings: TableSchema
  /// The schema of the training table.
  package var schema: TableSchema { settings }

  package init(_ schema: TableSchema) { settings = schema }

  package init(settings: TableSchema, learnt: [String: [Double]]) { self.settings = settings }

  package var learnt: [String: [Double]] { [:] }
  package var isFitted: Bool { true }
  package func fitted(to rows: PreprocessedRows) -> ColumnChoice { self }
  package var description: String { "columns" }
  // The number of columns that come in is not checked: a table may have more than are selected.
  package func columnCount(from count: Int?) -> Int? { schema.features.count }

  package var action: PreprocessingAction {
    .arrange { features throws(SoftmaxError) in
      if let table = features.table { return .columns(try schema.features(of: table)) }
      guard features.columnCount == schema.features.count else {
        throw SoftmaxError(
          .shapeMismatch,
          "the model takes \(schema.features.count) features; got \(features.columnCount)")
      }
      return features
    }
  }
}
