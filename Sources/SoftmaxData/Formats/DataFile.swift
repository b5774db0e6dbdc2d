// SPDX-License-Identifier: Apache-2.0
package import SoftmaxCore

/// A file or folder to read, or bytes that are already in memory, such as those of standard input; or a table in several
/// files.
package struct DataFile: Sendable {
  /// The path, or the name of the bytes in messages.
  package let path: String
  // The bytes in memory; nil for a file that is read from the path.
  private let bytes: [UInt8]?
  // The pipe that is not read yet; nil for everything else.
  private let pipe: PipedStream?
  /// The files whose rows follow those of this one.
  let following: [DataFile]

  /// Creates a file from a path; a pipe, and `-` for standard input, is read to its end.
  ///
  /// - Throws: `unsupported` for a pipe of more than 1 GiB; `ioFailure` for devices.
  package init(_ path: String) throws(SoftmaxError) {
    self = try DataFile(streaming: path).loaded()
  }

  /// Creates a file from a path; a pipe, and `-` for standard input, can be read once, and is not read yet.
  ///
  /// - Parameter isCancelled: is asked while a pipe waits for its writer; if it returns true, the pipe ends
  ///   there.
  /// - Throws: `ioFailure` for devices.
  package init(
    streaming path: String, isCancelled: @escaping @Sendable () -> Bool = { false }
  ) throws(SoftmaxError) {
    bytes = nil
    pipe = try PipedStream.open(path, isCancelled: isCancelled)
    following = []
    self.path = PipedBytes.name(path)
  }

  /// Creates a file from bytes in memory.
  init(bytes: [UInt8], name: String) {
    path = name
    self.bytes = bytes
    pipe = nil
    following = []
  }

  /// Creates a file from its path, or a table from the paths of its files; each may be a pipe.
  ///
  /// - Throws: the errors of ``init(_:)``; `invalidArgument` if there are no paths, or one of several is that of something
  ///   else than a table.
  package init(tableIn paths: [String]) throws(SoftmaxError) {
    guard let path = paths.first else {
      throw SoftmaxError(.invalidArgument, "there is no path", remedy: "name a file")
    }
    let first = try DataFile(path)
    var following: [DataFile] = []
    for path in paths.dropFirst() { following.append(try DataFile(path)) }
    if !following.isEmpty {
      for file in [first] + following { try FileFormats.validateIsTable(file) }
    }
    (self.path, bytes, pipe) = (first.path, first.bytes, first.pipe)
    self.following = following
  }

  /// Whether it can be read once only.
  package var isPipe: Bool { pipe != nil }

  /// Returns the file with the bytes of a pipe in memory, so that it can be read several times.
  ///
  /// - Throws: `unsupported` for a pipe of more than 1 GiB; `ioFailure`.
  package func loaded() throws(SoftmaxError) -> DataFile {
    guard let pipe else { return self }
    let bytes = try pipe.readToEnd(maximumByteCount: PipedBytes.maximumByteCount)
    return DataFile(bytes: bytes, name: path)
  }

  /// The last component of the path.
  var name: String {
    FolderPath.name(path) + (following.isEmpty ? "" : " and \(following.count) more")
  }

  /// The kind of the file; bytes in memory count as a regular file, nil if nothing exists at the path.
  fileprivate var kind: FileKind? { bytes == nil && pipe == nil ? FileKind(path) : .regular }

  /// Returns a sequential reader, which decompresses gzipped bytes.
  ///
  /// The reader of a pipe continues where the one before it stopped.
  func reader() throws(SoftmaxError) -> UnpackingReader {
    if let pipe { return try UnpackingReader(ByteSource(pipe)) }
    if let bytes { return try UnpackingReader(ByteSource(bytes: bytes, name: path)) }
    return try UnpackingReader(ByteSource(path: path))
  }

  /// Returns all decompressed bytes, memory-mapped if possible.
  ///
  /// A pipe has to be ``loaded()`` before.
  func whole(maximumByteCount: Int) throws(SoftmaxError) -> ByteStorage {
    if let bytes {
      return try WholeFile.bytes(bytes, name: path, maximumByteCount: maximumByteCount)
    }
    return try WholeFile.bytes(of: path, maximumByteCount: maximumByteCount)
  }
}

