// SPDX-License-Identifier: Apache-2.0

package import SoftmaxCore

/// The cells of a column that have none of the categories that a pipeline knows.
package struct UnknownCategories: Hashable, Sendable {
  /// The name of the column in quotes, or its number.
  package let column: String
  /// Whether rows of the training may have such texts too: those that were too rare for a category.
  package let mayBeRare: Bool
  /// The number of cells.
  package private(set) var count = 0
  /// The text of the first of these cells; nil if there is none.
  package private(set) var example: String?

  init(column: String, mayBeRare: Bool) {
    self.column = column
    self.mayBeRare = mayBeRare
  }

  mutating func add(_ text: String, count: Int) {
    self.count += count
    example = example ?? text
  }

  /// Returns the sum of two counts of the same column, in the order of their rows.
  package static func + (a: UnknownCategories, b: UnknownCategories) -> UnknownCategories {
    var result = a
    result.count += b.count
    result.example = a.example ?? b.example
    return result
  }
}

extension Pipeline {
  /// Counts the texts of each column of categories that are none of the pipeline's.
  ///
  /// - Returns: an element for each such column, in the same order for all features; none if the pipeline has
  ///   no categories.
  /// - Throws: the errors of ``apply(to:)-(Features)``.
  package func unknownCategories(
    of features: Features
  ) throws(SoftmaxError) -> [UnknownCategories] {
    var features = features
    for step in steps {
      if let oneHot = step.kind as? OneHotEncoding {
        return features.table.map(oneHot.unknownCategories) ?? []
      }
      if case .arrange(let arrange) = step.kind.action { features = try arrange(features) }
    }
    return []
  }
}
