// SPDX-License-Identifier: Apache-2.0
import Foundation
import SoftmaxCore
import Testing

@Suite struct CivilDateTests {
  @Test func knownDaysHaveKnownNumbers() {
    for (year, month, day, number) in [
      (1970, 1, 1, 0), (1969, 12, 31, -1), (2000, 2, 29, 11_016), (2024, 3, 1, 19_783),
      (1, 1, 1, -719_162), (9_999, 12, 31, 2_932_896), (1900, 3, 1, -25_508),
    ] {
      let date = CivilDate(year: year, month: month, day: day)
      #expect(date?.daysSince1970 == number)
      #expect(CivilDate(daysSince1970: number) == date)
    }
  }

  /// Over two eras of 400 years the days follow each other as those of the system's calendar.
  @Test func theDaysAreThoseOfTheCalendarOfTheSystem() throws {
    var calendar = Calendar(identifier: .iso8601)
    calendar.timeZone = try #require(TimeZone(secondsFromGMT: 0))
    for number in stride(from: -140_000, to: 160_000, by: 97) {
      let date = try #require(CivilDate(daysSince1970: number))
      let parts = calendar.dateComponents(
        [.year, .month, .day], from: Date(timeIntervalSince1970: Double(number) * 86_400))
      #expect([date.year, date.month, date.day] == [parts.year, parts.month, parts.day])
      #expect(date.daysSince1970 == number)
    }
  }

  @Test func thereIsNoSuchDay() {
    for (year, month, day) in [
      (2023, 2, 29), (1900, 2, 29), (2024, 2, 30), (2024, 4, 31), (2024, 13, 1), (2024, 0, 1),
      (2024, 1, 0), (2024, 1, 32), (0, 1, 1), (10_000, 1, 1),
    ] {
      #expect(CivilDate(year: year, month: month, day: day) == nil)
    }
    for number in [-719_163, 2_932_897, Int.max, Int.min + 1] {
      #expect(CivilDate(daysSince1970: number) == nil)
    }
  }

  @Test func aTimeIsWrittenAsInISO8601() {
    for (seconds, text) in [
      (0, "1970-01-01"), (-1, "1969-12-31T23:59:59Z"), (86_400.5, "1970-01-02T00:00:00.5Z"),
      (1_709_296_205, "2024-03-01T12:30:05Z"), (1e300, "1e+300"),
    ] {
      #expect(CivilDate.text(secondsSince1970: seconds) == text)
    }
  }

  @Test func timesThatNoYearOfFourDigitsHasAreTheirSeconds() {
    for seconds in [Double(Int.min) * 86_400, 1e300, -1e300] {
      #expect(CivilDate.text(secondsSince1970: seconds) == "\(seconds)")
    }
    #expect(CivilDate(daysSince1970: .min) == nil && CivilDate(daysSince1970: .max) == nil)
    #expect(CivilDate.text(secondsSince1970: 3600.00001) == "1970-01-01T01:00:00Z")
  }
}
