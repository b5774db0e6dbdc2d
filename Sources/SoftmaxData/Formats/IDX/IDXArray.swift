// SPDX-License-Identifier: Apache-2.0
import SoftmaxCore

/// An array of bytes with a shape, as in an IDX file.
///
/// The element at (i, j, k) of an array of shape [a, b, c] is `bytes[(i * b + j) * c + k]`.
public struct IDXArray: Hashable, Sendable {
  /// The extent of each dimension in row-major order, such as [60000, 28, 28].
  public let shape: [Int]
  let storage: ByteStorage

  init(shape: [Int], storage: ByteStorage) {
    self.shape = shape
    self.storage = storage
  }

  /// A copy of the elements in row-major order; their number is the product of the shape.
  public var bytes: [UInt8] { storage.array }
}
