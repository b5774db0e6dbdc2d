// SPDX-License-Identifier: Apache-2.0

package import SoftmaxCore

/// Chooses the columns of a table that were learnt from, and remembers what the table looked like.
///
/// Columns are found by name whatever their order, without names by place; see ``TableSchema``. Features
/// of another storage have no columns to choose from: they are taken to be in order.
package struct ColumnChoice: PreprocessingKind {
  package static let name = "columns"

  package let settings: TableSchema
  /// What the training table looked like.
  package var schema: TableSchema { settings }

  package init(_ schema: TableSchema) { settings = schema }

  package init(settings: TableSchema, learnt: [String: [Double]]) { self.settings = settings }

  package var learnt: [String: [Double]] { [:] }
  package var isFitted: Bool { true }
  package func fitted(to rows: PreprocessedRows) -> ColumnChoice { self }
  package var description: String { "columns" }
  // A table may have more columns, from which it chooses.
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
