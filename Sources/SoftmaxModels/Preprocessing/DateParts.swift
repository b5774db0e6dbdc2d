// SPDX-License-Identifier: Apache-2.0

package import SoftmaxCore

extension PreprocessingStep {
  /// A step that replaces each column of dates by columns of numbers.
  ///
  /// A date t, in seconds from the beginning of 1970 in UTC, becomes its days t / 86,400, and the sine and cosine of
  /// 2 pi m / 12 for its month m, 0 to 11, of 2 pi w / 7 for its weekday w, 0 to 6 from Sunday, and, if any of the
  /// training rows has a time of day, of 2 pi h / 24 for its hour h. So December is as near to January as February is.
  /// All parts of a missing date are missing.
  ///
  /// Other columns are not changed. A pipeline that is fitted to a table with columns of dates begins with this step,
  /// after ``fillGaps``. Fitting it to other features than the columns of a table throws `unsupported`.
  ///
  /// ```swift
  /// let pipeline = try Pipeline([.dateParts, .standardize], fittedTo: flights)
  /// ```
  ///
  /// Source: N. I. Fisher, "Statistical Analysis of Circular Data", Cambridge University Press, 1993.
  public static let dateParts = PreprocessingStep(DateParts())
}

/// The step of ``PreprocessingStep/dateParts``.
package struct DateParts: PreprocessingKind {
  package static let name = "date_parts"

  package struct Settings: Hashable, Sendable, Codable {
    /// What replaces each column, null for a column of another type; empty before fitting.
    var columns: [Parts?]
  }

  /// The parts of a column of dates.
  package struct Parts: Hashable, Sendable, Codable {
    /// Whether the hour is one of them.
    var hasHour: Bool

    /// The number of columns.
    var count: Int { hasHour ? Self.greatestCount : 5 }
    static let greatestCount = 7

    private enum CodingKeys: String, CodingKey { case hasHour = "has_hour" }
  }

  package let settings: Settings

  init() { settings = Settings(columns: []) }

  /// Creates a step from its settings, which may come from a file.
  package init(settings: Settings, learnt: [String: [Double]]) { self.settings = settings }

  package var learnt: [String: [Double]] { [:] }
  package var makesColumns: Bool { true }
  package var inputCount: Int? { isFitted ? settings.columns.count : nil }
  package var isFitted: Bool { !settings.columns.isEmpty }

  package var description: String {
    let count = settings.columns.count { $0 != nil }
    return "\(count) column\(count == 1 ? "" : "s") of dates in parts"
  }

  package func fitted(to rows: PreprocessedRows) throws(SoftmaxError) -> DateParts {
    let table = try Self.table(of: rows, remedy: "give the dates as columns of a table")
    return DateParts(
      settings: Settings(
        columns: table.columns.map { column in
          guard case .dates(let seconds) = column.cells else { return nil }
          return Parts(hasHour: seconds.contains { !$0.isNaN && DateCycles($0).secondOfDay > 0 })
        }), learnt: [:])
  }

  package func columnCount(from count: Int?) throws(SoftmaxError) -> Int? {
    try columnCount(
      from: count, fitted: settings.columns.reduce(0) { $0 + ($1?.count ?? 1) })
  }

  package var action: PreprocessingAction {
    .arrange { features throws(SoftmaxError) in
      let table = try table(of: features, with: "dates")
      var columns: [Table.Column] = []
      for (place, (column, parts)) in zip(table.columns, settings.columns).enumerated() {
        guard let parts else {
          columns.append(column)
          continue
        }
        guard case .dates(let seconds) = column.cells else {
          throw SoftmaxError(
            .invalidData,
            "the column \(Table.label(of: column, at: place)) is of the type \(column.type), expected dates",
            remedy: "read it as a column of dates")
        }
        columns += parts.columns(of: seconds, name: column.name)
      }
      return .columns(try Table(columns))
    }
  }
}

extension DateParts.Parts {
  /// The columns that replace a column of dates.
  fileprivate func columns(of seconds: [Double], name: String?) -> [Table.Column] {
    let cycles = seconds.map { $0.isNaN ? nil : DateCycles($0) }
    func column(_ part: String, _ value: (DateCycles) -> Double) -> Table.Column {
      Table.Column(
        .numbers(cycles.map { $0.map(value) ?? .nan }), name: name.map { "\($0), \(part)" })
    }
    func circle(_ part: String, _ turns: @escaping (DateCycles) -> Double) -> [Table.Column] {
      [
        column("\(part), sine") { circleSine(ofTurns: turns($0)) },
        column("\(part), cosine") { circleCosine(ofTurns: turns($0)) },
      ]
    }
    return [column("days") { $0.seconds / Double(CivilDate.secondsOfDay) }]
      + circle("month") { $0.yearTurns } + circle("weekday") { $0.weekTurns }
      + (hasHour ? circle("hour") { $0.dayTurns } : [])
  }
}

/// Where a date stands in the year, the week and the day, each as part of a turn: 0 to below 1.
private struct DateCycles {
  let seconds: Double
  private let day: Int
  let secondOfDay: Double

  init(_ seconds: Double) {
    self.seconds = seconds
    // Dates outside of the calendar's years are no dates of a file; clamped, they do not overflow.
    let bound = 4e6
    let days = (seconds / Double(CivilDate.secondsOfDay)).rounded(.down)
    day = Int(min(max(days, -bound), bound))
    secondOfDay = seconds - days * Double(CivilDate.secondsOfDay)
  }

  var yearTurns: Double { Double((CivilDate(daysSince1970: day)?.month ?? 1) - 1) / 12 }
  // 1 January 1970 was a Thursday.
  var weekTurns: Double { Double(((day + 4) % 7 + 7) % 7) / 7 }
  var dayTurns: Double { min(max((secondOfDay / 3_600).rounded(.down), 0), 23) / 24 }
}

/// Returns cos(2 pi x) for x from 0 to 1.
private func circleCosine(ofTurns x: Double) -> Double {
  // The second half of a turn is the first one backwards.
  cosine(ofHalfTurns: x <= 0.5 ? 2 * x : 2 - 2 * x)
}

/// Returns sin(2 pi x) for x from 0 to 1.
private func circleSine(ofTurns x: Double) -> Double {
  // The sine is the cosine a quarter of a turn later.
  x < 0.25 ? circleCosine(ofTurns: 0.25 - x) : circleCosine(ofTurns: x - 0.25)
}
