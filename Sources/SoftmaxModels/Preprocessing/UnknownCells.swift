// SPDX-License-Identifier: Apache-2.0

package import SoftmaxCore

/// The cells of a column of which the training rows had none: other categories than those that a pipeline knows, or gaps.
package struct UnknownCells: Hashable, Sendable {
  /// The name of the column in quotes, or its number.
  package let column: String
  package let kind: Kind
  /// The number of cells.
  package private(set) var count = 0
  /// The text of the first of these cells; nil if there is none, and for gaps.
  package private(set) var example: String?

  /// What the cells hold.
  package enum Kind: Hashable, Sendable {
    /// A text that is no category; rows of the training may have had such texts too, but too few for a category.
    case category(mayBeRare: Bool)
    /// Nothing; of a number or a date the median of the training rows stands for it.
    case gap(isMedian: Bool)
  }

  init(column: String, kind: Kind, count: Int = 0) {
    (self.column, self.kind, self.count) = (column, kind, count)
  }

  mutating func add(_ text: String, count: Int) {
    self.count += count
    example = example ?? text
  }

  /// Returns the sum of two counts of the same column, in the order of their rows.
  package static func + (a: UnknownCells, b: UnknownCells) -> UnknownCells {
    var result = a
    result.count += b.count
    result.example = a.example ?? b.example
    return result
  }
}

extension Pipeline {
  /// Counts the gaps of each column in which the training rows had none, and the texts of each column of categories that
  /// are none of the pipeline's.
  ///
  /// - Returns: an element for each such column, in the same order for all features.
  /// - Throws: the errors of ``apply(to:)-(Features)``.
  package func unknownCells(of features: Features) throws(SoftmaxError) -> [UnknownCells] {
    var features = features
    let gaps = zip(table?.features ?? [], features.table?.columns ?? []).enumerated().compactMap {
      $1.0.hasGaps
        ? nil
        : UnknownCells(
          column: Table.label(of: $1.0.name, at: $0),
          kind: .gap(isMedian: $1.0.type == .number || $1.0.type == .date),
          count: $1.1.missingCount)
    }
    for step in steps {
      if let oneHot = step.kind as? OneHotEncoding {
        return gaps + (features.table.map(oneHot.unknownCells) ?? [])
      }
      if case .arrange(let arrange) = step.kind.action { features = try arrange(features) }
    }
    return gaps
  }
}
