// SPDX-License-Identifier: Apache-2.0

package import SoftmaxCore

/// A step that keeps the number of the first column of sparse rows, by which further files of them are read.
///
/// The features stay unchanged.
package struct ColumnNumbers: PreprocessingKind {
  package static let name = "column_numbers"

  package struct Settings: Hashable, Sendable, Codable {
    /// The number of the first column, 1 or 0.
    package var first: Int
  }

  package let settings: Settings

  package init(first: Int) throws(SoftmaxError) {
    try self.init(settings: Settings(first: first), learnt: [:])
  }

  /// Creates a step from its settings, which may come from a file.
  ///
  /// - Throws: `invalidArgument` unless the first number is 1 or 0.
  package init(settings: Settings, learnt: [String: [Double]]) throws(SoftmaxError) {
    guard 0...1 ~= settings.first else {
      throw SoftmaxError(
        .invalidArgument, "the first column has the number 0 or 1, got \(settings.first)")
    }
    self.settings = settings
  }

  package var learnt: [String: [Double]] { [:] }
  package var isFitted: Bool { true }
  package func fitted(to rows: PreprocessedRows) -> ColumnNumbers { self }
  package func columnCount(from count: Int?) -> Int? { count }
  package var description: String { "columns from number \(settings.first)" }
  package var action: PreprocessingAction { .arrange { $0 } }
}
