// SPDX-License-Identifier: Apache-2.0
import SoftmaxCore

/// A column that names each row, such as the number of a customer, and so tells nothing about a row of a later table.
///
/// It is the index of a data frame, the first column, which counts the rows, or holds different whole numbers and has no
/// name; or a column of different whole numbers or categories that is called an identifier; or a column of categories of
/// which hardly two rows have the same.
package struct CSVIdentifier: Hashable, Sendable {
  /// What shows that a column is an identifier.
  package enum Reason: String, Hashable, Sendable {
    case countsRows = "counts the rows"
    case isDifferent = "all different"
    case isNearlyDifferent = "nearly all different"
  }

  /// The index of the column.
  package let column: Int
  /// The name of the column; nil or empty if it has none.
  package let name: String?
  package let reason: Reason

  // So few rows have different categories, or count up, by chance.
  private static let leastCellCount = 20
  private static let leastRowCountWithoutHeader = 10

  /// Returns the identifiers among some columns of a table; none if no column would be left.
  ///
  /// - Parameters:
  ///   - columns: the indices of the columns that may be left out, of those that are features.
  ///   - featureCount: the number of features.
  ///   - hasHeader: whether the first line of the file names the columns.
  static func all(
    of table: Table, among columns: [Int], featureCount: Int, hasHeader: Bool
  ) -> [CSVIdentifier] {
    let found = columns.compactMap { place in
      reason(table.columns[place], isFirst: place == 0, hasHeader: hasHeader).map {
        CSVIdentifier(column: place, name: table.columns[place].name, reason: $0)
      }
    }
    return found.count < featureCount ? found : []
  }

  private static func reason(
    _ column: Table.Column, isFirst: Bool, hasHeader: Bool
  ) -> Reason? {
    let name = column.name ?? ""
    switch column.cells {
    case .numbers(let numbers):
      let leastCount = hasHeader ? 2 : leastRowCountWithoutHeader
      if isFirst, IdentifierName.isOfIndex(name), column.countsRows, numbers.count >= leastCount {
        return .countsRows
      }
      // The index of some rows of a data frame does not count them.
      let isIdentifier =
        IdentifierName.isOfIdentifier(name)
        || isFirst && hasHeader && IdentifierName.isOfUnnamedIndex(name)
          && numbers.count >= leastCellCount && numbers.allSatisfy { $0 >= 0 }
      guard isIdentifier, numbers.count >= 2,
        numbers.allSatisfy({ $0 == $0.rounded() }), Set(numbers).count == numbers.count
      else { return nil }
      return .isDifferent
    case .categories(let codes, let names):
      if names.count == codes.count,
        codes.count >= (IdentifierName.isOfIdentifier(name) ? 2 : leastCellCount)
      {
        return .isDifferent
      }
      // A gap counts as one more that is not different: where many cells are missing, that they are may tell the class.
      return codes.count >= leastCellCount && 20 * names.count >= 19 * codes.count
        ? .isNearlyDifferent : nil
    case .indicators, .texts, .dates: return nil
    }
  }
}

extension CSVIdentifier: CustomStringConvertible {
  /// The column and what shows that it is an identifier, such as `"id" (all different)`.
  package var description: String {
    "\(CSVTable.label(of: name, at: column)) (\(reason.rawValue))"
  }
}

extension Table.Column {
  /// Whether the cells are consecutive integers that start at 0 or 1.
  var countsRows: Bool {
    guard case .numbers(let numbers) = cells, numbers.count >= 2, let first = numbers.first,
      first == 0 || first == 1
    else { return false }
    return zip(numbers, numbers.dropFirst()).allSatisfy { $1 == $0 + 1 }
  }
}
