// SPDX-License-Identifier: Apache-2.0

/// A grey picture, for terminals and for figures.
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
  /// The pixels, row after row, from 0, black, to 1, white.
  package let values: [Float]

  /// Takes the features of a sample for a picture; nil unless the shape is [rows, columns] or
  /// [rows, columns, 1].
  ///
  /// Where values lie outside of 0...1, all are stretched to it.
  public init?(values: [Float], shape: [Int]) {
    guard shape.count == 2 || (shape.count == 3 && shape[2] == 1), shape[0] > 0, shape[1] > 0,
      // Divided, because a product may overflow.
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
    // In double, where the extent of the greatest floats is finite.
    let extent = Double(high) - Double(low)
    return values.map { extent > 0 ? Float((Double($0) - Double(low)) / extent) : 0 }
  }
}
