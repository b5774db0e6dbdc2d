// SPDX-License-Identifier: Apache-2.0
import SoftmaxCore

extension SafetensorsFile {
  /// A named array of values with a shape.
  public struct Tensor: Hashable, Sendable {
    /// The values in row-major order, in the element type of the file.
    enum Elements: Hashable, Sendable {
      case floats([Float])
      case doubles([Double])
      case integers([Int32])
    }

    /// The name, unique in its file.
    public let name: String
    /// The size of each dimension, the slowest-varying first; empty for a scalar.
    public let shape: [Int]
    let elements: Elements

    /// Creates a tensor of type F32.
    ///
    /// Nothing is validated here; ``SafetensorsFile/init(tensors:metadata:)`` validates the tensor.
    public init(name: String, shape: [Int], values: [Float]) {
      self.init(name: name, shape: shape, elements: .floats(values))
    }

    /// Creates a tensor of type F64.
    ///
    /// Nothing is validated here; ``SafetensorsFile/init(tensors:metadata:)`` validates the tensor.
    public init(name: String, shape: [Int], doubles: [Double]) {
      self.init(name: name, shape: shape, elements: .doubles(doubles))
    }

    init(name: String, shape: [Int], elements: Elements) {
      self.name = name
      self.shape = shape
      self.elements = elements
    }

    /// The values in row-major order in single precision; values of type F64 or I32 are rounded.
    ///
    /// - Complexity: linear in the number of values, constant for type F32.
    public var values: [Float] {
      switch elements {
      case .floats(let values): values
      case .doubles(let values): values.map { Float($0) }
      case .integers(let values): values.map { Float($0) }
      }
    }

    /// The values in row-major order in double precision.
    ///
    /// - Complexity: linear in the number of values, constant for type F64.
    public var doubles: [Double] {
      switch elements {
      case .floats(let values): values.map { Double($0) }
      case .doubles(let values): values
      case .integers(let values): values.map { Double($0) }
      }
    }

    /// Returns the tensor under another name.
    func named(_ name: String) -> Tensor { Tensor(name: name, shape: shape, elements: elements) }

    /// The element type, as the file names it.
    var type: ElementType {
      switch elements {
      case .floats: .float32
      case .doubles: .float64
      case .integers: .int32
      }
    }

    /// The number of bytes of the values.
    var byteCount: Int {
      switch elements {
      case .floats(let values): values.count * MemoryLayout<Float>.size
      case .doubles(let values): values.count * MemoryLayout<Double>.size
      case .integers(let values): values.count * MemoryLayout<Int32>.size
      }
    }

    /// Calls `body` with the bytes of the values, which are the same in memory and in a file
    /// (little-endian).
    func withUnsafeBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
      switch elements {
      case .floats(let values): unsafe values.withUnsafeBytes { unsafe body($0) }
      case .doubles(let values): unsafe values.withUnsafeBytes { unsafe body($0) }
      case .integers(let values): unsafe values.withUnsafeBytes { unsafe body($0) }
      }
    }

    /// The index of the first value that is infinite or NaN, and that value as text; nil if all are
    /// finite.
    var firstNotFinite: (index: Int, value: String)? {
      switch elements {
      case .floats(let values):
        values.firstIndex { !$0.isFinite }.map { ($0, "\(values[$0])") }
      case .doubles(let values):
        values.firstIndex { !$0.isFinite }.map { ($0, "\(values[$0])") }
      case .integers: nil
      }
    }

    func validate() throws(SoftmaxError) {
      guard shape.count <= SafetensorsHeader.greatestDimensionCount,
        type.byteCount(of: shape) == byteCount
      else {
        throw SoftmaxError(
          .shapeMismatch,
          "tensor \(name.debugDescription): the shape \(shape) does not hold "
            + "\(byteCount / type.byteCount) values")
      }
      guard let wrong = firstNotFinite else { return }
      throw SoftmaxError(
        .nonFiniteValue,
        "tensor \(name.debugDescription): value \(wrong.index) must be finite, got \(wrong.value)")
    }
  }

  /// The element types that can be read and written.
  enum ElementType: String {
    case float32 = "F32"
    case float64 = "F64"
    case int32 = "I32"

    /// The number of bytes per value.
    var byteCount: Int { self == .float64 ? 8 : 4 }

    /// Returns the number of bytes of a tensor of a shape; nil if a dimension is negative or the product
    /// overflows.
    func byteCount(of shape: [Int]) -> Int? {
      var count = byteCount
      for extent in shape {
        let (product, overflow) = count.multipliedReportingOverflow(by: extent)
        guard extent >= 0, !overflow else { return nil }
        count = product
      }
      return count
    }
  }
}
