// SPDX-License-Identifier: Apache-2.0
import SoftmaxCore

/// The invalid cells of a column: the first ones with their places, and how many there are.
///
/// Missing cells are kept apart, because they are errors only where a model never learnt what to do about them.
struct CSVFaults {
  /// The number of cells that an error names.
  static let shownCount = 10

  /// The first missing cells.
  private(set) var missing: [CSVFault] = []
  private(set) var missingCount = 0
  /// The first other invalid cells.
  private(set) var others: [CSVFault] = []
  private(set) var otherCount = 0

  /// Whether further missing cells are only counted, so that their places need not be found.
  var countsMissingOnly: Bool { missing.count >= Self.shownCount }

  /// Adds an invalid cell after those that were added before.
  mutating func add(_ fault: CSVFault) {
    if fault.isMissing {
      if missing.count < Self.shownCount { missing.append(fault) }
      missingCount += 1
    } else {
      if others.count < Self.shownCount { others.append(fault) }
      otherCount += 1
    }
  }

  /// Adds a missing cell without its place.
  mutating func countMissing() { missingCount += 1 }

  /// Adds the invalid cells of a block whose own first line is 1.
  mutating func add(_ block: CSVFaults, after lineCount: Int) {
    missing += block.missing.prefix(Self.shownCount - missing.count).map { $0.moved(by: lineCount) }
    missingCount += block.missingCount
    others += block.others.prefix(Self.shownCount - others.count).map { $0.moved(by: lineCount) }
    otherCount += block.otherCount
  }
}

extension CSVTable {
  /// Returns the error for the invalid cells of some columns, which names the first ones in the order of the file; nil
  /// if there are none.
  ///
  /// - Parameter places: the indices of the columns, each with whether a missing cell is no error.
  func error(in places: [(column: Int, canBeMissing: Bool)]) -> SoftmaxError? {
    var (found, count) = ([(fault: CSVFault, column: Int)](), 0)
    for (column, canBeMissing) in places {
      guard let faults = faults[column] else { continue }
      found += faults.others.map { ($0, column) }
      count += faults.otherCount
      guard !canBeMissing else { continue }
      found += faults.missing.map { ($0, column) }
      count += faults.missingCount
    }
    found.sort { ($0.fault.line, $0.column) < ($1.fault.line, $1.column) }
    guard let first = found.first else { return nil }
    let error = first.fault.error(
      column: isOfObjects ? nil : first.column, name: table.columns[first.column].name,
      role: schema.columns[first.column].role,
      isOfModel: knownSchema != nil && first.column != target,
      isTargetGuessed: isTargetGuessed, files: files, decimalMark: decimalMark)
    guard count > 1 else { return error }
    let further = found.prefix(CSVFaults.shownCount).dropFirst().map { fault, column in
      let name =
        isOfObjects
        ? CSVTable.label(of: table.columns[column].name, at: column) : "column \(column + 1)"
      let line = files.label(ofLine: fault.line, after: first.fault.line)
      return "\(line), \(name), \(fault.content)"
    }
    let rest = further.joined(separator: "; ") + (count > CSVFaults.shownCount ? "; ..." : "")
    return SoftmaxError(
      error.code, "\(error.message) (and \(count - 1) more: \(rest))", remedy: error.remedy,
      at: error.location, cause: error.cause)
  }
}
