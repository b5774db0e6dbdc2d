// SPDX-License-Identifier: Apache-2.0

/// What went wrong, where, and how to mend it.
///
/// Every error that this library throws is of this type. ``code`` is for
/// programs, ``description`` for people.
///
/// ```swift
/// do {
///   _ = try Matrix(rowCount: 2, columnCount: 2, elements: [1, 2, 3])
/// } catch {
///   print(error.code)     // shapeMismatch
///   print(error)          // a 2 x 2 matrix needs 4 elements, got 3
/// }
/// ```
public struct SoftmaxError: Error, Sendable {
  /// The kind of an error.
  public struct Code: Hashable, Sendable, CustomStringConvertible {
    /// The code's name, as printed.
    public let description: String

    /// An argument lies outside of what it may be.
    public static let invalidArgument = Code(description: "invalidArgument")
    /// Two shapes that must agree do not.
    public static let shapeMismatch = Code(description: "shapeMismatch")
    /// A file or a value breaks the rules of its format.
    public static let invalidData = Code(description: "invalidData")
    /// A feature or a logit is NaN or infinite.
    public static let nonFiniteValue = Code(description: "nonFiniteValue")
    /// A label does not name one of the classes.
    public static let labelOutOfRange = Code(description: "labelOutOfRange")
    /// The loss became NaN or infinite while training.
    public static let diverged = Code(description: "diverged")
    /// A file, a data set or a row is not there.
    public static let notFound = Code(description: "notFound")
    /// Reading or writing failed.
    public static let ioFailure = Code(description: "ioFailure")
    /// A download failed.
    public static let networkFailure = Code(description: "networkFailure")
    /// A file's checksum is not the expected one.
    public static let checksumMismatch = Code(description: "checksumMismatch")
    /// The input is well formed, but asks for what this version cannot do.
    public static let unsupported = Code(description: "unsupported")
  }

  /// Where in the input the error was found.
  public enum Location: Hashable, Sendable {
    /// A file, and the offset in it where that is known, in bytes.
    case file(path: String, offset: Int?)
    /// A row of a matrix or a data set, and the column where one is to blame; both count from 0.
    case row(Int, column: Int?)
    /// A line of a table in a file, and the column where one is to blame; both count from 1, as
    /// editors and spreadsheets do.
    case cell(path: String, line: Int, column: Int?)
  }

  /// The kind of the error.
  public let code: Code
  /// What was wrong and what was expected, in one sentence.
  public let message: String
  /// How to mend it, in one sentence.
  public let remedy: String?
  /// Where it was found.
  public let location: Location?
  /// The error beneath, where another caused this one.
  public let cause: (any Error)?

  /// Creates an error.
  public init(
    _ code: Code, _ message: String, remedy: String? = nil, at location: Location? = nil,
    cause: (any Error)? = nil
  ) {
    self.code = code
    self.message = message
    self.remedy = remedy
    self.location = location
    self.cause = cause
  }
}

extension SoftmaxError: CustomStringConvertible {
  /// Location, message, cause and remedy in one line.
  public var description: String {
    var text = ""
    switch location {
    case .file(let path, let offset?): text += "\(path): byte \(offset): "
    case .file(let path, nil): text += "\(path): "
    case .row(let row, let column?): text += "row \(row), column \(column): "
    case .row(let row, nil): text += "row \(row): "
    case .cell(let path, let line, let column?):
      text += "\(path): line \(line), column \(column): "
    case .cell(let path, let line, nil): text += "\(path): line \(line): "
    case nil: break
    }
    text += message
    if let cause { text += " (\(cause))" }
    if let remedy { text += "; \(remedy)" }
    return text
  }
}
