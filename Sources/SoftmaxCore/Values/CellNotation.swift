// SPDX-License-Identifier: Apache-2.0

/// How the cells of a column are written, where that cannot be told of each cell alone.
///
/// A model keeps it, so that `1.234` or `03/04/2024` mean in a later table what they meant in the training table.
package struct CellNotation: Hashable, Sendable, Codable {
  /// What separates the thousands of a number.
  package enum Thousands: String, Hashable, Sendable, Codable {
    case comma, point, space, apostrophe
  }

  /// What separates the fraction of a number.
  package enum DecimalMark: String, Hashable, Sendable, Codable {
    case comma, point
  }

  /// The order of the parts of a date.
  package enum DateOrder: String, Hashable, Sendable, Codable {
    case yearFirst = "year_month_day"
    case dayFirst = "day_month_year"
    case monthFirst = "month_day_year"
  }

  /// The order of the parts of each date; nil for numbers.
  package var dateOrder: DateOrder?
  /// What separates the thousands, if anything does.
  package var thousands: Thousands?
  package var decimalMark: DecimalMark?
  /// The sign of the currency that may stand before or after each number.
  package var currency: String?
  /// Whether each number is followed by a percent sign, and stands for a hundredth of it; nil for no.
  package var isPercent: Bool?

  private enum CodingKeys: String, CodingKey {
    case dateOrder = "date_order"
    case thousands
    case decimalMark = "decimal_mark"
    case currency
    case isPercent = "percent"
  }

  /// Creates the notation of dates.
  package init(dateOrder: DateOrder) { self.dateOrder = dateOrder }

  /// Creates the notation of numbers.
  package init(
    thousands: Thousands? = nil, decimalMark: DecimalMark, currency: String? = nil,
    isPercent: Bool = false
  ) {
    self.thousands = thousands
    self.decimalMark = decimalMark
    self.currency = currency
    self.isPercent = isPercent ? true : nil
  }
}
