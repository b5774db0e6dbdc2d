// SPDX-License-Identifier: Apache-2.0

/// An error of this library: its kind, its location and how to fix it.
///
/// Every error that this library throws has this type. ``code`` is for programs, ``description`` for
/// people.
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
    /// The name of the code.
    public let description: String

    /// An argument has a value that is not allowed.
    public static let invalidArgument = Code(description: "invalidArgument")
    /// Two shapes that must be equal differ.
    public static let shapeMismatch = Code(description: "shapeMismatch")
    /// A file or a value violates the rules of its format.
    public static let invalidData = Code(description: "invalidData")
    /// A feature or a logit is NaN or infinite.
    public static let nonFiniteValue = Code(description: "nonFiniteValue")
    /// A label is not the index of a class.
    public static let labelOutOfRange = Code(description: "labelOutOfRange")
    /// The loss became NaN or infinite during training.
    public static let diverged = Code(description: "diverged")
    /// A file, a data set, a column or a row does not exist.
    public static let notFound = Code(description: "notFound")
    /// Reading or writing failed.
    public static let ioFailure = Code(description: "ioFailure")
    /// A download failed.
    public static let networkFailure = Code(description: "networkFailure")
    /// A file's checksum is not the expected one.
    public static let checksumMismatch = Code(description: "checksumMismatch")
    /// The input is well formed, but requires something that this version does not support.
    public static let unsupported = Code(description: "unsupported")
  }

  /// A location in the input at which an error was found.
  public enum Location: Hashable, Sendable {
    /// A file and the offset in bytes, nil if it is not known.
    case file(path: String, offset: Int?)
    /// A row of a matrix or a data set and the column, nil for a whole row; both count from 0.
    case row(Int, column: Int?)
    /// A line of a table in a file and the column, nil for a whole line; both count from 1, as in editors
    /// and spreadsheets.
    case cell(path: String, line: Int, column: Int?)
  }

  /// The kind of the error.
  public let code: Code
  /// A description of the problem and of the expected value, in one sentence.
  public let message: String
  /// A way to fix the problem, in one sentence; nil if there is no advice.
  public let remedy: String?
  /// The location of the problem in the input; nil if it has none.
  public let location: Location?
  /// The underlying error; nil if no other error caused this one.
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

  /// Returns the error with a location, unless it has one.
  package func located(at location: Location) -> SoftmaxError {
    SoftmaxError(code, message, remedy: remedy, at: self.location ?? location, cause: cause)
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
