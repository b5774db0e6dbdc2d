// SPDX-License-Identifier: Apache-2.0
import SoftmaxCore

/// An invalid cell.
///
/// It is stored instead of thrown, because it is an error only if the column is used.
struct CSVFault {
  /// The reason why the cell is not a valid number or class.
  enum Kind: Equatable {
    case missing
    case noNumber
    case notFinite
    case notUTF8
    /// The cell is an array of JSON.
    case list
    /// The cell is a weight less than 0.
    case negative
    /// The cell is no number or date of the column's notation.
    case notWritten(CellNotation)
  }

  let kind: Kind
  /// The line number of the cell, counted from 1.
  private(set) var line: Int
  /// The text of the cell, truncated.
  let text: String

  private static let greatestTextCount = 41
  private static let missingRemedy = "if it is a mark for what is missing, name that (--missing)"

  init(_ kind: Kind, line: Int, text: String = "") {
    self.kind = kind
    self.line = line
    self.text = String(text.prefix(Self.greatestTextCount))
  }

  var isMissing: Bool { kind == .missing }

  /// Returns the same fault so many lines further on.
  func moved(by lineCount: Int) -> CSVFault {
    var fault = self
    fault.line += lineCount
    return fault
  }

  /// What the cell holds, in a list of several.
  var content: String {
    switch kind {
    case .missing: "missing"
    case .noNumber, .notFinite, .negative, .notWritten: "got " + CSVTable.quoted(text)
    case .notUTF8: "no text of UTF-8"
    case .list: "got an array"
    }
  }

  /// Returns the error for using the column.
  ///
  /// - Parameters:
  ///   - column: the index of the column; nil if columns are known by their names alone.
  ///   - name: the name of the column; nil or empty if it has none.
  ///   - role: the role of the column.
  ///   - isOfModel: whether a model knows the column, so that it cannot be left out.
  ///   - isTargetGuessed: whether the last column was taken for the classes.
  func error(
    column: Int?, name: String?, role: TableSchema.Role, isOfModel: Bool, isTargetGuessed: Bool,
    files: CSVFiles, decimalMark: CSVFormat.DecimalMark
  ) -> SoftmaxError {
    let place = name.flatMap { $0.isEmpty ? nil : " in " + CSVTable.quoted($0) } ?? ""
    func error(
      _ message: String, _ remedy: String, _ code: SoftmaxError.Code = .invalidData
    ) -> SoftmaxError {
      SoftmaxError(
        code, message, remedy: remedy, at: files.location(line: line, column: column))
    }
    let isClass = role == .classes
    let isOfModel = isOfModel || role != .feature && !isClass
    switch kind {
    case .missing:
      let got = text.isEmpty ? "" : ", got \(text)"
      let name =
        isClass && !text.isEmpty
        ? "; if it is the name of a class, say what stands for missing cells instead (--missing '')"
        : ""
      let other =
        isClass && isTargetGuessed
        ? "; the last column was taken for the classes: if another one holds them, name it (--target)"
        : ""
      return error(
        "\(Self.missingCell(role)) is missing\(place)\(got)",
        "fill the gap or remove the line"
          + (isClass ? ", or leave out all such rows (--drop-unlabeled)" : "") + name + other)
    case .noNumber:
      return error(
        "expected a number\(place), got \(CSVTable.quoted(text))",
        remedy(decimalMark: decimalMark, isOfModel: isOfModel))
    case .notFinite:
      return error(
        "a \(Self.finiteCell(role)) must be finite\(place), got \(CSVTable.quoted(text))",
        "fill the gap or remove the line", .nonFiniteValue)
    case .notUTF8:
      return error(
        "\(isClass ? "the class" : "the cell")\(place) is no text of UTF-8",
        "save the file again as UTF-8")
    case .list:
      return error(
        "expected \(isClass ? "a class" : "a number or a text")\(place), got an array",
        "write a string or a number"
          + (isClass || isOfModel ? "" : ", or leave the column out (--ignore)"))
    case .negative:
      return error(
        "a weight must be at least 0\(place), got \(CSVTable.quoted(text))", "correct the weight")
    case .notWritten(let notation):
      return error(
        "expected \(notation.example)\(place), got \(CSVTable.quoted(text))",
        "write it like the others; " + Self.missingRemedy
          + (isOfModel
            ? ""
            : "; if the column holds categories, say so (--category), or leave it out (--ignore)"))
    }
  }

  private static func missingCell(_ role: TableSchema.Role) -> String {
    switch role {
    case .classes: "the class"
    case .weights: "the weight"
    case .groups: "the group"
    case .times: "the time"
    case .feature, .ignored: "a number"
    }
  }

  private static func finiteCell(_ role: TableSchema.Role) -> String {
    switch role {
    case .weights: "weight"
    case .times: "time"
    case .feature, .classes, .groups, .ignored: "feature"
    }
  }

  // Returns the remedy for a text in a column of numbers.
  private func remedy(decimalMark: CSVFormat.DecimalMark, isOfModel: Bool) -> String {
    if let other = decimalMark.other(reading: text) {
      return
        "if decimals are written with a \(other.rawValue), say so (--decimal \(other.rawValue)); "
        + "if it separates thousands, say what stands before decimals (--decimal "
        + "\(decimalMark.rawValue))"
    }
    return "correct the cell; " + Self.missingRemedy
      + (isOfModel
        ? ""
        : "; if the column holds categories or the classes, say so (--category, --target), or leave it out "
          + "(--ignore)")
  }
}

extension CSVFormat.DecimalMark {
  /// Returns another mark with which a text is a number; nil if it is none.
  func other(reading text: String) -> CSVFormat.DecimalMark? {
    Self.allCases.first { $0 != self && CSVNumber.read(text, mark: $0.byte) != .none }
  }
}
