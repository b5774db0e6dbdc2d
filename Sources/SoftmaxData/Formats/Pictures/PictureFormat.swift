// SPDX-License-Identifier: Apache-2.0
import SoftmaxCore

/// How pictures become features; properties that are nil are found from the pictures.
///
/// ```swift
/// let split = try PictureFolder.load("signs", as: PictureFormat(height: 32, width: 32))
/// ```
public struct PictureFormat: Hashable, Sendable {
  /// The number of rows of pixels; nil for that of the pictures if all have the same size of at most 64 by 64
  /// pixels, otherwise 32.
  public var height: Int?
  /// The number of pixels in a row; nil as for the height.
  public var width: Int?
  /// Whether a pixel is one number, its brightness, not three for red, green and blue; nil for true if all pictures
  /// are grey.
  public var isGray: Bool?
  /// Whether files that cannot be read as pictures are left out, with a warning, instead of being an error.
  public var skipsUnreadable: Bool

  /// The greatest height and width: greater pictures are no work for dense layers.
  package static let greatestSide = 4_096

  /// Creates a format.
  public init(
    height: Int? = nil, width: Int? = nil, isGray: Bool? = nil, skipsUnreadable: Bool = false
  ) {
    self.height = height
    self.width = width
    self.isGray = isGray
    self.skipsUnreadable = skipsUnreadable
  }

  /// Throws `invalidArgument` for a height or a width that is less than 1 or too great.
  func validate() throws(SoftmaxError) {
    guard
      let side = [height, width].compactMap(\.self).first(where: {
        !(1...Self.greatestSide ~= $0)
      })
    else { return }
    throw SoftmaxError(
      .invalidArgument, "a picture's side has 1 to \(Self.greatestSide) pixels, got \(side)")
  }

  /// Returns the format with the shape of a model's inputs, [height, width] or [height, width, 3]; any other shape
  /// says nothing.
  package func completed(by shape: [Int]?) -> PictureFormat {
    guard let shape, shape.count == 2 || shape.count == 3 && shape[2] == 3 else { return self }
    return PictureFormat(
      height: height ?? shape[0], width: width ?? shape[1], isGray: isGray ?? (shape.count == 2),
      skipsUnreadable: skipsUnreadable)
  }
}
