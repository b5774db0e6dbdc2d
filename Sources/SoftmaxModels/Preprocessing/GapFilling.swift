// SPDX-License-Identifier: Apache-2.0

package import SoftmaxCore

extension PreprocessingStep {
  /// A step that fills the gaps of a table's columns of numbers and of dates.
  ///
  /// A missing number or date becomes the median of the training rows. For each column with gaps among them, a column is
  /// added that is 1 where the cell is missing and 0 elsewhere, because a gap may tell something by itself. The
  /// median of an even number of values is the mean of the two in the middle.
  ///
  /// Categories are not changed: ``oneHot`` treats a gap as a category. A pipeline that is fitted to a table with numbers
  /// or dates begins with this step, since later rows may have gaps where those to learn from have none. Fitting it to
  /// other features than the columns of a table throws `unsupported`.
  ///
  /// ```swift
  /// let pipeline = try Pipeline([.fillGaps, .standardize], fittedTo: passengers)
  /// ```
  public static let fillGaps = PreprocessingStep(GapFilling())
}

/// The step of ``PreprocessingStep/fillGaps``.
package struct GapFilling: PreprocessingKind {
  package static let name = "fill_gaps"

  /// The median of each column, of dates in seconds, 0 for a column of categories or without a number; empty before
  /// fitting.
  private let medians: [Double]
  /// The indices of the columns with gaps among the training rows, in ascending order.
  private let places: [Int]

  init() { (medians, places) = ([], []) }

  /// Creates a step from its learnt values, which may come from a file.
  ///
  /// - Throws: `invalidArgument` for a median that is not finite, or for places that are not ascending indices of
  ///   columns.
  package init(
    settings: NoSettings, learnt: [String: [Double]]
  ) throws(SoftmaxError) {
    medians = learnt["median"] ?? []
    let indices = learnt["with_gaps"] ?? []
    places = indices.compactMap { Int(exactly: $0) }
    let isAscending = zip(places, places.dropFirst()).allSatisfy { $0 < $1 }
    guard medians.allSatisfy(\.isFinite), places.count == indices.count, isAscending,
      places.allSatisfy(medians.indices.contains)
    else {
      throw SoftmaxError(
        .invalidArgument,
        "the medians of the step \(Self.name) must be finite, and its columns with gaps some of them, in order"
      )
    }
  }

  package var settings: NoSettings { NoSettings() }
  package var learnt: [String: [Double]] {
    ["median": medians, "with_gaps": places.map { Double($0) }]
  }
  package var makesColumns: Bool { !places.isEmpty }
  package var inputCount: Int? { isFitted ? medians.count : nil }
  package var isFitted: Bool { !medians.isEmpty }

  package var description: String {
    switch places.count {
    case 0: "gaps of later rows filled"
    case 1: "gaps filled, with a flag for 1 column"
    default: "gaps filled, with flags for \(places.count) columns"
    }
  }

  package func fitted(to rows: PreprocessedRows) throws(SoftmaxError) -> GapFilling {
    let table = try Self.table(
      of: rows, remedy: "fill the gaps of other features before they come in")
    return try GapFilling(
      settings: NoSettings(),
      learnt: [
        "median": table.columns.map(\.median),
        "with_gaps": table.columns.indices.filter { table.columns[$0].hasGaps }.map { Double($0) },
      ])
  }

  package func columnCount(from count: Int?) throws(SoftmaxError) -> Int? {
    try columnCount(from: count, fitted: medians.count + places.count)
  }

  package var action: PreprocessingAction {
    .arrange { features throws(SoftmaxError) in
      guard let table = features.table else {
        guard places.isEmpty else {
          throw SoftmaxError(
            .unsupported, "the features have columns that may be missing",
            remedy: "give them as the columns of a table")
        }
        return features
      }
      let filled = zip(table.columns, medians).map { $0.filled(with: $1) }
      return .columns(try Table(filled + places.map { table.columns[$0].flags }))
    }
  }
}

extension Table.Column {
  /// Whether it is a column of numbers or dates with a missing one.
  var hasGaps: Bool { (type == .number || type == .date) && missingCount > 0 }

  // The numbers, or the seconds of dates; nil for other columns.
  private var values: [Double]? {
    switch cells {
    case .numbers(let numbers), .dates(let numbers): numbers
    case .categories, .indicators, .texts: nil
    }
  }

  /// The median of the numbers; 0 if there are none.
  fileprivate var median: Double {
    guard let numbers = values else { return 0 }
    let sorted = numbers.filter { !$0.isNaN }.sorted()
    guard let last = sorted.last else { return 0 }
    let middle = sorted.count / 2
    guard sorted.count.isMultiple(of: 2) else { return sorted[middle] }
    // Halves of two numbers cannot overflow, but they lose the lowest bit of the least numbers.
    let sum = sorted[middle - 1] + sorted[middle]
    return sum.isFinite ? sum / 2 : min(last, sorted[middle - 1] / 2 + sorted[middle] / 2)
  }

  /// Returns the column with a number in place of missing ones.
  fileprivate func filled(with number: Double) -> Table.Column {
    guard hasGaps, let numbers = values else { return self }
    let filled = numbers.map { $0.isNaN ? number : $0 }
    return Table.Column(type == .date ? .dates(filled) : .numbers(filled), name: name)
  }

  /// A column that is 1 where the number is missing, and 0 elsewhere.
  fileprivate var flags: Table.Column {
    let values = values
    let codes = (0..<count).map { row in
      (values.map { $0[row].isNaN } ?? (number(inRow: row) == nil)) ? Int32(-1) : 0
    }
    return Table.Column(
      .indicators(codes, members: [true, false]), name: name.map { "\($0) is missing" })
  }
}
