// SPDX-License-Identifier: Apache-2.0
import SoftmaxCore

/// A column that was named for the classes and looks like a quantity, such as a price.
///
/// All its cells are numbers, more than 20 different ones. With fractions, no one writes the names of classes so. Without
/// fractions, the names of classes may be numbers, such as of persons; but where they are more than a tenth of the rows, or
/// more than 100, a quarter of them does not have a single one.
struct CSVQuantity {
  private static let greatestClassCount = 20
  private static let greatestClassCountOfManyRows = 100

  /// The number of different numbers.
  let valueCount: Int
  let rowCount: Int

  /// Creates the description of a column; nil if it looks like one of classes.
  ///
  /// - Parameters:
  ///   - codes: the index of each row's text; a negative one represents a missing cell.
  ///   - names: the different texts.
  init?(codes: [Int32], names: [String]) {
    guard names.count > Self.greatestClassCount else { return nil }
    var hasFractions = false
    for name in names {
      guard let number = Self.number(name) else { return nil }
      if number != number.rounded() { hasFractions = true }
    }
    valueCount = names.count
    rowCount = codes.count
    if hasFractions { return }
    let areMany = 10 * valueCount > rowCount || valueCount > Self.greatestClassCountOfManyRows
    var counts = [Int](repeating: 0, count: names.count)
    for code in codes where code >= 0 { counts[Int(code)] += 1 }
    guard areMany, 4 * counts.count(where: { $0 == 1 }) >= valueCount else { return nil }
  }

  // A comma may be a decimal mark too. An infinite number is no text either.
  private static func number(_ text: String) -> Double? {
    for mark in CSVFormat.DecimalMark.allCases {
      if case .number(let number) = CSVNumber.read(text, mark: mark.byte) { return number }
    }
    return CSVRows.isNotFinite(text) ? .infinity : nil
  }

  /// Returns the error for using the column for the classes.
  ///
  /// - Parameters:
  ///   - label: the column's name in quotes or its number.
  ///   - option: the command-line option that says that the column holds classes; nil if there are too many for that.
  func error(
    _ label: String, option: String?, at location: SoftmaxError.Location
  ) -> SoftmaxError {
    SoftmaxError(
      .invalidData,
      "\(label) looks like a quantity, not like classes: it has \(valueCount) different numbers in "
        + "\(rowCount) rows",
      remedy:
        "name the column that holds the classes (--target), or put the numbers into classes first, such as "
        + "low and high"
        + (option.map { "; if they are the names of classes, say so (\($0))" } ?? ""),
      at: location)
  }
}
