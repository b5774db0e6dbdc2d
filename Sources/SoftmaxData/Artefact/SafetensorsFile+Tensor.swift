// SPDX-License-Identifier: Apache-2.0
import SoftmaxCore

extension SafetensorsFile {
  /// A named array of numbers with a shape.
  public struct Tensor: Hashable, Sendable {
    /// The name, unique in its file.
    public let name: String
    /// The extent in each dimension, the slowest first; of a single number it is empty.
    public let shape: [Int]
    /// The numbers in row-major order; there are as many as the product of the shape.
    public let values: [Float]

    /// Creates a tensor; ``SafetensorsFile/init(tensors:metadata:)`` checks it.
    public init(name: String, shape: [Int], values: [Float]) {
      self.name = name
      self.shape = shape
      self.values = values
    }

    func validate() throws(SoftmaxError) {
      guard shape.count <= SafetensorsHeader.greatestDimensionCount,
        Self.byteCount(of: shape) == values.count * MemoryLayout<Float>.size
      else {
        throw SoftmaxError(
          .shapeMismatch,
          "tensor \(name.debugDescription): the shape \(shape) does not hold \(values.count) values"
        )
      }
      guard let index = values.firstIndex(where: { !$0.isFinite }) else { return }
      throw SoftmaxError(
        .nonFiniteValue,
        "tensor \(name.debugDescription): value \(index) must be finite, got \(values[index])")
    }

    /// The bytes that a tensor of a shape takes; nil if they cannot be counted.
    static func byteCount(of shape: [Int]) -> Int? {
      var count = MemoryLayout<Float>.size
      for extent in shape {
        let (product, overflow) = count.multipliedReportingOverflow(by: extent)
        guard extent >= 0, !overflow else { return nil }
        count = product
      }
      return count
    }
  }
}
