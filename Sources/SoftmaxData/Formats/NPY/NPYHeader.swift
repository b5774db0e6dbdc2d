// SPDX-License-Identifier: Apache-2.0
import SoftmaxCore

/// The header of an NPY file: the type, order and shape of its elements.
///
/// It consists of six magic bytes, two version bytes, the length of the text in two bytes (version 1) or
/// four bytes (versions 2 and 3), and a text such as
/// `{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }`. A custom scanner reads exactly these
/// three keys; the text is never evaluated as Python.
///
/// Source: "A Simple File Format for NumPy Arrays", NumPy enhancement proposal 1, and `numpy.lib.format`,
/// versions 1.0 to 3.0.
struct NPYHeader: Equatable {
  static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)
  /// The maximum length of the text; headers that NumPy writes have about a hundred bytes.
  static let maximumByteCount = 1 << 16
  // The maximum of NumPy.
  private static let greatestDimensionCount = 64

  let type: NPYArray.ElementType
  let isFortranOrder: Bool
  let shape: [Int]

  /// The number of elements; nil if it does not fit in `Int`.
  var elementCount: Int? {
    var count = 1
    for extent in shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: extent)
      guard !overflow else { return nil }
      count = product
    }
    return count
  }

  /// Reads a header from the first bytes of a file.
  ///
  /// - Returns: the header, and the number of bytes before the first element.
  static func read(
    _ bytes: ByteStorage, name: String
  ) throws(SoftmaxError) -> (header: NPYHeader, byteCount: Int) {
    func fail(
      _ message: String, _ offset: Int, code: SoftmaxError.Code = .invalidData,
      remedy: String = "fetch or copy the file again"
    ) -> SoftmaxError {
      SoftmaxError(code, message, remedy: remedy, at: .file(path: name, offset: offset))
    }
    let start = bytes[0..<min(12, bytes.count)].array
    guard start.starts(with: magic) else {
      throw fail(
        "is no NPY file: it does not begin with 93 4E 55 4D 50 59", 0,
        remedy: "name a file that numpy.save wrote")
    }
    guard start.count >= 10 else { throw fail("ends within its header", start.count) }
    guard (1...3).contains(start[6]), start[7] == 0 else {
      throw fail(
        "has the format version \(start[6]).\(start[7]), expected 1.0, 2.0 or 3.0", 6,
        code: .unsupported, remedy: "write it again with numpy.save")
    }
    let lengthByteCount = start[6] == 1 ? 2 : 4
    guard start.count >= 8 + lengthByteCount else { throw fail("ends within its header", 8) }
    let length = start[8..<8 + lengthByteCount].reversed().reduce(0) { $0 << 8 | Int($1) }
    guard length <= maximumByteCount else {
      throw fail(
        "has a header of \(length) bytes, more than the limit of \(maximumByteCount)", 8,
        code: .unsupported, remedy: "write it again with numpy.save")
    }
    let begin = 8 + lengthByteCount
    guard bytes.count >= begin + length else {
      throw fail("ends within its header of \(length) bytes", bytes.count)
    }
    var scanner = NPYHeaderScanner(
      bytes[begin..<begin + length].array, name: name, offset: begin)
    return (try scanner.header(), begin + length)
  }

  /// Returns the header as NumPy writes it, padded so that the elements start at a multiple of 64 bytes.
  func encoded() -> [UInt8] {
    let extents = shape.count == 1 ? "\(shape[0])," : shape.map(String.init).joined(separator: ", ")
    let text =
      "{'descr': '\(type.descriptor)', 'fortran_order': \(isFortranOrder ? "True" : "False"), "
      + "'shape': (\(extents)), }"
    // The text has at most 64 extents of 19 digits, so the length fits into two bytes.
    let unpadded = Self.magic.count + 4 + text.utf8.count + 1
    let padding = (64 - unpadded % 64) % 64
    let length = text.utf8.count + padding + 1
    return Self.magic + [1, 0, UInt8(length & 0xff), UInt8(length >> 8)] + Array(text.utf8)
      + [UInt8](repeating: 0x20, count: padding) + [0x0a]
  }

  /// Creates a header from values that the caller has validated.
  init(type: NPYArray.ElementType, isFortranOrder: Bool, shape: [Int]) {
    self.type = type
    self.isFortranOrder = isFortranOrder
    self.shape = shape
  }

  /// Throws `unsupported` for more dimensions than NumPy supports.
  static func validate(
    dimensionCount: Int, at location: SoftmaxError.Location?
  ) throws(SoftmaxError) {
    guard dimensionCount <= greatestDimensionCount else {
      throw SoftmaxError(
        .unsupported,
        "has \(dimensionCount) dimensions, expected at most \(greatestDimensionCount)",
        remedy: "write it again with fewer", at: location)
    }
  }
}
