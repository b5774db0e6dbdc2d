// SPDX-License-Identifier: Apache-2.0

package import SoftmaxCore

/// A kind of ``PreprocessingStep``: how it is fitted, applied, saved and loaded.
///
/// To add a kind, write a conforming type in a separate file and add a line to ``PreprocessingStep/kinds``.
package protocol PreprocessingKind: Hashable, Sendable, CustomStringConvertible {
  /// The settings that a file stores; the measured values are stored separately, as ``learnt``.
  associatedtype Settings: Hashable, Sendable, Codable

  /// The name of the kind in files.
  static var name: String { get }

  var settings: Settings { get }

  /// The values that were fitted to training rows, as arrays by name.
  var learnt: [String: [Double]] { get }

  /// Creates a step from the contents of a file, which must be validated because a file is not trusted.
  init(settings: Settings, learnt: [String: [Double]]) throws(SoftmaxError)

  /// Whether all values that the step needs have been fitted.
  var isFitted: Bool { get }

  /// Returns the step fitted to training rows.
  func fitted(to rows: PreprocessedRows) throws(SoftmaxError) -> Self

  /// Returns the number of columns of the result for `count` input columns; nil means unknown.
  ///
  /// - Throws: `shapeMismatch` for a number of columns that the step does not accept.
  func columnCount(from count: Int?) throws(SoftmaxError) -> Int?

  /// Whether the number of columns of the result depends on the rows to which the step is fitted; by default it does
  /// not.
  var makesColumns: Bool { get }

  /// The number of columns that the fitted step takes; by default it is not known.
  var inputCount: Int? { get }

  /// The action of the fitted step.
  var action: PreprocessingAction { get }
}

extension PreprocessingKind {
  package var makesColumns: Bool { false }
  package var inputCount: Int? { nil }
}

/// The action of a fitted step on features.
package enum PreprocessingAction {
  /// Selects, reorders or rescales features without copying values.
  case arrange(@Sendable (Features) throws(SoftmaxError) -> Features)
  /// Changes the values of whole rows in place. They are in row-major order; NaN is a missing value.
  case compute(@Sendable (inout [Double]) -> Void)
  /// Makes sparse columns of some columns of a table, after those of the steps that compute.
  case append(any ColumnAppending)
}

/// What makes sparse columns of some columns of a table, such as those of texts.
package protocol ColumnAppending: Sendable {
  /// The number of columns that are made.
  var appendedColumnCount: Int { get }

  /// Returns the indices of the columns that are left for the steps that compute.
  ///
  /// - Throws: `unsupported` or `shapeMismatch` for features that are not the columns to which it was fitted.
  func numberColumns(of features: Features) throws(SoftmaxError) -> [Int]

  /// Returns the columns for some rows of a table that `numberColumns` accepts.
  func appendedColumns(of table: Table, rows: Range<Int>) -> SparseMatrix
}

/// The settings of a step without settings.
package struct NoSettings: Hashable, Sendable, Codable {
  package init() {}
}
