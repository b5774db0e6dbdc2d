// SPDX-License-Identifier: Apache-2.0
public import SoftmaxCore

/// The command line's reference to data: a data set, one of its parts, or one of its rows.
///
/// The text begins with one of ``builtInNames``, the path of a folder of IDX files, of a table of
/// comma-separated values or JSON lines (``CSVTable``) or of a file of arrays (``NPZArchive``, ``NPYArray``), or `-`
/// for standard input. `:train` or `:test` may follow unless the file has no parts, and then `:` and the
/// number of a row, counted from 0. If the whole text is an existing path, its colons are part of the
/// path.
///
/// ```swift
/// let reference = try DatasetReference("fashion-mnist:test:0")
/// let split = try reference.load()
/// let one = try reference.part(of: split, default: .training)
/// print(one.count, one.classNames[one.labels[0]])           // 1 Ankle boot
/// ```
public struct DatasetReference: Hashable, Sendable, CustomStringConvertible {
  /// The location of the data.
  public enum Source: Hashable, Sendable {
    /// The data set with one of the names ``DatasetReference/builtInNames``.
    case builtIn(String)
    /// The path of a folder of IDX files.
    case folder(String)
    /// The path of a single file, such as a table.
    case file(String)
    /// The paths of the files of one table.
    case tables([String])
  }

  /// The names of the built-in data sets.
  public static let builtInNames = NamedDataset.all.map(\.name)

  /// The location of the data.
  public let source: Source
  /// The part; nil if the reference names none.
  public let part: DatasetSplit.Part?
  /// The index of the row, counted from 0; nil if the reference names none.
  public let row: Int?

  /// Creates a reference from its components.
  public init(source: Source, part: DatasetSplit.Part? = nil, row: Int? = nil) {
    self.source = source
    self.part = part
    self.row = row
  }

  /// Parses a reference.
  ///
  /// It checks whether paths exist, but does not read the data.
  ///
  /// - Throws: `notFound` if the name is neither a built-in data set nor an existing path, with all
  ///   built-in names or the most similar one; `invalidArgument` if the suffix is neither a part nor a
  ///   row.
  public init(_ text: String) throws(SoftmaxError) {
    let pieces = text.split(separator: ":", omittingEmptySubsequences: false)
    if let name = pieces.first.map(String.init), Self.builtInNames.contains(name) {
      try self.init(.builtIn(name), suffixes: pieces.dropFirst(), text: text)
      return
    }
    // The longest prefix that exists is the path.
    for count in stride(from: pieces.count, through: max(1, pieces.count - 2), by: -1) {
      let path = pieces.prefix(count).joined(separator: ":")
      guard let kind = path == PipedBytes.standardInput ? .other : FileKind(path) else { continue }
      try self.init(
        kind == .folder ? .folder(path) : .file(path), suffixes: pieces.dropFirst(count), text: text
      )
      return
    }
    throw Self.unknown(text)
  }

  /// Parses a reference of one text, or of the paths of the files of one table, whose rows follow each other.
  ///
  /// ```swift
  /// let months = try DatasetReference(["january.csv", "february.csv.gz"])
  /// ```
  ///
  /// - Throws: the errors of ``init(_:)``; `invalidArgument` if there is no text, or if one of several is no path of a
  ///   file.
  public init(_ texts: [String]) throws(SoftmaxError) {
    guard let first = texts.first else {
      throw SoftmaxError(
        .invalidArgument, "nothing is named",
        remedy: "name \(FileFormats.namesOfLabeledData), or one of "
          + Self.builtInNames.joined(separator: ", "))
    }
    guard texts.count > 1 else {
      try self.init(first)
      return
    }
    var paths: [String] = []
    for text in texts {
      let reference = try DatasetReference(text)
      guard case .file(let path) = reference.source, reference.part == nil, reference.row == nil
      else {
        throw SoftmaxError(
          .invalidArgument, "\(text.debugDescription) is no file, and several have to be tables",
          remedy: "name it alone, or files")
      }
      paths.append(path)
    }
    self.init(source: .tables(paths))
  }

  private init(_ source: Source, suffixes: ArraySlice<Substring>, text: String) throws(SoftmaxError)
  {
    var rest = suffixes
    var part: DatasetSplit.Part?
    if let first = rest.first, let named = DatasetSplit.Part(rawValue: String(first)) {
      part = named
      rest.removeFirst()
    }
    var row: Int?
    if let first = rest.first, let digits = Int(first), first.allSatisfy(\.isASCIIDigit) {
      row = digits
      rest.removeFirst()
    }
    if let stray = rest.first {
      throw SoftmaxError(
        .invalidArgument,
        "\(text.debugDescription): \(String(stray).debugDescription) is no part and no row",
        remedy: "write NAME, NAME:train, NAME:test, NAME:ROW or NAME:test:ROW")
    }
    self.init(source: source, part: part, row: row)
  }

  /// The reference as text that can be parsed again; of several files, their names with blanks between them.
  public var description: String {
    let name =
      switch source {
      case .builtIn(let name): name
      case .folder(let path), .file(let path): path
      case .tables(let paths): paths.joined(separator: " ")
      }
    return name + (part.map { ":" + $0.rawValue } ?? "") + (row.map { ":\($0)" } ?? "")
  }

  /// The paths of its files, or of the folder; none for a built-in data set.
  package var paths: [String] {
    switch source {
    case .builtIn: []
    case .folder(let path), .file(let path): [path]
    case .tables(let paths): paths
    }
  }

  private static func unknown(_ text: String) -> SoftmaxError {
    // A name with an ending, such as `flowers.csv`, is that of a file.
    if text.contains("/") || text.contains(".") || text.hasPrefix("~") {
      return SoftmaxError(
        .notFound, "there is nothing at this path",
        remedy: "name \(FileFormats.namesOfLabeledData), or one of "
          + builtInNames.joined(separator: ", "),
        at: .file(path: text, offset: nil))
    }
    return NamedDataset.unknown(text, "is no data set and no path")
  }
}

extension Character {
  fileprivate var isASCIIDigit: Bool { isASCII && isNumber }
}
