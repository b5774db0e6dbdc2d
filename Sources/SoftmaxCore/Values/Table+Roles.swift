// SPDX-License-Identifier: Apache-2.0

// The cells of a column that is no feature, as what its role makes of them.
extension Table.Column {
  /// Returns the cells as the weights of the rows.
  ///
  /// - Throws: `invalidData` with the row of a cell that is missing, no number or negative, or if all are 0.
  package func weights() throws(SoftmaxError) -> [Float] {
    guard type == .number else {
      throw SoftmaxError(
        .invalidData, "the weights\(place) must be numbers, got a column of type \(type)",
        remedy: "name a column of numbers")
    }
    var weights: [Float] = []
    weights.reserveCapacity(count)
    for row in 0..<count {
      guard let number = number(inRow: row) else { throw missing("weight", row) }
      let weight = Float(number)
      guard weight >= 0, weight.isFinite else {
        throw SoftmaxError(
          .invalidData,
          "a weight\(place) must be at least 0 and no more than a float holds, got \(number)",
          remedy: "correct the weight", at: .row(row, column: nil))
      }
      weights.append(weight)
    }
    guard weights.contains(where: { $0 > 0 }) else {
      throw SoftmaxError(
        .invalidData, "all weights\(place) are 0", remedy: "give some rows a weight greater than 0")
    }
    return weights
  }

  /// Returns the index of each row's group, in the order in which they come.
  ///
  /// - Throws: `invalidData` with the row of a cell that is missing.
  func groups() throws(SoftmaxError) -> [Int] {
    var codes: [Int32]
    switch cells {
    case .categories(let own, _): codes = own
    case .numbers, .indicators, .texts, .dates:
      codes = []
      let texts = Table.Column.categories((0..<count).map { text(inRow: $0) })
      if case .categories(let own, _) = texts.cells { codes = own }
    }
    if let row = codes.firstIndex(where: { $0 < 0 }) { throw missing("group", row) }
    return codes.map(Int.init)
  }

  /// Returns the time of each row: the seconds of dates, or the numbers.
  ///
  /// - Throws: `invalidData` for a column of another type, or with the row of a cell that is missing.
  func times() throws(SoftmaxError) -> [Double] {
    switch cells {
    case .numbers(let times), .dates(let times):
      if let row = times.firstIndex(where: \.isNaN) { throw missing("time", row) }
      return times
    case .categories, .indicators, .texts:
      throw SoftmaxError(
        .invalidData, "the times\(place) must be dates or numbers, got a column of type \(type)",
        remedy: "write them as dates such as 2024-03-31, or as numbers")
    }
  }

  private var place: String { name.map { " in \($0.debugDescription)" } ?? "" }

  private func missing(_ what: String, _ row: Int) -> SoftmaxError {
    SoftmaxError(
      .invalidData, "the \(what) is missing\(place)", remedy: "fill the gap or remove the row",
      at: .row(row, column: nil))
  }
}
