// SPDX-License-Identifier: Apache-2.0
package import SoftmaxCore

/// A file or folder to be read, or bytes that were read already, such as those of standard input.
package struct DataFile: Sendable {
  /// The path, or what to call the bytes.
  package let path: String
  // The bytes; nil for what is read from the path.
  private let bytes: [UInt8]?

  /// What lies under a path; a pipe, and `-` for standard input, are read at once.
  ///
  /// - Throws: `unsupported` for a pipe of more than 1 GiB; `ioFailure` for devices.
  package init(_ path: String) throws(SoftmaxError) {
    bytes = try PipedBytes.read(path)
    self.path = PipedBytes.name(path)
  }

  /// Bytes under a name.
  init(bytes: [UInt8], name: String) {
    path = name
    self.bytes = bytes
  }

  /// The last part of the path.
  var name: String { path.split(separator: "/").last.map(String.init) ?? path }

  /// What lies under the path; bytes are as good as a regular file.
  fileprivate var kind: FileKind? { bytes == nil ? FileKind(path) : .regular }

  /// Reads front to back, unpacked if it is gzipped.
  func reader() throws(SoftmaxError) -> UnpackingReader {
    if let bytes { return try UnpackingReader(ByteSource(bytes: bytes, name: path)) }
    return try UnpackingReader(ByteSource(path: path))
  }

  /// All bytes at once, mapped where that is possible.
  func whole(maximumByteCount: Int) throws(SoftmaxError) -> ByteStorage {
    if let bytes {
      return try WholeFile.bytes(bytes, name: path, maximumByteCount: maximumByteCount)
    }
    return try WholeFile.bytes(of: path, maximumByteCount: maximumByteCount)
  }
}

/// What a format is recognized by.
package struct FileStart: Sendable {
  /// Whether it is a folder.
  let isFolder: Bool
  /// The first bytes, unpacked if the file is gzipped; fewer at the end, none of what cannot be read.
  let bytes: [UInt8]

  private static let byteCount = 16

  /// Looks at a file; what cannot be read has no bytes.
  init(_ file: DataFile) {
    isFolder = file.kind == .folder
    bytes = file.kind == .regular ? (try? file.reader().read(Self.byteCount)) ?? [] : []
  }
}

/// How data are read where the file leaves it open.
package struct ReadingOptions: Sendable {
  /// How a table is read, and the classes and features that are known already.
  package var table: CSVFormat
  /// Which arrays hold features and labels.
  package var arrays: ArrayChoice
  /// Where unpacked copies are kept.
  package var cache: DataCache

  package init(
    table: CSVFormat = CSVFormat(), arrays: ArrayChoice = ArrayChoice(), cache: DataCache = .none
  ) {
    self.table = table
    self.arrays = arrays
    self.cache = cache
  }
}

/// Rows to be predicted, with what is known about them.
package struct PredictionRows: Sendable {
  package let features: Features
  /// The shape of one row.
  package let featureShape: [Int]
  /// The name of each row's class where it is known; nil where the file has no labels.
  package let labels: [String?]?
  /// What was found out by looking, to be said once.
  package let note: String?
  /// What is no error and still worth a look.
  package let warnings: [String]

  init(
    features: Features, featureShape: [Int], labels: [String?]? = nil, note: String? = nil,
    warnings: [String] = []
  ) {
    self.features = features
    self.featureShape = featureShape
    self.labels = labels
    self.note = note
    self.warnings = warnings
  }
}

/// A fact about a file, for people and programs.
package struct FileFact: Sendable {
  /// What a fact is.
  package enum Value: Sendable {
    /// The extents of an array.
    case shape([Int])
    /// The least and the greatest number; nil where there are none.
    case range(ClosedRange<Int>?)
    /// Several arrays: name, type, extents.
    case arrays([(name: String, type: String, shape: [Int])])
  }

  package let name: String
  package let value: Value
}
