// SPDX-License-Identifier: Apache-2.0
import SoftmaxCore

/// The header of a safetensors file, validated against the size of the data after it.
struct SafetensorsHeader {
  /// The description of one tensor.
  struct Entry {
    var name: String
    var type = SafetensorsFile.ElementType.float32
    var shape: [Int] = []
    /// The place of the tensor's values: a range of byte offsets from the start of the data.
    var byteRange = 0..<0
    /// The offset of the entry in the file, for errors.
    var offset: Int
  }

  static let metadataKey = "__metadata__"
  /// The limit that the format sets for the header, in bytes.
  static let formatByteCount = 100_000_000
  /// The limit that this reader sets, in bytes: far more than 4,096 tensors and a training record need.
  static let greatestByteCount = 8 << 20
  static let greatestTensorCount = 4_096
  static let greatestMetadataCount = 4_096
  static let greatestDimensionCount = 8

  /// The tensors in the order of their data.
  private(set) var entries: [Entry] = []
  private(set) var metadata: [String: String] = [:]

  /// Parses the header, which starts at offset 8 of the file.
  ///
  /// - Parameters:
  ///   - bytes: the header with its padding.
  ///   - dataByteCount: the number of bytes after the header.
  ///   - path: the path of the file, for errors.
  init(_ bytes: [UInt8], dataByteCount: Int, path: String) throws(SoftmaxError) {
    guard bytes.first == UInt8(ascii: "{") else {
      throw SoftmaxError(
        .invalidData, "is no safetensors file: the header must begin with '{'",
        at: .file(path: path, offset: 8))
    }
    var scanner = JSONScanner(bytes, path: path, base: 8)
    var entries: [Entry] = []
    var metadata: [String: String] = [:]
    try scanner.object(atMost: Self.greatestTensorCount + 1) {
      (scanner, key, place) throws(SoftmaxError) in
      if key == Self.metadataKey {
        try scanner.object(atMost: Self.greatestMetadataCount) {
          (scanner, key, _) throws(SoftmaxError) in
          metadata[key] = try scanner.string()
        }
      } else {
        guard entries.count < Self.greatestTensorCount else {
          throw SoftmaxError(
            .unsupported, "holds more than \(Self.greatestTensorCount) tensors",
            at: .file(path: path, offset: 8 + place))
        }
        entries.append(try Self.entry(key, place: place, path: path, scanner: &scanner))
      }
    }
    try scanner.expectPadding()
    // Entries with equal byte ranges are tensors without values; they keep the order of the header.
    self.entries = entries.enumerated().sorted {
      ($0.element.byteRange.lowerBound, $0.element.byteRange.upperBound, $0.offset)
        < ($1.element.byteRange.lowerBound, $1.element.byteRange.upperBound, $1.offset)
    }.map(\.element)
    self.metadata = metadata
    try validateLayout(dataByteCount: dataByteCount, path: path)
  }

  /// Throws unless each tensor begins where the previous one ends and the last one ends with the file.
  ///
  /// Holes could hide other content. Overlaps would let a small file declare any number of large
  /// tensors.
  private func validateLayout(dataByteCount: Int, path: String) throws(SoftmaxError) {
    var end = 0
    for entry in entries {
      guard entry.byteRange.lowerBound == end else {
        throw SoftmaxError(
          .invalidData,
          "tensor \(JSONScanner.shortened(entry.name)) begins at \(entry.byteRange.lowerBound) of the "
            + "data, expected \(end), where the one before it ends",
          at: .file(path: path, offset: entry.offset))
      }
      end = entry.byteRange.upperBound
    }
    guard end == dataByteCount else {
      throw SoftmaxError(
        .invalidData, "the tensors need \(end) bytes, but \(dataByteCount) follow the header",
        remedy: end > dataByteCount ? "copy the file again, it is cut off" : nil,
        at: .file(path: path, offset: nil))
    }
  }

  private static func entry(
    _ name: String, place: Int, path: String, scanner: inout JSONScanner
  ) throws(SoftmaxError) -> Entry {
    var type: String?
    var shape: [Int]?
    var offsets: [Int]?
    // The count is not limited: an unknown or repeated key ends the loop with an error.
    try scanner.object(atMost: .max) { (scanner, key, place) throws(SoftmaxError) in
      switch key {
      case "dtype": type = try scanner.string()
      case "shape": shape = try scanner.integers(atMost: greatestDimensionCount)
      case "data_offsets": offsets = try scanner.integers(atMost: 2)
      default:
        throw scanner.failure(
          "a tensor has dtype, shape and data_offsets, got \(JSONScanner.shortened(key))",
          at: place)
      }
    }
    let called = "tensor \(JSONScanner.shortened(name))"
    guard let type, let shape, let offsets, offsets.count == 2 else {
      throw scanner.failure(
        "\(called) needs dtype, shape and data_offsets with two numbers", at: place)
    }
    guard let type = SafetensorsFile.ElementType(rawValue: type) else {
      throw SoftmaxError(
        .unsupported,
        "\(called) is of type \(JSONScanner.shortened(type)), expected F32, F64 or I32",
        remedy: "convert it to 32-bit floats", at: .file(path: path, offset: 8 + place))
    }
    guard let size = type.byteCount(of: shape) else {
      throw scanner.failure(
        "\(called) of shape \(shape) needs more bytes than can be counted", at: place)
    }
    guard offsets[0] <= offsets[1], offsets[1] - offsets[0] == size else {
      throw scanner.failure(
        "\(called) of shape \(shape) needs \(size) bytes, but its data_offsets are \(offsets)",
        at: place)
    }
    return Entry(
      name: name, type: type, shape: shape, byteRange: offsets[0]..<offsets[1], offset: 8 + place)
  }
}
