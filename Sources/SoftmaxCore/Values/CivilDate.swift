// SPDX-License-Identifier: Apache-2.0

/// A day of the proleptic Gregorian calendar, in which every year has the rules of today.
package struct CivilDate: Hashable, Sendable {
  package let year: Int
  /// The month, 1 to 12.
  package let month: Int
  /// The day of the month, from 1.
  package let day: Int

  /// The years that are dates: those that four digits can write.
  package static let years = 1...9_999
  /// The number of seconds of a day.
  package static let secondsOfDay = 86_400

  // An era is 400 years, after which the calendar repeats. Its years begin in March, so a leap day is their last day.
  private static let daysOfEra = 146_097
  // The days from 1 March of the year 0 to 1 January 1970.
  private static let daysBefore1970 = 719_468

  /// Creates a date; nil if there is no such day.
  package init?(year: Int, month: Int, day: Int) {
    guard Self.years.contains(year), (1...12).contains(month), day >= 1,
      day <= Self.dayCount(ofMonth: month, inYear: year)
    else { return nil }
    (self.year, self.month, self.day) = (year, month, day)
  }

  /// Creates the date that lies a number of days after 1 January 1970; nil unless its year has four digits.
  ///
  /// Source: H. Hinnant, "chrono-Compatible Low-Level Date Algorithms", civil_from_days.
  package init?(daysSince1970 days: Int) {
    guard (-10_000 * 366..<10_000 * 366).contains(days) else { return nil }
    let shifted = days + Self.daysBefore1970
    let era = (shifted >= 0 ? shifted : shifted - Self.daysOfEra + 1) / Self.daysOfEra
    let dayOfEra = shifted - era * Self.daysOfEra
    let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    self.init(
      year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month: month,
      day: dayOfYear - (153 * monthFromMarch + 2) / 5 + 1)
  }

  /// The number of days from 1 January 1970; it is negative before.
  ///
  /// Source: H. Hinnant, "chrono-Compatible Low-Level Date Algorithms", days_from_civil.
  package var daysSince1970: Int {
    let year = month <= 2 ? year - 1 : year
    let era = (year >= 0 ? year : year - 399) / 400
    let yearOfEra = year - era * 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return era * Self.daysOfEra + dayOfEra - Self.daysBefore1970
  }

  /// Returns the text of ISO 8601 for a time in UTC, without a time of day at the beginning of a day.
  ///
  /// A time whose year has not four digits is written as its seconds.
  package static func text(secondsSince1970 seconds: Double) -> String {
    let days = (seconds / Double(secondsOfDay)).rounded(.down)
    guard let date = Int(exactly: days).flatMap(CivilDate.init(daysSince1970:)) else {
      return "\(seconds)"
    }
    func digits(_ number: Int, _ count: Int = 2) -> String {
      let text = String(number)
      return String(repeating: "0", count: max(0, count - text.count)) + text
    }
    let day = "\(digits(date.year, 4))-\(digits(date.month))-\(digits(date.day))"
    let rest = seconds - days * Double(secondsOfDay)
    guard rest > 0 else { return day }
    let whole = Int(rest)
    let fraction = rest - Double(whole)
    // Below a ten thousandth of a second the fraction would be written with an exponent.
    let text = fraction < 1e-4 ? "" : String("\(fraction)".dropFirst())
    let time = "\(digits(whole / 3_600)):\(digits(whole / 60 % 60)):\(digits(whole % 60))"
    return "\(day)T\(time)\(text)Z"
  }

  private static func dayCount(ofMonth month: Int, inYear year: Int) -> Int {
    if month == 2 {
      let isLeap = year.isMultiple(of: 4) && !year.isMultiple(of: 100) || year.isMultiple(of: 400)
      return isLeap ? 29 : 28
    }
    return [4, 6, 9, 11].contains(month) ? 30 : 31
  }
}
