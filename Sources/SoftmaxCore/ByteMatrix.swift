// SPDX-License-Identifier: Apache-2.0

/// A matrix of bytes in row-major order that stand for `Float(byte) * scale`.
///
/// Images stay as they came: a quarter of the memory of `Float`, converted a
/// batch at a time. The value of a byte is the product rounded once, everywhere
/// in the library.
///
/// ```swift
/// let image = try ByteMatrix(rowCount: 1, columnCount: 2, bytes: [0, 255], scale: 1.0 / 255)
/// print(image.floats().elements)            // [0.0, 1.0]
/// ```
public struct ByteMatrix: Hashable, Sendable {
  /// The number of rows.
  public let rowCount: Int
  /// The number of columns.
  public let columnCount: Int
  /// The bytes, row after row.
  public let bytes: [UInt8]
  /// What a byte is multiplied with.
  public let scale: Float

  /// Creates a matrix from its bytes in row-major order.
  ///
  /// - Throws: `shapeMismatch` unless there are `rowCount * columnCount` bytes;
  ///   `invalidArgument` unless the scale is greater than 0 and every byte's value finite.
  public init(rowCount: Int, columnCount: Int, bytes: [UInt8], scale: Float) throws(SoftmaxError) {
    let (count, overflow) = rowCount.multipliedReportingOverflow(by: columnCount)
    guard rowCount >= 0, columnCount >= 0, !overflow, count == bytes.count else {
      throw SoftmaxError(
        .shapeMismatch,
        "a \(rowCount) x \(columnCount) matrix needs \(overflow ? "more" : "\(count)") bytes, "
          + "got \(bytes.count)")
    }
    try ByteMatrix.validate(scale: scale)
    self.rowCount = rowCount
    self.columnCount = columnCount
    self.bytes = bytes
    self.scale = scale
  }

  /// Throws unless every byte stands for a finite number.
  package static func validate(scale: Float) throws(SoftmaxError) {
    guard (scale * 255).isFinite, scale > 0 else {
      throw SoftmaxError(
        .invalidArgument,
        "the scale of bytes must be greater than 0, and finite times 255, got \(scale)")
    }
  }

  /// The bytes of one row.
  ///
  /// - Precondition: the row lies within the matrix.
  public func row(_ row: Int) -> ArraySlice<UInt8> {
    precondition(row >= 0 && row < rowCount, "row \(row) lies outside of \(rowCount) rows")
    return bytes[row * columnCount..<(row + 1) * columnCount]
  }

  /// The values as a matrix of `Float`.
  public func floats() -> Matrix {
    var result = Matrix(rowCount: rowCount, columnCount: columnCount)
    for (index, byte) in bytes.enumerated() { result.elements[index] = Float(byte) * scale }
    return result
  }
}