extension DataFile {
  // Enough gzipped bytes for the first bytes of a format, whatever they are.
  private static let byteCountOfStart = 1 << 16

  /// Returns a reader for the first bytes.
  fileprivate func start() throws(SoftmaxError) -> UnpackingReader {
    guard let pipe else { return try reader() }
    let bytes = try pipe.prefix(Self.byteCountOfStart)
    return try UnpackingReader(ByteSource(bytes: bytes, name: path))
  }
}

/// The properties by which a format is recognized.
package struct FileStart: Sendable {
  /// The path, or the name of bytes in memory.
  let path: String
  /// Whether it is a folder.
  let isFolder: Bool
  /// The first 4,096 bytes, decompressed if the file is gzipped.
  ///
  /// There are fewer bytes if the file is shorter, and none if it cannot be read.
  let bytes: [UInt8]

  private static let byteCount = 4_096

  /// Reads the first bytes of a file; a file that cannot be read has none.
  ///
  /// Those of a pipe are still to be read afterwards.
  init(_ file: DataFile) {
    path = file.path
    isFolder = file.kind == .folder
    bytes = file.kind == .regular ? (try? file.start().read(Self.byteCount)) ?? [] : []
  }
}

/// Options for properties that a file does not determine itself.
package struct ReadingOptions: Sendable {
  /// The format of a table, including the classes and the schema of a model.
  package var table: CSVFormat
  /// The arrays that hold features and labels.
  package var arrays: ArrayChoice
  /// The columns of an svmlight file.
  package var sparse: SVMLightFormat
  /// The shape of pictures.
  package var pictures: PictureFormat
  /// The cache for decompressed copies.
  package var cache: DataCache

  package init(
    table: CSVFormat = CSVFormat(), arrays: ArrayChoice = ArrayChoice(),
    sparse: SVMLightFormat = SVMLightFormat(), pictures: PictureFormat = PictureFormat(),
    cache: DataCache = .none
  ) {
    self.table = table
    self.arrays = arrays
    self.sparse = sparse
    self.pictures = pictures
    self.cache = cache
  }
}

/// Rows for prediction, with their labels if they are known.
package struct PredictionRows: Sendable {
  package let features: Features
  /// The shape of one row.
  package let featureShape: [Int]
  /// The name of the file of each row, if each has one.
  package let names: [String]?
  /// The class name of each row, nil for a row without a label; nil as a whole if the file has no labels.
  package let labels: [String?]?
  /// A message for the user about what was detected; nil if there is nothing to report.
  package let note: String?
  /// Possible mistakes in the data that are not errors.
  package let warnings: [String]
  /// The columns of a table that are no features because they identify the rows.
  package let identifiers: [CSVIdentifier]

  init(
    features: Features, featureShape: [Int], names: [String]? = nil, labels: [String?]? = nil,
    note: String? = nil, warnings: [String] = [], identifiers: [CSVIdentifier] = []
  ) {
    self.identifiers = identifiers
    self.names = names
    self.features = features
    self.featureShape = featureShape
    self.labels = labels
    self.note = note
    self.warnings = warnings
  }
}

/// A fact about a file, which can be shown as text or as JSON.
package struct FileFact: Sendable {
  /// The value of a fact.
  package enum Value: Sendable {
    /// The shape of an array.
    case shape([Int])
    /// The minimum and maximum of the values; nil if there are no values.
    case range(ClosedRange<Int>?)
    /// The name, type and shape of several arrays.
    case arrays([(name: String, type: String, shape: [Int])])
  }

  package let name: String
  package let value: Value
}
