// SPDX-License-Identifier: Apache-2.0

/// A greyscale picture, which terminals and SVG figures can show.
///
/// ```swift
/// if let picture = GrayPicture(values: digits.training.features.row(0), shape: [8, 8]) {
///   print(picture.lines(columns: 79).joined(separator: "\n"))
/// }
/// ```
public struct GrayPicture: Hashable, Sendable {
  /// The number of rows of pixels.
  package let rowCount: Int
  /// The number of columns of pixels.
  package let columnCount: Int
  /// The pixels in row-major order, from 0 (black) to 1 (white).
  package let values: [Float]

  /// Creates a picture from the features of a sample.
  ///
  /// If a value lies outside of 0...1, all values are scaled linearly to that range. The result is nil
  /// unless the shape is [rows, columns] or [rows, columns, 1] with as many values as the shape has pixels,
  /// at least one, and all values are finite.
  public init?(values: [Float], shape: [Int]) {
    guard shape.count == 2 || (shape.count == 3 && shape[2] == 1), shape[0] > 0, shape[1] > 0,
      // Division instead of multiplication, because a product could overflow.
      values.count % shape[1] == 0, values.count / shape[1] == shape[0],
      values.allSatisfy(\.isFinite)
    else { return nil }
    self.init(rowCount: shape[0], columnCount: shape[1], values: Self.stretched(values))
  }

  init(rowCount: Int, columnCount: Int, values: [Float]) {
    self.rowCount = rowCount
    self.columnCount = columnCount
    self.values = values
  }

  private static func stretched(_ values: [Float]) -> [Float] {
    guard let low = values.min(), let high = values.max(), low < 0 || high > 1 else {
      return values
    }
    // In double, because the difference of two finite floats can overflow a float.
    let extent = Double(high) - Double(low)
    return values.map { extent > 0 ? Float((Double($0) - Double(low)) / extent) : 0 }
  }
}
