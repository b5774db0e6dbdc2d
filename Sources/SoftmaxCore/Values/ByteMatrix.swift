// SPDX-License-Identifier: Apache-2.0

/// A matrix of bytes in row-major order that represent the values `Float(byte) * scale`.
///
/// It keeps images as the bytes of their files, in a quarter of the memory of a `Matrix`. Training and
/// prediction convert it batch by batch. Everywhere in the library, the value of a byte is this product,
/// rounded once.
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
  package let storage: ByteStorage
  /// The factor by which each byte is multiplied.
  public let scale: Float

  /// Creates a matrix from its bytes in row-major order.
  ///
  /// - Throws: `shapeMismatch` unless there are `rowCount * columnCount` bytes;
  ///   `invalidArgument` unless the scale is greater than 0 and the value of every byte is finite.
  public init(rowCount: Int, columnCount: Int, bytes: [UInt8], scale: Float) throws(SoftmaxError) {
    try self.init(
      rowCount: rowCount, columnCount: columnCount, storage: ByteStorage(bytes), scale: scale)
  }

  /// Creates a matrix from its bytes in row-major order, which may be a part of a mapped file.
  package init(
    rowCount: Int, columnCount: Int, storage: ByteStorage, scale: Float
  ) throws(SoftmaxError) {
    let (count, overflow) = rowCount.multipliedReportingOverflow(by: columnCount)
    guard rowCount >= 0, columnCount >= 0, !overflow, count == storage.count else {
      throw SoftmaxError(
        .shapeMismatch,
        "a \(rowCount) x \(columnCount) matrix needs \(overflow ? "more" : "\(count)") bytes, "
          + "got \(storage.count)")
    }
    try ByteMatrix.validate(scale: scale)
    self.rowCount = rowCount
    self.columnCount = columnCount
    self.storage = storage
    self.scale = scale
  }

  /// Throws `invalidArgument` unless the scale is greater than 0 and the value of every byte is finite.
  package static func validate(scale: Float) throws(SoftmaxError) {
    guard (scale * 255).isFinite, scale > 0 else {
      throw SoftmaxError(
        .invalidArgument,
        "the scale of bytes must be greater than 0, and finite times 255, got \(scale)")
    }
  }

  /// The bytes in row-major order.
  ///
  /// - Complexity: O(1) if the matrix was created from an array. If the bytes are part of a mapped file, as
  ///   the images of a loaded data set may be, each access copies all of them. Store the result, or use
  ///   ``withUnsafeBytes(_:)`` or ``row(_:)``.
  public var bytes: [UInt8] { storage.array }

  /// Calls `body` with the bytes in row-major order, without copying them.
  ///
  /// The buffer must not be used after `body` has returned.
  public func withUnsafeBytes<Result>(
    _ body: (UnsafeRawBufferPointer) throws -> Result
  ) rethrows -> Result {
    try unsafe storage.withUnsafeBytes(body)
  }

  /// Returns a copy of the bytes of one row.
  ///
  /// - Precondition: The row lies within the matrix.
  public func row(_ row: Int) -> [UInt8] {
    precondition(row >= 0 && row < rowCount, "row \(row) lies outside of \(rowCount) rows")
    return unsafe withUnsafeBytes { bytes in
      unsafe Array(bytes[row * columnCount..<(row + 1) * columnCount])
    }
  }

  /// Returns the values as a matrix of `Float`.
  public func floats() -> Matrix {
    var result = Matrix(rowCount: rowCount, columnCount: columnCount)
    unsafe withUnsafeBytes { bytes in
      for index in 0..<bytes.count { result.elements[index] = unsafe Float(bytes[index]) * scale }
    }
    return result
  }
}
